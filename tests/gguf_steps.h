/* SPDX-License-Identifier: MIT */
/* The fields of a written description, in the order in which a reader meets them.
 *
 * From these follows, for every length that a valid file may be cut to and for every limit on its header,
 * which field is the first that is at fault. The rules come from the format and from the order of judging
 * that the header of the library documents, not from its code.
 */
#ifndef TESTS_GGUF_STEPS_H
#define TESTS_GGUF_STEPS_H

#include "expect.h"

/* A field; or, where `need` is not 0, the judgement of a count: `need` bytes must follow `offset`. */
typedef struct gb_step {
    uint64_t offset, size;
    uint64_t index; /* of the key or tensor */
    uint64_t need;
    uint64_t count_at; /* where the count is that is judged */
    bool bulk;         /* numbers of an array, which are one stretch of equal fields */
} gb_step;

typedef struct gb_steps {
    gb_step *steps;
    size_t count;
} gb_steps;

gb_steps gb_steps_of(const gb_model *m);
void gb_steps_free(gb_steps *s);

/* What a reader must say of the first `len` bytes of the valid file `m`, which is at least the fixed
 * header long; status TG_OK where nothing that counts was cut. */
expected gb_verdict_of_cut(const gb_model *m, const gb_steps *s, uint64_t len);

#endif
