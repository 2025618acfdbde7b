/* SPDX-License-Identifier: MIT */
/* tensorgate show, as text: the summary, the table of keys and values, the table of tensors. */
#include "show.h"

#include "json.h"
#include "report.h"

#include <inttypes.h>

#define ELEMENT_COLUMNS 32 /* of a string in an array */

/* ---- Arrays ---------------------------------------------------------------------------------- */

walk walk_start(const tg_value *array, uint64_t most)
{
    walk w;
    w.open[0] = tg_array_begin(array);
    w.depth = 1;
    w.most = most;
    return w;
}

walk_event walk_next(walk *w, tg_value *out_element)
{
    if (w->depth == 0)
        return WALK_END;
    tg_array_iter *i = &w->open[w->depth - 1];
    bool more = i->index < i->array.count;
    if (more && i->index >= w->most) {
        i->index = i->array.count; /* so that the array ends next */
        return WALK_CUT;
    }
    tg_value element;
    if (!more || !tg_array_next(i, &element)) {
        w->depth--;
        return WALK_CLOSE;
    }
    if (element.type != TG_VALUE_ARRAY) {
        *out_element = element;
        return WALK_ELEMENT;
    }
    if (w->depth == WALK_DEPTH)
        return WALK_CUT;
    w->open[w->depth++] = tg_array_begin(&element);
    return WALK_OPEN;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void show_integer(sink *out, const tg_value *value)
{
    uint64_t number = 0;
    int64_t negative = 0;
    char text[NUMBER_TEXT];
    if (tg_value_u64(value, &number)) {
        sink_u64(out, number);
    } else if (tg_value_i64(value, &negative)) {
        (void)snprintf(text, sizeof text, "%" PRId64, negative);
        sink_text(out, text);
    }
}

static void show_float(sink *out, const tg_value *value)
{
    double number = 0;
    char text[NUMBER_TEXT];
    (void)tg_value_f64(value, &number);
    if (value->type == TG_VALUE_F32)
        number_f32(text, (float)number);
    else
        number_f64(text, number);
    sink_text(out, text);
}

static void show_scalar(sink *out, const tg_value *value, size_t columns)
{
    bool truth = false;
    tg_bytes string = {NULL, 0};
    switch (value->type) {
    case TG_VALUE_BOOL:
        (void)tg_value_bool(value, &truth);
        sink_text(out, truth ? "true" : "false");
        break;
    case TG_VALUE_STRING:
        (void)tg_value_string(value, &string);
        sink_quoted(out, string, columns);
        break;
    case TG_VALUE_F32:
    case TG_VALUE_F64:
        show_float(out, value);
        break;
    default:
        show_integer(out, value);
        break;
    }
}

/* The elements, with a comma between two of them. The outermost array gets no brackets. */
static void show_array(sink *out, const tg_value *array, uint64_t most)
{
    walk w = walk_start(array, most);
    tg_value element;
    bool follows = false;
    if (array->count == 0)
        sink_text(out, "(empty)");
    for (walk_event e; !out->cut && (e = walk_next(&w, &element)) != WALK_END;) {
        if (follows && e != WALK_CLOSE)
            sink_text(out, ", ");
        follows = e != WALK_OPEN;
        if (e == WALK_ELEMENT)
            show_scalar(out, &element, most == ALL_ELEMENTS ? UNLIMITED : ELEMENT_COLUMNS);
        else if (e == WALK_OPEN)
            sink_text(out, "[");
        else if (e == WALK_CUT)
            sink_text(out, "\xE2\x80\xA6"); /* … */
        else if (w.depth > 0)
            sink_text(out, "]");
    }
}

void show_value(sink *out, const tg_value *value, uint64_t most)
{
    if (value->type == TG_VALUE_ARRAY)
        show_array(out, value, most);
    else
        show_scalar(out, value, UNLIMITED);
}

/* ---- The table of keys --------------------------------------------------------------------------- */

typedef struct shown {
    const tg_model *model;
    uint64_t most; /* elements of arrays */
} shown;

static void show_type(sink *out, const tg_value *value)
{
    if (value->type != TG_VALUE_ARRAY) {
        sink_text(out, tg_value_type_name(value->type));
        return;
    }
    sink_text(out, tg_value_type_name(value->element_type));
    sink_text(out, "[");
    sink_u64(out, value->count);
    sink_text(out, "]");
}

static void key_cell(const void *context, uint64_t row, size_t column, sink *out)
{
    const shown *s = (const shown *)context;
    const tg_key *key = tg_model_key(s->model, row);
    tg_value value = tg_model_value(s->model, key);
    if (column == 0)
        sink_bytes(out, key->name);
    else if (column == 1)
        show_type(out, &value);
    else
        show_value(out, &value, s->most);
}

static void print_keys(const shown *s, const page_look *look)
{
    static const table_column columns[] = {
        {"key", COLUMN_SHRINKS, false},
        {"type", COLUMN_LEFT, false},
        {"value", COLUMN_FILLS, false},
    };
    table t = {columns, 3, tg_model_num_keys(s->model), key_cell, s};
    heading(look, "Metadata");
    table_print(&t, look);
}

/* ---- The table of tensors ----------------------------------------------------------------------- */

static void show_shape(sink *out, const tg_tensor *tensor)
{
    if (tensor->num_dims == 0)
        sink_text(out, "scalar");
    for (uint32_t i = 0; i < tensor->num_dims; i++) {
        if (i > 0)
            sink_text(out, " x ");
        sink_u64(out, tensor->dims[i]);
    }
}

static void tensor_cell(const void *context, uint64_t row, size_t column, sink *out)
{
    const tg_tensor *tensor = tg_model_tensor(((const shown *)context)->model, row);
    switch (column) {
    case 0:
        sink_u64(out, tensor->index);
        break;
    case 1:
        sink_bytes(out, tensor->name);
        break;
    case 2:
        sink_text(out, tg_tensor_dtype_name(((const shown *)context)->model, tensor));
        break;
    case 3:
        show_shape(out, tensor);
        break;
    case 4:
        sink_u64(out, tensor->offset);
        break;
    case 5:
        sink_size(out, tensor->size);
        break;
    default:
        sink_u64(out, tensor->file);
        break;
    }
}

static void print_tensors(const shown *s, const page_look *look)
{
    static const table_column columns[] = {
        {"index", COLUMN_RIGHT, true}, {"name", COLUMN_SHRINKS, false}, {"type", COLUMN_LEFT, false},
        {"shape", COLUMN_LEFT, false}, {"offset", COLUMN_RIGHT, true},  {"size", COLUMN_RIGHT, false},
        {"file", COLUMN_RIGHT, true},
    };
    table t = {columns, tg_model_num_files(s->model) > 1 ? 7 : 6, tg_model_num_tensors(s->model), tensor_cell, s};
    heading(look, "Tensors");
    table_print(&t, look);
}

/* ---- The command -------------------------------------------------------------------------------------- */

static void print_text(const tg_model *model, const char *path, bool full)
{
    page_look l = look_of_stdout(full);
    shown s = {model, full ? ALL_ELEMENTS : SHOWN_AS_TEXT};
    show_summary(model, path, &l);
    if (tg_model_num_keys(model) > 0) {
        putchar('\n');
        print_keys(&s, &l);
    }
    if (tg_model_num_tensors(model) > 0) {
        putchar('\n');
        print_tensors(&s, &l);
    }
}

static int show(const options *o)
{
    report r;
    report_open(&r, o->files[0], o);
    if (r.verdict != VERDICT_ACCEPT)
        report_failure(stderr, &r);
    else if (o->json)
        show_json(r.model, r.path, o->full);
    else
        print_text(r.model, r.path, o->full);
    report_close(&r);
    return report_status(&r);
}

const command show_command = {
    "show",
    "FILE",
    "Shows what is in a file, once it is known to be sound: what a person asks first,\n"
    "then all keys with their values, then all tensors. Dimensions are in the order\n"
    "of the file, and offsets count from its start. A file that is not sound is\n"
    "refused, as tensorgate check does.\n",
    "  tensorgate show model.gguf\n"
    "  tensorgate show --full model.gguf | less\n"
    "  tensorgate show --json model.gguf | jq '.tensors[].name'\n",
    true,
    false,
    show,
};
