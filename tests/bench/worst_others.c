/* SPDX-License-Identifier: MIT */
/* Files of safetensors, of the ggml family before GGUF and zip archives that are slow or hungry (see worst.h). */
#include "worst.h"

#include <stdio.h>
#include <string.h>

#define MOST_ENTRIES 1048576 /* the limits on keys and tensors */

/* ---- safetensors ---- */

static void begin_json(worst_file *f, const char *text)
{
    put_number(&f->w, 0, 8);
    put_text(&f->w, text);
}

static void end_json(worst_file *f, const char *text, uint64_t data)
{
    put_text(&f->w, text);
    patch_number(&f->w, 0, f->w.len - 8, 8);
    f->header = f->w.len;
    f->size = f->w.len + data;
}

/* Tensors of `size` bytes: `before` stands in front of the name, `after` behind it. */
static uint64_t st_tensors(worst_file *f, uint64_t header, const char *format, uint64_t size, int step)
{
    uint64_t n = 0, most = header / 46;
    if (most > MOST_ENTRIES)
        most = MOST_ENTRIES;
    for (; f->w.len < header && n < most; n++) {
        char name[9] = {0}, line[256];
        uint64_t at = step > 0 ? n : most - 1 - n;
        name[worst_name(name, n, 36)] = '\0';
        (void)snprintf(line, sizeof line, format, n > 0 ? "," : "", name, (unsigned long long)(at * size),
                       (unsigned long long)(at * size + size));
        put_text(&f->w, line);
    }
    return n;
}

static void st_minimal(worst_file *f, uint64_t header)
{
    begin_json(f, "{");
    uint64_t n = st_tensors(f, header, "%s\"%s\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[%llu,%llu]}", 1, 1);
    end_json(f, "}", n);
}

static void st_empty(worst_file *f, uint64_t header)
{
    begin_json(f, "{");
    (void)st_tensors(f, header, "%s\"%s\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[%llu,%llu]}", 0, 1);
    end_json(f, "}", 0);
}

/* The data of the first tensor is the last of as many as fit: the rest of the places is rejected as a hole. */
static void st_backwards(worst_file *f, uint64_t header)
{
    begin_json(f, "{");
    uint64_t n = st_tensors(f, header, "%s\"%s\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[%llu,%llu]}", 1, -1);
    end_json(f, "}", header / 46 < MOST_ENTRIES ? header / 46 : n);
}

static void st_spaces(worst_file *f, uint64_t header)
{
    begin_json(f, "{");
    uint64_t n = st_tensors(
        f, header, "%s \n\t\"%s\" \r: \n{ \"dtype\" : \"U8\" , \"shape\" : [ ] , \"data_offsets\" : [ %llu , %llu ] } ",
        1, 1);
    end_json(f, "}", n);
}

/* Every byte of the names is an escape. */
static void st_escapes(worst_file *f, uint64_t header)
{
    begin_json(f, "{");
    uint64_t n =
        st_tensors(f, header,
                   "%s\"\\ud83d\\ude00\\u0041\\u00e9\\u0800\\n\\ud83d\\ude00%s\":{\"d\\u0074ype\":\"\\u0055\\u0038\","
                   "\"sh\\u0061pe\":[],\"data_offset\\u0073\":[%llu,%llu]}",
                   1, 1);
    end_json(f, "}", n);
}

static void st_metadata(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    begin_json(f, "{\"__metadata__\":{");
    for (; f->w.len < header && n < MOST_ENTRIES; n++) {
        char name[8];
        put_text(&f->w, n > 0 ? ",\"" : "\"");
        put(&f->w, name, worst_name(name, n, 36));
        put_text(&f->w, "\":\"\"");
    }
    end_json(f, "}}", 0);
}

/* One value, all escapes. */
static void st_long_escapes(worst_file *f, uint64_t header)
{
    begin_json(f, "{\"__metadata__\":{\"a\":\"");
    while (f->w.len < header)
        put_text(&f->w, "\\ud83d\\ude00\\u0800\\n\\u0041");
    end_json(f, "\"}}", 0);
}

/* Values of one escape each: much is copied in small pieces. */
static void st_short_escapes(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    begin_json(f, "{\"__metadata__\":{");
    for (; f->w.len < header && n < MOST_ENTRIES; n++) {
        char name[8];
        put_text(&f->w, n > 0 ? ",\"\\n" : "\"\\n");
        put(&f->w, name, worst_name(name, n, 36));
        put_text(&f->w, "\":\"\\n\"");
    }
    end_json(f, "}}", 0);
}

