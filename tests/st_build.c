/* SPDX-License-Identifier: MIT */
/* safetensors files for tests: see st_build.h. */
#include "st_build.h"

#include <string.h>

#define LENGTH_BYTES 8

/* Appends the text to `b`; stores where the mark was. */
static void append_text(bytes *b, const char *json, size_t len, uint64_t *out_at)
{
    *out_at = ST_NOWHERE;
    for (size_t i = 0; i < len; i++) {
        if (json[i] == '@')
            *out_at = b->len;
        else
            bytes_u8(b, json[i] == '\'' ? (uint8_t)'"' : (uint8_t)json[i]);
    }
}

st_file st_make_n(const char *json, size_t len, size_t data_len)
{
    st_file f = {bytes_new(false), ST_NOWHERE, 0};
    bytes_u64(&f.file, 0);
    append_text(&f.file, json, len, &f.at);
    bytes_put_u64(&f.file, 0, f.file.len - LENGTH_BYTES);
    f.data = f.file.len;
    for (size_t i = 0; i < data_len; i++)
        bytes_u8(&f.file, (uint8_t)(i % 251));
    return f;
}

st_file st_make(const char *json, size_t data_len)
{
    return st_make_n(json, strlen(json), data_len);
}

void st_free(st_file *f)
{
    bytes_free(&f->file);
}

bytes st_text(const char *json, uint64_t *out_at)
{
    bytes b = bytes_new(false);
    append_text(&b, json, strlen(json), out_at);
    return b;
}
