/* SPDX-License-Identifier: MIT */
/* tensorgate check: one verdict for each file, as a line of text or as a JSON object on a line. */
#define _POSIX_C_SOURCE 200809L

#include "report.h"

#include "ahead.h"
#include "escape.h"
#include "scan.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static void print_plural(uint64_t number, const char *noun)
{
    printf(", %" PRIu64 " %s%s", number, noun, number == 1 ? "" : "s");
}

static void print_accepted(const report *r)
{
    const tg_model *m = r->model;
    escape_print(stdout, bytes_of(r->path));
    printf(": ok, %s", format_title(m));
    if (tg_model_version(m) != 0)
        printf(" v%" PRIu32, tg_model_version(m));
    if (tg_model_layout(m) != TG_LAYOUT_NONE)
        printf(" (%s)", tg_layout_name(tg_model_layout(m)));
    print_plural(tg_model_num_tensors(m), "tensor");
    if (tg_model_num_files(m) > 1)
        printf(" in %" PRIu32 " files", tg_model_num_files(m));
    print_plural(tg_model_num_keys(m), "key");
    if (tg_model_endian(m) == TG_ENDIAN_BIG)
        fputs(", big-endian", stdout);
    if (tg_model_num_warnings(m) > 0)
        print_plural(tg_model_num_warnings(m), "warning");
    putchar('\n');
    report_warnings(stdout, m);
}

/* Where the tensor data of an accepted model is, file by file. */
static void print_extent(const tg_model *m)
{
    for (uint32_t i = 0; i < tg_model_num_files(m); i++) {
        const tg_file *file = tg_model_file(m, i);
        fputs("  ", stdout);
        if (tg_model_num_files(m) > 1) {
            escape_print(stdout, bytes_of(file->name));
            fputs(": ", stdout);
        }
        printf("%" PRIu64 " tensor%s from byte %" PRIu64 " of %" PRIu64 ", aligned to %" PRIu64 "\n", file->num_tensors,
               file->num_tensors == 1 ? "" : "s", file->data_offset, file->size, tg_model_alignment(m));
    }
}

static void print_text(const report *r, const options *o)
{
    if (r->verdict != VERDICT_ACCEPT) {
        report_failure(stdout, r);
        return;
    }
    print_accepted(r);
    if (o->verbose)
        print_extent(r->model);
}

static void print_json(const report *r)
{
    static const char *const names[] = {"accept", "reject", "error"};
    json j = json_start(stdout);
    json_open_object(&j, NULL);
    json_bytes(&j, "path", bytes_of(r->path));
    json_string(&j, "verdict", names[r->verdict]);
    if (r->verdict == VERDICT_ACCEPT) {
        report_json_identity(&j, r->model);
        json_u64(&j, "num_tensors", tg_model_num_tensors(r->model));
        json_u64(&j, "num_keys", tg_model_num_keys(r->model));
        json_u64(&j, "data_offset", tg_model_data_offset(r->model));
        if (tg_model_num_files(r->model) > 1)
            json_u64(&j, "num_files", tg_model_num_files(r->model));
    }
    report_json_warnings(&j, r->model);
    if (r->verdict != VERDICT_ACCEPT)
        report_json_error(&j, r);
    json_close_object(&j);
    json_end(&j);
}

static void print_report(const report *r, const options *o)
{
    if (o->quiet && r->verdict == VERDICT_ACCEPT)
        return;
    if (o->json)
        print_json(r);
    else
        print_text(r, o);
}

/* One run of the command. */
typedef struct checking {
    const options *o;
    scan files;
    ahead *opened;
    bool progress; /* on standard error */
    int status;
    size_t accepted, rejected, not_checked, covered, other, done;
} checking;

/* The line of progress goes before anything else is printed, and comes back after it. */
static void show_progress(const checking *c, const char *path)
{
    if (!c->progress)
        return;
    tg_bytes text = bytes_of(path);
    const size_t most = 60;
    if (text.len > most) {
        text.ptr += text.len - most;
        text.len = most;
    }
    fprintf(stderr, "\r\033[K%zu of %zu ", c->done, c->files.count);
    escape_print(stderr, text);
    (void)fflush(stderr);
}

static void hide_progress(const checking *c)
{
    if (c->progress)
        fputs("\r\033[K", stderr);
}

/* A file that has no verdict of its own. */
static void tell_passed_over(const checking *c, const scanned *file, const char *why, const char *head)
{
    if (!c->o->verbose || c->o->json)
        return;
    hide_progress(c);
    escape_print(stdout, bytes_of(file->path));
    fputs(why, stdout);
    escape_print(stdout, bytes_of(head));
    putchar('\n');
}

