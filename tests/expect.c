/* SPDX-License-Identifier: MIT */
/* What a test expects of a file: see expect.h. */
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MAX_STATUS 1024
static bool seen[MAX_STATUS];

static void note(tg_status status)
{
    if ((unsigned)status < MAX_STATUS)
        seen[status] = true;
}

bool status_seen(tg_status status)
{
    return (unsigned)status < MAX_STATUS && seen[status];
}

static bool matches(uint64_t wanted, uint64_t got)
{
    return wanted == ANY || wanted == got;
}

static void print_number(const char *name, uint64_t number)
{
    if (number == ANY)
        print_error(", any %s", name);
    else if (number == TG_NO_INDEX)
        print_error(", %s -1", name);
    else
        print_error(", %s %llu", name, (unsigned long long)number);
}

static void print_numbers(const char *who, tg_status status, uint64_t offset, uint64_t index, uint64_t found,
                          uint64_t limit)
{
    print_error("  %s %s", who, tg_status_name(status));
    print_number("offset", offset);
    print_number("index", index);
    print_number("found", found);
    print_number("limit", limit);
    print_error("\n");
}

static void print_expected(const expected *e)
{
    print_numbers("expected", e->status, e->offset, e->index, e->found, e->limit);
}

/* The line for people must name the status and fit, and the error must know what its index counts. */
static bool is_well_told(const tg_error *error)
{
    char line[TG_ERROR_LINE];
    size_t len = tg_error_format(error, line, sizeof line);
    bool indexed = error->index != TG_NO_INDEX;
    return len < sizeof line && strlen(line) == len && strstr(line, tg_status_name(error->status)) != NULL &&
           indexed == (strcmp(tg_error_entry(error), "") != 0);
}

static bool is_error(const tg_error *error, const expected *e)
{
    return error->status == e->status && matches(e->offset, error->offset) && matches(e->index, error->index) &&
           matches(e->found, error->found) && matches(e->limit, error->limit);
}

void expect_rejected(const bytes *file, const tg_options *options, expected e, const char *in, int line)
{
    opened o = open_everywhere(file->data, file->len, options);
    bool right = o.status == e.status && is_error(&o.error, &e);
    bool told = o.status == TG_OK || is_well_told(&o.error);
    if (!right) {
        print_expected(&e);
        print_numbers("     got", o.status, o.error.offset, o.error.index, o.error.found, o.error.limit);
    }
    if (!told)
        print_error("  %s: the error is not well told (line, field or kind of entry)\n", tg_status_name(o.status));
    opened_close(&o);
    if (!right || !told)
        _fail(in, line);
    note(e.status);
}

static void print_warnings(const tg_model *model)
{
    for (uint64_t i = 0; i < tg_model_num_warnings(model); i++) {
        const tg_warning *w = tg_model_warning(model, i);
        print_numbers("     got", w->status, w->offset, w->index, w->found, w->limit);
        print_error("          %llu times\n", (unsigned long long)w->count);
    }
}

static bool has_warning(const tg_model *model, const expected *e)
{
    const tg_warning *w = tg_model_warning(model, 0);
    return tg_model_num_warnings(model) == 1 && w->status == e->status && matches(e->offset, w->offset) &&
           matches(e->index, w->index) && matches(e->found, w->found) && matches(e->limit, w->limit) &&
           matches(e->count, w->count) && tg_status_is_warning(w->status) && w->what != NULL;
}

/* A warning that was made strict is an error with the same numbers, whichever way it was made so. */
static void expect_strict(const bytes *file, const tg_options *options, expected e, const char *in, int line)
{
    tg_options all = options_with_flags(TG_STRICT);
    tg_options one = options_with_flags(0);
    if (options != NULL) {
        all = *options;
        all.flags |= TG_STRICT;
        one = *options;
    }
    const tg_status strict[] = {e.status};
    one.strict = strict;
    one.num_strict = 1;
    expect_rejected(file, &all, e, in, line);
    expect_rejected(file, &one, e, in, line);
}

void expect_warned(const bytes *file, const tg_options *options, expected e, const char *in, int line)
{
    opened o = open_everywhere(file->data, file->len, options);
    bool right = o.status == TG_OK && has_warning(o.model, &e);
    if (!right) {
        print_expected(&e);
        print_error("           %llu times, and nothing else\n", (unsigned long long)e.count);
        if (o.status == TG_OK)
            print_warnings(o.model);
        else
            print_numbers("     got", o.status, o.error.offset, o.error.index, o.error.found, o.error.limit);
    } else { /* where the error should be is what the warning says where the test leaves it open */
        const tg_warning *w = tg_model_warning(o.model, 0);
        e = (expected){w->status, w->offset, w->index, w->found, w->limit, 0};
    }
    opened_close(&o);
    if (!right)
        _fail(in, line);
    expect_strict(file, options, e, in, line);
}

void expect_accepted(const bytes *file, const tg_options *options, bool clean, const char *in, int line)
{
    opened o = open_everywhere(file->data, file->len, options);
    bool right = o.status == TG_OK && (!clean || tg_model_num_warnings(o.model) == 0);
    if (!right) {
        print_error("  expected to be accepted%s\n", clean ? " without a warning" : "");
        if (o.status == TG_OK)
            print_warnings(o.model);
        else
            print_numbers("     got", o.status, o.error.offset, o.error.index, o.error.found, o.error.limit);
    }
    opened_close(&o);
    if (!right)
        _fail(in, line);
}

tg_options options_with_flags(uint32_t flags)
{
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = flags;
    return options;
}

tg_options options_with_limits(const tg_limits *limits)
{
    tg_options options = options_with_flags(0);
    options.limits = limits;
    return options;
}

tg_options options_with_profile(void)
{
    tg_options options = options_with_flags(0);
    options.profile = TG_PROFILE_LLAMA_CPP;
    return options;
}

tg_limits default_limits(void)
{
    tg_limits limits;
    memset(&limits, 0, sizeof limits);
    limits.struct_size = sizeof limits;
    return limits;
}
