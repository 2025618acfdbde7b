/* SPDX-License-Identifier: MIT */
/* Which format is it (see format.h): the formats that are read, and the files that people mistake for models. */
#include "format.h"

static const tgi_format *const formats[] = {
    &tgi_gguf, &tgi_safetensors, &tgi_ggml, &tgi_ggmf, &tgi_ggjt, &tgi_ggla, &tgi_ggcc, &tgi_ggmm, &tgi_repl,
};

const char *tg_format_name(tg_format format)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (formats[i]->format == format)
            return formats[i]->name;
    return "";
}

/* What a file that begins like this is instead, and whether it is a model that tensorgate does not read. */
typedef struct lookalike {
    const char *start;
    size_t len;
    tgi_hint hint;
    bool model;
} lookalike;

#define BEGINS(text, hint, model)                                                                                      \
    {                                                                                                                  \
        text, sizeof text - 1, hint, model                                                                             \
    }

static const lookalike lookalikes[] = {
    BEGINS("nsgg", TGI_HINT_GGSN, true),
    BEGINS("qsgg", TGI_HINT_GGSN, true),
    BEGINS("FUGG", TGI_HINT_FUGG, true),
    BEGINS("gguf", TGI_HINT_LOWERCASE, false),
    BEGINS("version https://git-lfs", TGI_HINT_LFS, false),
    BEGINS("PK\3\4", TGI_HINT_ZIP, false),
    BEGINS("\x1f\x8b", TGI_HINT_GZIP, false),
    BEGINS("\x28\xb5\x2f\xfd", TGI_HINT_ZSTD, false),
    BEGINS("\x89HDF\r\n\x1a\n", TGI_HINT_HDF5, false),
    BEGINS("\x7f"
           "ELF",
           TGI_HINT_EXECUTABLE, false),
    BEGINS("MZ", TGI_HINT_EXECUTABLE, false),
    BEGINS("\x80\x02", TGI_HINT_PICKLE, false),
    BEGINS("\x80\x03", TGI_HINT_PICKLE, false),
    BEGINS("\x80\x04", TGI_HINT_PICKLE, false),
    BEGINS("<!DO", TGI_HINT_HTML, false),
    BEGINS("<!do", TGI_HINT_HTML, false),
    BEGINS("<htm", TGI_HINT_HTML, false),
    BEGINS("<HTM", TGI_HINT_HTML, false),
    BEGINS("{", TGI_HINT_JSON, false),
};

static bool begins_with(tgi_cursor c, const char *start, size_t len)
{
    const uint8_t *p;
    return tgi_take(&c, len, &p) && memcmp(p, start, len) == 0;
}

/* Zeros as far as can be seen. */
static bool all_zero(tgi_cursor c)
{
    uint8_t byte;
    while (tgi_read_u8(&c, &byte))
        if (byte != 0)
            return false;
    return true;
}

static tgi_step fail_with_hint(tgi_parse *p, tg_status status, tgi_hint hint)
{
    tgi_step step = tgi_report(p, status, 0, 0, 0, NULL);
    p->error->reserved[TGI_ERROR_HINT] = hint;
    return step;
}

tgi_step tgi_detect(tgi_parse *p, const tgi_format **out_format)
{
    tgi_cursor c = p->at;
    if (c.len == 0)
        return fail_with_hint(p, TG_E_EMPTY_FILE, TGI_HINT_EMPTY);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (formats[i]->probe(c)) {
            *out_format = formats[i];
            return TGI_OK;
        }
    }
    for (size_t i = 0; i < sizeof lookalikes / sizeof lookalikes[0]; i++) {
        const lookalike *like = &lookalikes[i];
        if (begins_with(c, like->start, like->len))
            return fail_with_hint(p, like->model ? TG_E_FORMAT : TG_E_MAGIC, like->hint);
    }
    return fail_with_hint(p, TG_E_MAGIC, all_zero(c) ? TGI_HINT_ZEROS : TGI_HINT_NONE);
}