static void count(checking *c, const report *r)
{
    switch (r->verdict) {
    case VERDICT_ACCEPT:
        c->accepted++;
        break;
    case VERDICT_REJECT:
        c->rejected++;
        break;
    case VERDICT_ERROR:
        c->not_checked++;
        break;
    }
    if (report_status(r) > c->status)
        c->status = report_status(r);
}

/* The other files of a set have the verdict that was found for all of it. */
static void cover_parts(checking *c, const scanned *head, const report *r)
{
    bool set = r->verdict == VERDICT_ACCEPT ? tg_model_set(r->model) != NULL && tg_model_set(r->model)->whole
                                            : r->error.file_name[0] != '\0';
    if (!set)
        return;
    for (uint32_t i = 0; i < tg_model_num_files(r->model); i++)
        scan_cover(&c->files, head, tg_model_file(r->model, i)->name);
    for (size_t i = 0; r->verdict != VERDICT_ACCEPT && i < c->files.count; i++)
        if (c->files.files[i].head != NO_HEAD && &c->files.files[c->files.files[i].head] == head)
            c->files.files[i].covered = true;
}

/* The output is flushed for each file: who reads it through a pipe gets every verdict as soon as it is known. */
static void judge(checking *c, scanned *file)
{
    report r;
    if (file->judged)
        return;
    file->judged = true;
    show_progress(c, file->path);
    ahead_take(c->opened, file, c->o, &r);
    c->done++;
    cover_parts(c, file, &r);
    if (file->found && r.error.status == TG_E_MAGIC) {
        c->other++; /* not every .bin is a model */
        tell_passed_over(c, file, ": passed over, no model", "");
    } else {
        hide_progress(c);
        count(c, &r);
        print_report(&r, c->o);
        (void)fflush(stdout);
    }
    report_close(&r);
}

/* A file whose set begins with another one is judged with that, which may come later. */
static void judge_in_order(checking *c)
{
    for (size_t i = 0; i < c->files.count && ferror(stdout) == 0; i++) {
        scanned *file = &c->files.files[c->files.order[i]];
        if (file->head != NO_HEAD && (c->o->open.flags & TG_SINGLE_FILE) == 0)
            judge(c, &c->files.files[file->head]);
        if (!file->judged && file->covered) {
            c->covered++;
            c->done++;
            tell_passed_over(c, file, ": judged as part of ",
                             file->head != NO_HEAD ? c->files.files[file->head].path : "a model above");
        } else {
            judge(c, file);
        }
    }
    hide_progress(c);
}

static void print_summary(const checking *c)
{
    FILE *out = c->o->json ? stderr : stdout;
    fprintf(out, "%zu accepted, %zu rejected", c->accepted, c->rejected);
    if (c->not_checked > 0)
        fprintf(out, ", %zu not checked", c->not_checked);
    if (c->covered > 0)
        fprintf(out, ", %zu more as parts of these", c->covered);
    if (c->other > 0)
        fprintf(out, "; %zu other files", c->other);
    fputc('\n', out);
}

static void tell_scan_failure(const scan *s, const char *path)
{
    fputs("tensorgate: ", stderr);
    escape_print(stderr, bytes_of(s->failed != NULL ? s->failed : path));
    fprintf(stderr, ": %s\n", strerror(s->reason));
}

static int check(const options *o)
{
    checking c;
    memset(&c, 0, sizeof c);
    c.o = o;
    c.progress = o->recurse && isatty(STDERR_FILENO) != 0;
    for (size_t i = 0; i < o->num_files; i++) {
        if (!scan_add(&c.files, o->files[i], o->recurse)) {
            tell_scan_failure(&c.files, o->files[i]);
            c.files.failed = NULL;
            c.status = EXIT_NOT_CHECKED;
        }
    }
    if (scan_sort(&c.files)) {
        c.opened = ahead_start(&c.files, o);
        judge_in_order(&c);
        ahead_end(c.opened);
    } else {
        tell_scan_failure(&c.files, "");
        c.status = EXIT_NOT_CHECKED;
    }
    if (o->recurse)
        print_summary(&c);
    scan_free(&c.files);
    return c.status;
}

const command check_command = {
    "check",
    "FILE...",
    "Says of each file whether its header and tensor table are sound; and if not,\n"
    "what is wrong, and at which byte. Looks at all text. Never reads tensor data.\n"
    "The first part of a split GGUF, or the index of safetensors files, stands for\n"
    "all files of the model: the others are not judged once more.\n",
    "  tensorgate check model.gguf\n"
    "  tensorgate check -r models\n"
    "  tensorgate check -r -q --jobs 2 models\n"
    "  tensorgate check --json models/*.gguf | jq 'select(.verdict != \"accept\")'\n"
    "  tensorgate check --strict=data-gap,data-after --profile llama.cpp model.gguf\n"
    "  tensorgate check --limit header-bytes=1G --limit keys=100 -- -odd-name.gguf\n",
    false,
    true,
    check,
};
