/* SPDX-License-Identifier: MIT */
/* What a test expects of a safetensors header: see st_cases.h. */
#include "st_cases.h"

void st_rejected(const char *json, size_t data_len, tg_status status, uint64_t index, uint64_t found, uint64_t limit,
                 int line)
{
    st_file f = st_make(json, data_len);
    expected e = {status, f.at, index, found, limit, 0};
    expect_rejected(&f.file, NULL, e, json, line);
    st_free(&f);
}

void st_accepted(const char *json, size_t data_len, int line)
{
    st_file f = st_make(json, data_len);
    expect_accepted(&f.file, NULL, true, json, line);
    st_free(&f);
}

void st_warned(const char *json, size_t data_len, tg_status status, uint64_t index, uint64_t count, int line)
{
    st_file f = st_make(json, data_len);
    expected e = {status, f.at, index, ANY, ANY, count};
    expect_warned(&f.file, NULL, e, json, line);
    st_free(&f);
}
