/* SPDX-License-Identifier: MIT */
/* A second reader of JSON, for the oracle: one character after the other, written from RFC 8259 and sharing nothing
 * with the library but the numbers of its statuses. All positions are in the text. */
#ifndef FUZZ_REF_JSON_H
#define FUZZ_REF_JSON_H

#include "tensorgate.h"

typedef struct ref_text_of {
    const uint8_t *text;
    size_t len;
} ref_text_of;

/* The first position from `at` on that is no white space. */
size_t ref_json_space(ref_text_of t, size_t at);

/* Each reads one thing from `*at` on, where white space may come first. TG_OK: `*at` is behind it. Else a TG_E_JSON_
 * status, and `*at` is where the fault is. Text that ends early is TG_E_JSON_END. */
tg_status ref_json_string(ref_text_of t, size_t *at, uint8_t *out, size_t *out_len); /* with its escapes resolved */
tg_status ref_json_u64(ref_text_of t, size_t *at, uint64_t *out);
tg_status ref_json_number(ref_text_of t, size_t *at);

/* '{', '[', '"', '0' (a number), 't', 'f', 'n', or 0: what begins at `at`. */
char ref_json_kind(ref_text_of t, size_t at);

/* A value of any kind, at most `most` objects and arrays deep. TG_E_FIELD_DUPLICATE: the text is fine, but the name at
 * `*at`, or a later one, occurs twice in its object. */
tg_status ref_json_value(ref_text_of t, size_t *at, unsigned most);

/* Does a name begin at `at` that its object had before? Of text in which ref_json_value found one. */
bool ref_json_is_second(ref_text_of t, size_t at, unsigned most);

#endif