static void st_long_text(worst_file *f, uint64_t header)
{
    begin_json(f, "{\"__metadata__\":{\"a\":\"");
    while (f->w.len < header)
        put_text(&f->w, "a\xE0\xA0\x80\xF0\x90\x80\x80\xED\x9F\xBF");
    end_json(f, "\"}}", 0);
}

/* One tensor with as many fields as fit that the format does not have. */
static void st_unknown(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    begin_json(f, "{\"t\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]");
    for (; f->w.len < header; n++) {
        char name[8];
        put_text(&f->w, ",\"");
        put(&f->w, name, worst_name(name, n, 36));
        put_text(&f->w, "\":0");
    }
    end_json(f, "}}", 1);
}

/* The same, with a value of many empty objects. */
static void st_unknown_arrays(worst_file *f, uint64_t header)
{
    begin_json(f, "{\"t\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1],\"x\":[0");
    while (f->w.len < header)
        put_text(&f->w, ",{}");
    end_json(f, "]}}", 1);
}

static void st_only_space(worst_file *f, uint64_t header)
{
    begin_json(f, "{");
    while (f->w.len < header)
        put_text(&f->w, "        ");
    end_json(f, "}", 0);
}

/* ---- The ggml family before GGUF ---- */

/* Fields that nearly every layout without a version may have: `tokens` tokens; width, heads and layers of 1. */
static void begin_ggml(worst_file *f, uint64_t tokens)
{
    static const uint32_t fields[7] = {0, 1, 1, 1, 1, 1, 0};
    put_text(&f->w, "lmgg");
    for (size_t i = 0; i < 7; i++)
        put_number(&f->w, i == 0 ? tokens : fields[i], 4);
}

/* Empty tokens: four bytes each, which every layout reads. */
static void ggml_tokens(worst_file *f, uint64_t header)
{
    uint64_t n = header / 4;
    begin_ggml(f, n);
    while (f->w.len < 32 + 4 * n)
        put_number(&f->w, 0, 4);
    f->header = f->size = f->w.len;
}

/* The same where tokens have scores. */
static void ggjt_tokens(worst_file *f, uint64_t header)
{
    uint64_t n = header / 8;
    put_text(&f->w, "tjgg");
    put_number(&f->w, 3, 4);
    put_number(&f->w, n, 4);
    for (size_t i = 0; i < 6; i++)
        put_number(&f->w, i < 5, 4);
    for (uint64_t i = 0; i < n; i++)
        put_number(&f->w, 0, 8);
    f->header = f->size = f->w.len;
}

/* Numbers that are also lengths of tokens for the layouts that have fewer fields, so that those with 6, 7 and 8 come to
 * their tensors at the same byte: nine of them, whose rows have 150 names. */
static void begin_in_step(worst_file *f)
{
    static const uint32_t fields[] = {64, 1, 1, 1, 64, 1, 8, 4, 0};
    put_text(&f->w, "lmgg");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        put_number(&f->w, fields[i], 4);
    for (size_t i = 1; i < 64; i++)
        put_number(&f->w, 0, 4);
}

/* Records of one f32 each, with names that many rows nearly have. */
static void records(worst_file *f, uint64_t header, const char *prefix)
{
    for (uint64_t n = 0; f->w.len + 32 < header && n < MOST_ENTRIES; n++) {
        char name[64];
        size_t len = (size_t)snprintf(name, sizeof name - 8, "%s", prefix);
        len += worst_name(name + len, n, 80);
        put_number(&f->w, 1, 4);
        put_number(&f->w, len, 4);
        put_number(&f->w, 0, 4);
        put_number(&f->w, 1, 4);
        put(&f->w, name, len);
        put_number(&f->w, 0, 4);
    }
    f->header = f->size = f->w.len;
}

static void ggml_records(worst_file *f, uint64_t header)
{
    begin_in_step(f);
    records(f, header, "");
}

static void ggml_prefix(worst_file *f, uint64_t header)
{
    begin_in_step(f);
    records(f, header, "encoder.layer.0.a");
}

static void ggml_layers(worst_file *f, uint64_t header)
{
    begin_in_step(f);
    records(f, header, "layers.0.attention");
}

static void begin_llama(worst_file *f)
{
    put_text(&f->w, "tjgg");
    put_number(&f->w, 3, 4);
    put_number(&f->w, 1, 4);
    for (size_t i = 0; i < 6; i++)
        put_number(&f->w, i < 5, 4);
    put_number(&f->w, 0, 8);
}

