/* SPDX-License-Identifier: MIT */
/* Opening one argument, and all words about how that went: see report.h. */
#include "report.h"

#include "escape.h"
#include "system.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Opening ----------------------------------------------------------------------------- */

static verdict_kind verdict_of(tg_class class_)
{
    switch (class_) {
    case TG_CLASS_OK:
        return VERDICT_ACCEPT;
    case TG_CLASS_MALFORMED:
    case TG_CLASS_TRUNCATED:
    case TG_CLASS_UNSUPPORTED:
    case TG_CLASS_LIMIT:
        return VERDICT_REJECT;
    case TG_CLASS_IO:
    case TG_CLASS_MEMORY:
    case TG_CLASS_USAGE:
    case TG_CLASS_INTERNAL:
        break;
    }
    return VERDICT_ERROR;
}

/* Sets the message to `text`, with the code that all messages end in. */
static void say(report *r, const char *text, const char *reason)
{
    (void)snprintf(r->message, sizeof r->message, "%s%s%s [%s]", text, reason != NULL ? ": " : "",
                   reason != NULL ? reason : "", tg_status_name(r->error.status));
}

static void explain(report *r)
{
    const tg_error *e = &r->error;
    char words[256];
    bool told = tg_status_class(e->status) == TG_CLASS_IO && system_reason(e->os_code, words, sizeof words);
    const char *reason = told ? words : NULL;
    r->hint = tg_error_hint(&r->error);
    if (e->status == TG_E_NOT_REGULAR && system_is_folder_code(e->os_code)) {
        say(r, "this is a directory", NULL);
        r->hint = "name the files in it, or use check -r";
    } else if (r->error.status == TG_E_NOT_REGULAR) {
        say(r, tg_status_text(TG_E_NOT_REGULAR), reason);
        r->hint = "pipes and devices cannot be read in any order: save what they give to a file first";
    } else if (reason != NULL) {
        say(r, tg_status_text(r->error.status), reason);
    } else {
        (void)tg_error_format(&r->error, r->message, sizeof r->message);
    }
}

/* "-" would be standard input elsewhere: say so instead of looking for a file of that name. */
static void refuse_standard_input(report *r)
{
    r->verdict = VERDICT_ERROR;
    r->error.status = TG_E_NOT_REGULAR;
    r->error.index = TG_NO_INDEX;
    say(r, "standard input is not supported, because it cannot be read in any order", NULL);
    r->hint = "give a file; one that is called - is ./-";
}

/* ---- Members of zip archives ----------------------------------------------------------------- */

/* More would help nobody. */
#define MOST_MEMBERS 256

/* Notes a member that could have been meant. Without memory, the list is shorter. */
static void note_member(void *context, const char *name, size_t len, uint64_t size)
{
    report *r = (report *)context;
    (void)size;
    if (r->num_members == MOST_MEMBERS)
        return;
    if (r->members == NULL)
        r->members = (member *)calloc(MOST_MEMBERS, sizeof *r->members);
    char *copy = (char *)malloc(len);
    if (r->members == NULL || copy == NULL) {
        free(copy);
        return;
    }
    memcpy(copy, name, len);
    r->members[r->num_members].name = copy;
    r->members[r->num_members++].len = len;
}

static tg_bytes member_name(const member *m)
{
    tg_bytes name = {m->name, m->len};
    return name;
}

static void print_members(FILE *out, const report *r)
{
    for (size_t i = 0; i < r->num_members; i++) {
        fputs("  member: ", out);
        escape_print(out, member_name(&r->members[i]));
        fputc('\n', out);
    }
}

static void json_members(json *j, const report *r)
{
    if (r->num_members == 0)
        return;
    json_open_array(j, "members");
    for (size_t i = 0; i < r->num_members; i++)
        json_text(j, NULL, member_name(&r->members[i]));
    json_close_array(j);
}

static void free_members(report *r)
{
    for (size_t i = 0; i < r->num_members; i++)
        free(r->members[i].name);
    free(r->members);
    r->members = NULL;
    r->num_members = 0;
}

/* ---- One report --------------------------------------------------------------------------------- */

void report_open(report *r, const char *path, const options *o)
{
    memset(r, 0, sizeof *r);
    r->path = path;
    if (strcmp(path, "-") == 0) {
        refuse_standard_input(r);
        return;
    }
    tg_options open = o->open;
    open.member_seen = note_member;
    open.member_context = r;
    tg_status status = tg_open_path(path, &open, &r->model, &r->error);
    r->verdict = verdict_of(tg_status_class(status));
    if (status != TG_OK)
        explain(r);
}

void report_close(report *r)
{
    tg_close(r->model);
    r->model = NULL;
    free_members(r);
}

int report_status(const report *r)
{
    switch (r->verdict) {
    case VERDICT_ACCEPT:
        return EXIT_ALL_ACCEPTED;
    case VERDICT_REJECT:
        return EXIT_SOME_REJECTED;
    case VERDICT_ERROR:
        break;
    }
    return EXIT_NOT_CHECKED;
}

