/* SPDX-License-Identifier: MIT */
/* What a person asks first about a model: the block at the top of tensorgate show. */
#include "show.h"

#include "report.h"

#include <string.h>

#define LABEL_COLUMNS 18 /* with the space in front and behind */

/* ---- One line ------------------------------------------------------------------------------ */

static sink begin_line(const char *label, const page_look *look)
{
    printf("  %-*s", LABEL_COLUMNS - 2, label);
    return sink_start(stdout, look->width == UNLIMITED ? UNLIMITED : look->width - LABEL_COLUMNS);
}

static void end_line(sink *s)
{
    (void)sink_end(s);
    putchar('\n');
}

static void text_line(const char *label, const char *text, const page_look *look)
{
    sink s = begin_line(label, look);
    sink_text(&s, text);
    end_line(&s);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static tg_value value_of(const tg_model *model, const char *key)
{
    return tg_model_value(model, tg_model_find_key(model, key));
}

/* The value of "<architecture>.<name>"; no value where there is none. */
static tg_value architecture_value(const tg_model *model, const char *name)
{
    char key[128];
    tg_value architecture = value_of(model, "general.architecture");
    tg_bytes prefix = {NULL, 0};
    size_t name_len = strlen(name);
    if (!tg_value_string(&architecture, &prefix) || prefix.len > sizeof key - 2 - name_len)
        return tg_model_value(model, NULL);
    memcpy(key, prefix.ptr, prefix.len);
    key[prefix.len] = '.';
    memcpy(key + prefix.len + 1, name, name_len + 1);
    tg_bytes whole = {key, prefix.len + 1 + name_len};
    return tg_model_value(model, tg_model_find_key_n(model, whole));
}

static void value_line(const char *label, const tg_value *value, const page_look *look)
{
    if (value->type == TG_VALUE_NONE)
        return;
    sink s = begin_line(label, look);
    tg_bytes text;
    if (tg_value_string(value, &text))
        sink_bytes(&s, text);
    else
        show_value(&s, value, SHOWN_AS_TEXT);
    end_line(&s);
}

static void architecture_line(const char *label, const tg_model *model, const char *name, const page_look *look)
{
    tg_value value = architecture_value(model, name);
    value_line(label, &value, look);
}

/* Two numbers that belong together: "32, 8 for keys and values". */
static void pair_line(const char *label, const tg_model *model, const char *name, const char *other, const char *behind,
                      const page_look *look)
{
    tg_value value = architecture_value(model, name), second = architecture_value(model, other);
    if (value.type == TG_VALUE_NONE)
        return;
    sink s = begin_line(label, look);
    show_value(&s, &value, SHOWN_AS_TEXT);
    if (second.type != TG_VALUE_NONE && second.type != TG_VALUE_ARRAY) {
        sink_text(&s, ", ");
        show_value(&s, &second, SHOWN_AS_TEXT);
        sink_text(&s, behind);
    }
    end_line(&s);
}

/* The names that llama.cpp gives the values of general.file_type. */
static const char *file_type_name(uint64_t number)
{
    static const char *const names[] = {
        "F32",   "F16",     "Q4_0",      "Q4_1",   "Q4_1, some F16", "Q4_2",    "Q4_3",     "Q8_0",     "Q5_0",
        "Q5_1",  "Q2_K",    "Q3_K_S",    "Q3_K_M", "Q3_K_L",         "Q4_K_S",  "Q4_K_M",   "Q5_K_S",   "Q5_K_M",
        "Q6_K",  "IQ2_XXS", "IQ2_XS",    "Q2_K_S", "IQ3_XS",         "IQ3_XXS", "IQ1_S",    "IQ4_NL",   "IQ3_S",
        "IQ3_M", "IQ2_S",   "IQ2_M",     "IQ4_XS", "IQ1_M",          "BF16",    "Q4_0_4_4", "Q4_0_4_8", "Q4_0_8_8",
        "TQ1_0", "TQ2_0",   "MXFP4_MOE", "NVFP4",  "Q1_0",           "Q2_0",
    };
    return number < sizeof names / sizeof names[0] ? names[number] : NULL;
}

static void file_type_line(const tg_model *model, const page_look *look)
{
    tg_value value = value_of(model, "general.file_type");
    uint64_t number;
    if (!tg_value_u64(&value, &number))
        return;
    sink s = begin_line("file type", look);
    sink_u64(&s, number);
    if (file_type_name(number) != NULL) {
        sink_text(&s, ", ");
        sink_text(&s, file_type_name(number));
    }
    end_line(&s);
}

static void vocabulary_line(const tg_model *model, const page_look *look)
{
    tg_value tokens = value_of(model, "tokenizer.ggml.tokens"), kind = value_of(model, "tokenizer.ggml.model");
    tg_bytes name;
    if (tokens.type != TG_VALUE_ARRAY)
        return;
    sink s = begin_line("vocabulary", look);
    sink_plural(&s, tokens.count, "token");
    if (tg_value_string(&kind, &name)) {
        sink_text(&s, ", ");
        sink_bytes(&s, name);
    }
    end_line(&s);
}

/* ---- Totals ---------------------------------------------------------------------------------- */

#define MAX_TYPES 128 /* different types that are counted one by one */

typedef struct total {
    tg_dtype dtype;
    const char *name; /* of the type, in this format */
    uint64_t tensors, elements, bytes;
} total;

typedef struct totals {
    total types[MAX_TYPES];
    size_t num_types;
    total all;
} totals;

static uint64_t add_up(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void count(total *t, const tg_tensor *tensor)
{
    t->tensors++;
    t->elements = add_up(t->elements, tensor->num_elements);
    t->bytes = add_up(t->bytes, tensor->size);
}

static total *total_of(totals *t, tg_dtype dtype, const char *name)
{
    for (size_t i = 0; i < t->num_types; i++)
        if (t->types[i].dtype == dtype)
            return &t->types[i];
    if (t->num_types == MAX_TYPES)
        return NULL;
    t->types[t->num_types].dtype = dtype;
    t->types[t->num_types].name = name;
    return &t->types[t->num_types++];
}

/* The largest first. */
static void sort_types(totals *t)
{
    for (size_t i = 1; i < t->num_types; i++) {
        total moving = t->types[i];
        size_t at = i;
        for (; at > 0 && t->types[at - 1].bytes < moving.bytes; at--)
            t->types[at] = t->types[at - 1];
        t->types[at] = moving;
    }
}

static void count_all(totals *t, const tg_model *model)
{
    memset(t, 0, sizeof *t);
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *tensor = tg_model_tensor(model, i);
        total *of_type = total_of(t, tensor->dtype, tg_tensor_dtype_name(model, tensor));
        count(&t->all, tensor);
        if (of_type != NULL)
            count(of_type, tensor);
    }
    sort_types(t);
}

static double bits_per_weight(const total *t)
{
    return t->elements > 0 ? (double)t->bytes * 8 / (double)t->elements : 0;
}

static void total_lines(const totals *t, const page_look *look)
{
    if (t->all.tensors == 0) {
        text_line("tensors", "none", look);
        return;
    }
    sink s = begin_line("parameters", look);
    sink_count(&s, t->all.elements);
    if (t->all.elements >= 1000) {
        sink_text(&s, " (");
        sink_grouped(&s, t->all.elements);
        sink_text(&s, ")");
    }
    end_line(&s);
    s = begin_line("tensor data", look);
    sink_size(&s, t->all.bytes);
    sink_text(&s, " in ");
    sink_plural(&s, t->all.tensors, "tensor");
    sink_text(&s, ", ");
    sink_decimal(&s, bits_per_weight(&t->all), 2);
    sink_text(&s, " bits per weight");
    end_line(&s);
}

/* ---- The table of types -------------------------------------------------------------------------- */

static void type_cell(const void *context, uint64_t row, size_t column, sink *out)
{
    const totals *all = (const totals *)context;
    const total *t = &all->types[row];
    switch (column) {
    case 0:
        sink_text(out, t->name);
        break;
    case 1:
        sink_grouped(out, t->tensors);
        break;
    case 2:
        sink_grouped(out, t->elements);
        break;
    case 3:
        sink_grouped(out, t->bytes);
        break;
    case 4:
        sink_decimal(out, all->all.bytes > 0 ? 100.0 * (double)t->bytes / (double)all->all.bytes : 0, 1);
        sink_text(out, " %");
        break;
    default:
        sink_decimal(out, bits_per_weight(t), 2);
        break;
    }
}

static void type_table(const totals *all, const page_look *look)
{
    static const table_column columns[] = {
        {"type", COLUMN_LEFT, false},   {"tensors", COLUMN_RIGHT, false}, {"parameters", COLUMN_RIGHT, true},
        {"bytes", COLUMN_RIGHT, false}, {"share", COLUMN_RIGHT, false},   {"bits/weight", COLUMN_RIGHT, true},
    };
    table t = {columns, 6, all->num_types, type_cell, all};
    putchar('\n');
    heading(look, "Types");
    table_print(&t, look);
}

/* ---- The block ------------------------------------------------------------------------------------ */

static void file_lines(const tg_model *model, const char *path, const page_look *look)
{
    sink s = begin_line("file", look);
    s.limit = UNLIMITED; /* the end of a path is what tells files apart */
    sink_text(&s, path);
    end_line(&s);
    if (tg_model_num_files(model) > 1) {
        s = begin_line("files", look);
        sink_u64(&s, tg_model_num_files(model));
        end_line(&s);
    }
    s = begin_line("size", look);
    sink_size(&s, tg_model_file_size(model));
    sink_text(&s, " (");
    sink_plural(&s, tg_model_file_size(model), "byte");
    sink_text(&s, ")");
    end_line(&s);
    s = begin_line("format", look);
    sink_text(&s, format_title(model));
    if (tg_model_version(model) != 0) {
        sink_text(&s, " v");
        sink_u64(&s, tg_model_version(model));
    }
    sink_text(&s, ", ");
    sink_text(&s, endian_name(model));
    sink_text(&s, "-endian");
    end_line(&s);
}

static void model_lines(const tg_model *model, const page_look *look)
{
    static const struct {
        const char *label, *key;
    } general[] = {{"architecture", "general.architecture"}, {"name", "general.name"}};
    for (size_t i = 0; i < sizeof general / sizeof general[0]; i++) {
        tg_value value = value_of(model, general[i].key);
        value_line(general[i].label, &value, look);
    }
}

static void shape_lines(const tg_model *model, const page_look *look)
{
    architecture_line("context length", model, "context_length", look);
    architecture_line("embedding", model, "embedding_length", look);
    architecture_line("layers", model, "block_count", look);
    pair_line("heads", model, "attention.head_count", "attention.head_count_kv", " for keys and values", look);
    pair_line("experts", model, "expert_count", "expert_used_count", " used at a time", look);
    vocabulary_line(model, look);
}

static void layout_lines(const tg_model *model, const page_look *look)
{
    sink s = begin_line("alignment", look);
    sink_plural(&s, tg_model_alignment(model), "byte");
    end_line(&s);
    s = begin_line("data offset", look);
    sink_u64(&s, tg_model_data_offset(model));
    end_line(&s);
    if (tg_model_num_warnings(model) == 0) {
        text_line("warnings", "none", look);
        return;
    }
    s = begin_line("warnings", look);
    sink_u64(&s, tg_model_num_warnings(model));
    end_line(&s);
    report_warnings(stdout, model);
}

void show_summary(const tg_model *model, const char *path, const page_look *look)
{
    totals t;
    count_all(&t, model);
    heading(look, "Model");
    file_lines(model, path, look);
    model_lines(model, look);
    total_lines(&t, look);
    file_type_line(model, look);
    shape_lines(model, look);
    layout_lines(model, look);
    if (t.num_types > 0)
        type_table(&t, look);
}