/* Adapters have the least tensors: two dimensions, data of four bytes behind padding. */
static void ggla_records(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    put_text(&f->w, "algg");
    put_number(&f->w, 1, 4);
    put_number(&f->w, 1, 4);
    put_number(&f->w, 1, 4);
    uint64_t count = 16;
    for (; count < header && n < MOST_ENTRIES; n++) {
        char name[32];
        size_t len = worst_name(name, n / 2, 80);
        len += (size_t)snprintf(name + len, sizeof name - len, n % 2 == 0 ? ".loraA" : ".loraB");
        put_number(&f->w, 2, 4);
        put_number(&f->w, len, 4);
        put_number(&f->w, 0, 4);
        put_number(&f->w, 1, 4);
        put_number(&f->w, 1, 4);
        put(&f->w, name, len);
        count += 20 + len;
        while (f->w.len % 32 != 0)
            put_number(&f->w, 0, 1);
        put_number(&f->w, 0, 4);
    }
    f->header = count;
    f->size = f->w.len;
}

/* Records that are 4 KiB from each other: each is fetched on its own. */
static void far_records(worst_file *f, uint64_t header)
{
    begin_llama(f);
    uint64_t n = 0, count = f->w.len;
    for (; count < header && n < 65536; n++) {
        char name[8];
        size_t len = worst_name(name, n, 80);
        put_number(&f->w, 1, 4);
        put_number(&f->w, len, 4);
        put_number(&f->w, 0, 4);
        put_number(&f->w, 1024, 4);
        put(&f->w, name, len);
        count += 16 + len;
        while (f->w.len % 32 != 0)
            put_number(&f->w, 0, 1);
        for (size_t i = 0; i < 512; i++)
            put_number(&f->w, 0, 8);
    }
    f->header = count;
    f->size = f->w.len;
}

/* ---- Zip archives ---- */

/* A directory of empty members with names of one byte, in front of which their headers would be. */
static void zip_members(worst_file *f, uint64_t header)
{
    uint64_t n = header / 47, directory = 31 * n;
    for (uint64_t i = 0; i < directory; i++)
        put_number(&f->w, 0, 1);
    for (uint64_t i = 0; i < n; i++) {
        put_text(&f->w, "PK\1\2");
        put_number(&f->w, 0, 8);
        put_number(&f->w, 0, 8);
        put_number(&f->w, 0, 8);
        put_number(&f->w, 1, 2);
        put_number(&f->w, 0, 8);
        put_number(&f->w, 0, 4);
        put_number(&f->w, 31 * (n - 1 - i), 4);
        put_text(&f->w, "a");
    }
    uint64_t stop = f->w.len;
    put_text(&f->w, "PK\6\6");
    put_number(&f->w, 44, 8);
    put_number(&f->w, 0, 4);
    put_number(&f->w, 0, 8);
    put_number(&f->w, n, 8);
    put_number(&f->w, n, 8);
    put_number(&f->w, stop - directory, 8);
    put_number(&f->w, directory, 8);
    put_text(&f->w, "PK\6\7");
    put_number(&f->w, 0, 4);
    put_number(&f->w, stop, 8);
    put_number(&f->w, 1, 4);
    put_text(&f->w, "PK\5\6");
    put_number(&f->w, 0, 4);
    put_number(&f->w, 0xFFFFFFFF, 4);
    put_number(&f->w, 0xFFFFFFFFFFFFFFFF, 8);
    put_number(&f->w, 0, 2);
    f->header = f->w.len - directory;
    f->size = f->w.len;
}

const worst_shape worst_others[] = {
    {"safetensors minimal", st_minimal},
    {"safetensors empty", st_empty},
    {"safetensors backwards", st_backwards},
    {"safetensors spaces", st_spaces},
    {"safetensors escapes", st_escapes},
    {"safetensors metadata", st_metadata},
    {"safetensors long escapes", st_long_escapes},
    {"safetensors short escapes", st_short_escapes},
    {"safetensors long text", st_long_text},
    {"safetensors unknown fields", st_unknown},
    {"safetensors unknown value", st_unknown_arrays},
    {"safetensors only space", st_only_space},
    {"ggml empty tokens", ggml_tokens},
    {"ggjt empty tokens", ggjt_tokens},
    {"ggml records", ggml_records},
    {"ggml records alike", ggml_prefix},
    {"ggml records of layers", ggml_layers},
    {"ggla records", ggla_records},
    {"ggjt records far apart", far_records},
    {"zip members", zip_members},
    {NULL, NULL},
};
