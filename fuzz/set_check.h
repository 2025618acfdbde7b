/* SPDX-License-Identifier: MIT */
/* Several files in one input, for the target of sets: how they are taken apart, and what must hold of a model that was
 * opened from them. */
#ifndef FUZZ_SET_CHECK_H
#define FUZZ_SET_CHECK_H

#include "tensorgate.h"

/* Each file begins with a line that names it, in front of its bytes. The first is the one that is opened. What stands
 * before the first such line is no file. */
#define SET_MARK "@@file:"
#define SET_MAX 8         /* files */
#define SET_NAME_BYTES 64 /* of the longest name, with its NUL */

typedef struct set_file {
    char name[SET_NAME_BYTES]; /* bare: of a-z 0-9 . _ and - */
    const uint8_t *data;
    size_t len;
} set_file;

typedef struct set_files {
    set_file files[SET_MAX];
    size_t num;
} set_files;

/* Takes an input apart. Of files of one name the last counts. */
void set_read(set_files *s, const uint8_t *data, size_t size);

/* The file of that name, or NULL. */
const set_file *set_find(const set_files *s, const char *name);

/* Ends the process where an invariant does not hold of a model opened from `s`. */
void set_check(const tg_model *model, const set_files *s);

#endif
