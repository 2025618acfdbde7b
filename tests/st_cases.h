/* SPDX-License-Identifier: MIT */
/* What a test expects of a safetensors header, as st_make takes it. */
#ifndef TESTS_ST_CASES_H
#define TESTS_ST_CASES_H

#include "expect.h"
#include "st_build.h"

#define NONE TG_NO_INDEX

/* Rejected at the mark. */
void st_rejected(const char *json, size_t data_len, tg_status status, uint64_t index, uint64_t found, uint64_t limit,
                 int line);
#define REJECTED(json, data_len, status, index, found, limit)                                                          \
    st_rejected(json, data_len, status, index, found, limit, __LINE__)

/* Accepted without a warning. */
void st_accepted(const char *json, size_t data_len, int line);
#define ACCEPTED(json, data_len) st_accepted(json, data_len, __LINE__)

/* Accepted with that warning, which is about the mark. */
void st_warned(const char *json, size_t data_len, tg_status status, uint64_t index, uint64_t count, int line);
#define WARNED(json, data_len, status, index, count) st_warned(json, data_len, status, index, count, __LINE__)

/* The groups of the test program: each runs its tests and returns how many failed. */
int run_safetensors_tensor_rules(void);

#endif
