/* SPDX-License-Identifier: MIT */
/* tensorgate check: one verdict for each file, as a line of text or as a JSON object on a line. */
#include "report.h"

#include "escape.h"

#include <inttypes.h>

static void print_plural(uint64_t number, const char *noun)
{
    printf(", %" PRIu64 " %s%s", number, noun, number == 1 ? "" : "s");
}

static void print_accepted(const report *r)
{
    const tg_model *m = r->model;
    escape_print(stdout, bytes_of(r->path));
    printf(": ok, %s v%" PRIu32, format_title(m), tg_model_version(m));
    print_plural(tg_model_num_tensors(m), "tensor");
    print_plural(tg_model_num_keys(m), "key");
    if (tg_model_endian(m) == TG_ENDIAN_BIG)
        fputs(", big-endian", stdout);
    if (tg_model_num_warnings(m) > 0)
        print_plural(tg_model_num_warnings(m), "warning");
    putchar('\n');
    report_warnings(stdout, m);
}

static void print_text(const report *r)
{
    if (r->verdict == VERDICT_ACCEPT)
        print_accepted(r);
    else
        report_failure(stdout, r);
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
    }
    report_json_warnings(&j, r->model);
    if (r->verdict != VERDICT_ACCEPT)
        report_json_error(&j, r);
    json_close_object(&j);
    json_end(&j);
}

/* The output is flushed for each file: who reads it through a pipe gets every verdict as soon as it is known. */
static int check(const options *o)
{
    int status = EXIT_ALL_ACCEPTED;
    for (size_t i = 0; i < o->num_files && ferror(stdout) == 0; i++) {
        report r;
        report_open(&r, o->files[i], o);
        if (o->json)
            print_json(&r);
        else
            print_text(&r);
        (void)fflush(stdout);
        if (report_status(&r) > status)
            status = report_status(&r);
        report_close(&r);
    }
    return status;
}

const command check_command = {
    "check",
    "FILE...",
    "Says of each file whether its header and tensor table are sound; and if not,\n"
    "what is wrong, and at which byte. Looks at all text. Never reads tensor data.\n",
    "  tensorgate check model.gguf\n"
    "  tensorgate check --json models/*.gguf | jq 'select(.verdict != \"accept\")'\n"
    "  tensorgate check --strict=data-gap,data-after --profile llama.cpp model.gguf\n"
    "  tensorgate check --limit header-bytes=1G --limit keys=100 -- -odd-name.gguf\n",
    false,
    true,
    check,
};
