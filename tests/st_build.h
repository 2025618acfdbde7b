/* SPDX-License-Identifier: MIT */
/* safetensors files for tests, from JSON as it is written: with ' for " and @ where the field stands that is looked
 * for, as in
 *
 *     st_make("{'w':{'dtype':'F32','shape':[2],'data_offsets':@[0,7]}}", 8)
 *
 * Nothing is checked, so that files can be written that no writer should write. */
#ifndef TESTS_ST_BUILD_H
#define TESTS_ST_BUILD_H

#include "bytes.h"

#define ST_NOWHERE UINT64_MAX

typedef struct st_file {
    bytes file;
    uint64_t at;   /* in the file, of what stood behind the @; else ST_NOWHERE */
    uint64_t data; /* where the tensor data begins */
} st_file;

/* A file with that header, not padded, and `data_len` bytes of data. The second form takes NULs in the text. */
st_file st_make(const char *json, size_t data_len);
st_file st_make_n(const char *json, size_t len, size_t data_len);
void st_free(st_file *f);

/* The text as st_make takes it, with its quotes, without the mark: for other files of JSON. */
bytes st_text(const char *json, uint64_t *out_at);

/* "dtype", "shape" and "data_offsets" of a tensor, as an object. */
#define ST_TENSOR(dtype, shape, offsets) "{'dtype':'" dtype "','shape':" shape ",'data_offsets':" offsets "}"

#endif
