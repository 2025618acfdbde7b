/* SPDX-License-Identifier: MIT */
/* Statuses as text: names, classes and sentences from the list in tensorgate.h, and the line that
 * describes an error. Owns no state. */
#include "status.h"

#include "text.h"

struct status_row {
    tg_status status;
    const char *name;
    const char *sentence;
};

static const struct status_row status_rows[] = {
#define TGI_STATUS_ROW(name, number, class_, sentence) {name, #name, sentence},
    TG_STATUS_LIST(TGI_STATUS_ROW)
#undef TGI_STATUS_ROW
};

#define NUM_STATUSES (sizeof status_rows / sizeof status_rows[0])

static const struct status_row *find_status(tg_status status)
{
    for (size_t i = 0; i < NUM_STATUSES; i++)
        if (status_rows[i].status == status)
            return &status_rows[i];
    return NULL;
}

const char *tg_status_name(tg_status status)
{
    const struct status_row *row = find_status(status);
    return row != NULL ? row->name : "TG_E_UNKNOWN";
}

tg_class tg_status_class(tg_status status)
{
    switch (status) { /* asked for every verdict, so not looked for in the table */
#define STATUS_CASE(name, number, class_, sentence)                                                                    \
    case name:                                                                                                         \
        return TG_CLASS_##class_;
        TG_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return TG_CLASS_INTERNAL;
}

const char *tg_status_text(tg_status status)
{
    const struct status_row *row = find_status(status);
    return row != NULL ? row->sentence : "a status that this version does not know";
}

bool tg_status_is_warning(tg_status status)
{
    const struct status_row *row = find_status(status);
    return row != NULL && row->status >= TGI_FIRST_WARNING && row->status <= TGI_LAST_WARNING;
}

bool tg_status_at(size_t index, tg_status *out_status)
{
    if (index >= NUM_STATUSES || out_status == NULL)
        return false;
    *out_status = status_rows[index].status;
    return true;
}

const char *tg_class_name(tg_class class_)
{
    switch (class_) {
    case TG_CLASS_OK:
        return "ok";
    case TG_CLASS_MALFORMED:
        return "malformed";
    case TG_CLASS_TRUNCATED:
        return "truncated";
    case TG_CLASS_UNSUPPORTED:
        return "unsupported";
    case TG_CLASS_LIMIT:
        return "limit";
    case TG_CLASS_IO:
        return "io";
    case TG_CLASS_MEMORY:
        return "memory";
    case TG_CLASS_USAGE:
        return "usage";
    case TG_CLASS_INTERNAL:
        break;
    }
    return "internal";
}

/* Is there a place in a file that the error is about? */
static bool has_place(tg_class class_)
{
    return class_ == TG_CLASS_MALFORMED || class_ == TG_CLASS_TRUNCATED || class_ == TG_CLASS_UNSUPPORTED ||
           class_ == TG_CLASS_LIMIT;
}

static void add_numbers(tgi_text *text, const tg_error *error)
{
    bool truncated = tg_status_class(error->status) == TG_CLASS_TRUNCATED;
    tgi_text_add(text, truncated ? "needs " : "found ");
    tgi_text_add_u64(text, truncated ? error->limit : error->found);
    tgi_text_add(text, truncated ? " bytes, left " : ", limit ");
    tgi_text_add_u64(text, truncated ? error->found : error->limit);
}

/* The field, the entry it belongs to and the numbers, in brackets. */
static void add_details(tgi_text *text, const tg_error *error)
{
    bool numbers = error->found != 0 || error->limit != 0;
    if (error->what == NULL && !numbers)
        return;
    tgi_text_add(text, " (");
    if (error->what != NULL) {
        tgi_text_add(text, error->what);
        if (error->index != TG_NO_INDEX) {
            tgi_text_add(text, " of ");
            tgi_text_add(text, tg_error_entry(error));
            tgi_text_add(text, " ");
            tgi_text_add_u64(text, error->index);
        }
        if (numbers)
            tgi_text_add(text, ": ");
    }
    if (numbers)
        add_numbers(text, error);
    tgi_text_add(text, ")");
}

/* The layouts that the error is about. */
static void add_layouts(tgi_text *text, const tg_error *error)
{
    tg_layout layout = tg_error_layout(error, 0);
    if (layout != TG_LAYOUT_NONE)
        tgi_text_add(text, error->status == TG_E_LAYOUT_AMBIGUOUS ? ": " : ", read as ");
    for (size_t i = 0; layout != TG_LAYOUT_NONE; layout = tg_error_layout(error, ++i)) {
        tgi_text_add(text, i > 0 ? ", " : "");
        tgi_text_add(text, tg_layout_name(layout));
    }
}

size_t tg_error_format(const tg_error *error, char *out_buffer, size_t len)
{
    tgi_text text = tgi_text_start(out_buffer, len);
    if (error == NULL)
        return tgi_text_end(&text);
    if (has_place(tg_status_class(error->status))) {
        tgi_text_add(&text, "at byte ");
        tgi_text_add_u64(&text, error->offset);
        if (error->file == TG_FILE_INDEX) {
            tgi_text_add(&text, " of the index");
        } else if (error->file != 0) {
            tgi_text_add(&text, " of file ");
            tgi_text_add_u64(&text, error->file);
        }
        tgi_text_add(&text, ": ");
    }
    tgi_text_add(&text, tg_status_text(error->status));
    add_details(&text, error);
    add_layouts(&text, error);
    if (error->os_code != 0) {
        tgi_text_add(&text, error->os_code < 0 ? ", system code -" : ", system code ");
        tgi_text_add_u64(&text, error->os_code < 0 ? (uint64_t)(-(int64_t)error->os_code) : (uint64_t)error->os_code);
    }
    tgi_text_add(&text, " [");
    tgi_text_add(&text, tg_status_name(error->status));
    tgi_text_add(&text, "]");
    return tgi_text_end(&text);
}

const char *tg_error_entry(const tg_error *error)
{
    if (error == NULL || error->index == TG_NO_INDEX)
        return "";
    switch (error->reserved[TGI_ERROR_ENTRY]) {
    case TGI_ENTRY_TENSOR:
        return "tensor";
    case TGI_ENTRY_MEMBER:
        return "member";
    default:
        return "key";
    }
}

tg_error tg_warning_error(const tg_warning *warning)
{
    tg_error error = {TG_OK, 0, 0, TG_NO_INDEX, 0, 0, 0, NULL, {0, 0, 0, 0}, ""};
    if (warning == NULL)
        return error;
    error.status = warning->status;
    error.file = warning->file;
    error.offset = warning->offset;
    error.index = warning->index;
    error.found = warning->found;
    error.limit = warning->limit;
    error.what = warning->what;
    error.reserved[TGI_ERROR_ENTRY] = warning->reserved[0];
    return error;
}

const char *tgi_hint_text(uint64_t hint)
{
    static const char *const texts[] = {NULL,
#define TGI_HINT_ROW(name, text) text,
                                        TGI_HINT_LIST(TGI_HINT_ROW)
#undef TGI_HINT_ROW
    };
    return hint < sizeof texts / sizeof texts[0] ? texts[hint] : NULL;
}

const char *tg_error_hint(const tg_error *error)
{
    return error != NULL ? tgi_hint_text(error->reserved[TGI_ERROR_HINT]) : NULL;
}