/* ---- Warnings ------------------------------------------------------------------------------- */

static void describe_warning(char *out, size_t len, const tg_warning *w)
{
    tg_error error = tg_warning_error(w);
    (void)tg_error_format(&error, out, len);
}

/* The name of a file where a model has several; else "". */
static const char *file_name(const tg_model *model, uint32_t file)
{
    const tg_file *f = tg_model_num_files(model) > 1 ? tg_model_file(model, file) : NULL;
    return f != NULL ? f->name : "";
}

void report_warnings(FILE *out, const tg_model *model)
{
    for (uint64_t i = 0; i < tg_model_num_warnings(model); i++) {
        const tg_warning *w = tg_model_warning(model, i);
        char text[TG_ERROR_LINE];
        describe_warning(text, sizeof text, w);
        fputs("  warning: ", out);
        if (file_name(model, w->file)[0] != '\0' && w->file != TG_FILE_INDEX) {
            fputs("in ", out);
            escape_print(out, bytes_of(file_name(model, w->file)));
            fputs(": ", out);
        }
        fputs(text, out);
        if (w->count > 1)
            fprintf(out, " (x%" PRIu64 ")", w->count);
        fputc('\n', out);
    }
}

/* ---- Failures ------------------------------------------------------------------------------- */

/* Is `name` that of another file than the one that was given? */
static bool is_other_file(const char *path, const char *name)
{
    size_t len = strlen(path), n = strlen(name);
    return n > 0 && (len < n || strcmp(path + len - n, name) != 0);
}

void report_failure(FILE *out, const report *r)
{
    escape_print(out, bytes_of(r->path));
    fputs(r->verdict == VERDICT_REJECT ? ": rejected " : ": error: ", out);
    if (is_other_file(r->path, r->error.file_name)) {
        fputs("in ", out);
        escape_print(out, bytes_of(r->error.file_name));
        fputs(": ", out);
    }
    fprintf(out, "%s\n", r->message);
    if (r->hint != NULL)
        fprintf(out, "  hint: %s\n", r->hint);
    print_members(out, r);
}

/* ---- JSON ------------------------------------------------------------------------------------- */

void report_json_identity(json *j, const tg_model *model)
{
    json_string(j, "format", tg_format_name(tg_model_format(model)));
    json_u64(j, "version", tg_model_version(model));
    json_string(j, "endian", endian_name(model));
}

static void json_index(json *j, uint64_t index)
{
    if (index == TG_NO_INDEX)
        json_null(j, "index");
    else
        json_u64(j, "index", index);
}

/* Which file of several it is about. */
static void json_file(json *j, const char *name)
{
    if (name[0] != '\0')
        json_bytes(j, "file", bytes_of(name));
}

void report_json_warnings(json *j, const tg_model *model)
{
    json_open_array(j, "warnings");
    for (uint64_t i = 0; i < tg_model_num_warnings(model); i++) {
        const tg_warning *w = tg_model_warning(model, i);
        char text[TG_ERROR_LINE];
        describe_warning(text, sizeof text, w);
        json_open_object(j, NULL);
        json_string(j, "code", tg_status_name(w->status));
        json_u64(j, "count", w->count);
        json_u64(j, "offset", w->offset);
        json_index(j, w->index);
        json_file(j, file_name(model, w->file));
        json_string(j, "message", text);
        json_close_object(j);
    }
    json_close_array(j);
}

/* Of the ggml family before GGUF: what the file may be. */
static void json_layouts(json *j, const tg_error *error)
{
    if (tg_error_layout(error, 0) == TG_LAYOUT_NONE)
        return;
    json_open_array(j, "layouts");
    for (size_t i = 0; tg_error_layout(error, i) != TG_LAYOUT_NONE; i++)
        json_string(j, NULL, tg_layout_name(tg_error_layout(error, i)));
    json_close_array(j);
}

void report_json_error(json *j, const report *r)
{
    const tg_error *e = &r->error;
    json_open_object(j, "error");
    json_string(j, "code", tg_status_name(e->status));
    json_string(j, "class", tg_class_name(tg_status_class(e->status)));
    json_u64(j, "offset", e->offset);
    json_index(j, e->index);
    json_u64(j, "found", e->found);
    json_u64(j, "limit", e->limit);
    json_file(j, e->file_name);
    json_layouts(j, e);
    json_string(j, "message", r->message);
    json_string(j, "hint", r->hint);
    json_members(j, r);
    if (tg_status_class(e->status) == TG_CLASS_IO)
        json_i64(j, "os_code", e->os_code);
    json_close_object(j);
}

/* ---- Names --------------------------------------------------------------------------------------- */

const char *format_title(const tg_model *model)
{
    tg_format format = tg_model_format(model);
    return format == TG_FORMAT_GGUF ? "GGUF" : tg_format_name(format);
}

const char *endian_name(const tg_model *model)
{
    return tg_model_endian(model) == TG_ENDIAN_BIG ? "big" : "little";
}
