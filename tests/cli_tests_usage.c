/* SPDX-License-Identifier: MIT */
/* The command's options: help, version, mistakes, --strict, --profile, --limit. */
#include "cli_tests.h"

#include "tensorgate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void write_base(const char *name)
{
    gb_model *m = gb_base();
    cli_write_model(name, m);
    gb_free(m);
}

/* Two tensors with a gap of 32 bytes between them, and a key in capitals: two warnings. */
static void write_odd(const char *name)
{
    gb_model *m = gb_base();
    gb_add_key(m, "Odd.key", gb_u32(1));
    gb_add_tensor(m, "v", GB_T_F32, GB_DIMS(8));
    gb_set_offset(m, 1, 64);
    gb_write(m);
    cli_write_model(name, m);
    gb_free(m);
}

/* Runs a command that must be refused with this one line on standard error. */
static void expect_mistake(const char *const *arguments, const char *line)
{
    run r = run_command(arguments);
    assert_run(&r, 2, "", line);
    run_free(&r);
}

/* Runs a command that must print `part` and accept. */
static void expect_text(const char *const *arguments, const char *part)
{
    run r = run_command(arguments);
    assert_contains(r.out, part);
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 0);
    run_free(&r);
}

/* Runs a check with this status, and this code in what it prints. */
static void expect_code(const char *const *arguments, int status, const char *code)
{
    run r = run_command(arguments);
    assert_contains(r.out, code);
    assert_int_equal(r.status, status);
    run_free(&r);
}

static void help_is_on_standard_output(void **state)
{
    (void)state;
    expect_text(ARGUMENTS("-h"), "usage: tensorgate check");
    expect_text(ARGUMENTS("--help"), "usage: tensorgate check");
    expect_text(ARGUMENTS("help"), "usage: tensorgate check");
    expect_text(ARGUMENTS("help", "show"), "usage: tensorgate show");
    expect_text(ARGUMENTS("check", "-h"), "usage: tensorgate check");
    expect_text(ARGUMENTS("show", "--help"), "usage: tensorgate show");
    expect_text(ARGUMENTS("check", "missing.gguf", "--json", "--help"), "exit status");
    expect_text(ARGUMENTS("show", "missing.gguf", "-h"), "--full");
}

static void help_names_every_warning(void **state)
{
    (void)state;
    run r = RUN("check", "--help");
    tg_status status;
    for (size_t i = 0; tg_status_at(i, &status); i++)
        if (tg_status_is_warning(status))
            assert_contains(r.out, tg_status_text(status));
    assert_contains(r.out, "  data-gap ");
    assert_contains(r.out, "  quantization-version ");
    assert_lacks(r.out, "--full");
    run_free(&r);
}

static void help_fits_eighty_columns(void **state)
{
    static const char *const topics[] = {"check", "show", "help"};
    (void)state;
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        run r = strcmp(topics[i], "help") == 0 ? RUN("--help") : RUN("help", topics[i]);
        for (const char *line = r.out; *line != '\0'; line += strcspn(line, "\n") + 1)
            if (strcspn(line, "\n") > 80)
                fail_msg("too long: %.*s", (int)strcspn(line, "\n"), line);
        run_free(&r);
    }
}

static void version_is_that_of_the_library(void **state)
{
    (void)state;
    const char *line = format("tensorgate %s\n", tg_version());
    expect_text(ARGUMENTS("--version"), line);
    expect_text(ARGUMENTS("check", "--version"), line);
    expect_text(ARGUMENTS("show", "missing.gguf", "--version"), line);
}

static void mistakes_are_told_in_a_line(void **state)
{
    (void)state;
    expect_mistake(ARGUMENTS("chekc"), "tensorgate: unknown command 'chekc'; try 'tensorgate --help'\n");
    expect_mistake(ARGUMENTS("--json"), "tensorgate: unknown option '--json'; try 'tensorgate --help'\n");
    expect_mistake(ARGUMENTS("check"), "tensorgate: no file given; try 'tensorgate check --help'\n");
    expect_mistake(ARGUMENTS("check", "--bogus", "f"),
                   "tensorgate: unknown option '--bogus'; try 'tensorgate check --help'\n");
    expect_mistake(ARGUMENTS("check", "f", "-x"), "tensorgate: unknown option '-x'; try 'tensorgate check --help'\n");
    expect_mistake(ARGUMENTS("check", "--full", "f"),
                   "tensorgate: unknown option '--full'; try 'tensorgate check --help'\n");
    expect_mistake(ARGUMENTS("show", "--json=yes", "f"),
                   "tensorgate: option '--json' takes no value; try 'tensorgate show --help'\n");
    expect_mistake(ARGUMENTS("check", "--limit"),
                   "tensorgate: option '--limit' wants a value; try 'tensorgate check --help'\n");
    expect_mistake(ARGUMENTS("check", "--profile", "ollama", "f"),
                   "tensorgate: unknown profile 'ollama': there is llama.cpp; try 'tensorgate check --help'\n");
    expect_mistake(ARGUMENTS("show", "a", "b"),
                   "tensorgate: one file at a time: there is also 'b'; try 'tensorgate show --help'\n");
    expect_mistake(ARGUMENTS("check", "--\x1b[31m", "f"),
                   "tensorgate: unknown option '--\\x1b[31m'; try 'tensorgate check --help'\n");
}

static void no_arguments_give_the_usage(void **state)
{
    (void)state;
    run r = run_command((const char *const[]){TG_COMMAND, NULL});
    assert_string_equal(r.out, "");
    assert_contains(r.err, "usage: tensorgate check");
    assert_int_equal(r.status, 2);
    run_free(&r);
}

static void options_end_at_two_dashes(void **state)
{
    (void)state;
    write_base("-h");
    write_base("--json");
    run r = RUN("check", "--", "-h", "--json");
    assert_run(&r, 0, "-h: ok, GGUF v3, 1 tensor, 2 keys\n--json: ok, GGUF v3, 1 tensor, 2 keys\n", "");
    run_free(&r);
}

static void strict_makes_warnings_errors(void **state)
{
    (void)state;
    write_odd("odd.gguf");
    write_base("base.gguf");
    expect_code(ARGUMENTS("check", "odd.gguf"), 0, ", 2 warnings");
    expect_code(ARGUMENTS("check", "--strict", "odd.gguf"), 1, "[TG_W_KEY_STYLE]");
    expect_code(ARGUMENTS("check", "--strict", "base.gguf"), 0, ": ok");
    expect_code(ARGUMENTS("check", "--strict=data-gap", "odd.gguf"), 1, "[TG_W_DATA_GAP]");
    expect_code(ARGUMENTS("check", "--strict=TG_W_DATA_GAP", "odd.gguf"), 1, "[TG_W_DATA_GAP]");
    expect_code(ARGUMENTS("check", "odd.gguf", "--strict=padding,Data_Gap"), 1, "[TG_W_DATA_GAP]");
    expect_code(ARGUMENTS("check", "--strict=padding", "--strict=data-after", "odd.gguf"), 0, ", 2 warnings");
    run r = RUN("show", "--strict=key-style", "odd.gguf");
    assert_contains(r.err, "odd.gguf: rejected at byte");
    assert_int_equal(r.status, 1);
    run_free(&r);
}

static void unknown_warnings_get_a_list(void **state)
{
    static const struct {
        const char *option, *word;
    } rows[] = {
        {"--strict=gaps", "gaps"},       {"--strict=", ""},
        {"--strict=data-gap,", ""},      {"--strict=data-gap,TG_E_RANK,padding", "TG_E_RANK"},
        {"--strict=data-ga", "data-ga"}, {"--strict=data-gaps", "data-gaps"},
        {"--strict=\x1b", "\\x1b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run r = RUN("check", rows[i].option, "missing.gguf");
        assert_string_equal(r.out, "");
        assert_contains(r.err, format("tensorgate: unknown warning '%s'; there are\n", rows[i].word));
        assert_contains(r.err, "\n  data-gap ");
        assert_int_equal(r.status, 2);
        run_free(&r);
    }
}

static void profile_demands_what_llama_cpp_demands(void **state)
{
    (void)state;
    gb_model *m = gb_base_as(3, true);
    cli_write_model("big.gguf", m);
    gb_free(m);
    expect_code(ARGUMENTS("check", "big.gguf"), 0, ", big-endian\n");
    expect_code(ARGUMENTS("check", "--profile", "llama.cpp", "big.gguf"), 1, "[TG_E_PROFILE_FORMAT]");
    expect_code(ARGUMENTS("check", "--profile=llama.cpp", "big.gguf"), 1, "[TG_E_PROFILE_FORMAT]");
}

static void limits_are_what_was_asked_for(void **state)
{
    (void)state;
    write_odd("odd.gguf");
    run r = RUN("check", "--limit", "tensors=1", "odd.gguf");
    assert_contains(r.out, "more tensors than the limit (number of tensors: found 2, limit 1) [TG_E_LIMIT_TENSORS]\n");
    assert_contains(r.out, "\n  hint: ");
    assert_int_equal(r.status, 1);
    run_free(&r);
    expect_code(ARGUMENTS("check", "--limit=keys=2", "odd.gguf"), 1, "limit 2) [TG_E_LIMIT_KEYS]");
    expect_code(ARGUMENTS("check", "--limit", "keys=3", "--limit", "TENSORS=2", "odd.gguf"), 0, ": ok");
    expect_code(ARGUMENTS("check", "--limit", "header_bytes=100", "odd.gguf"), 1, "limit 100) [TG_E_LIMIT_HEADER]");
    expect_code(ARGUMENTS("check", "--limit", "header-bytes=1k", "odd.gguf"), 0, ": ok");
    expect_code(ARGUMENTS("check", "--limit", "header-bytes=8589934591G", "odd.gguf"), 0, ": ok");
    gb_model *m = gb_rich(3, false);
    cli_write_model("rich.gguf", m);
    gb_free(m);
    expect_code(ARGUMENTS("check", "--limit", "array-elements=5", "rich.gguf"), 1, "[TG_E_LIMIT_ARRAY_ELEMENTS]");
    expect_code(ARGUMENTS("check", "--limit", "array-depth=2", "rich.gguf"), 1, "[TG_E_LIMIT_ARRAY_DEPTH]");
    expect_code(ARGUMENTS("check", "--limit", "heap-base=1", "--limit", "heap-factor=1", "rich.gguf"), 1,
                "[TG_E_LIMIT_HEAP]");
}

static void a_hint_names_the_option_that_raises_the_limit(void **state)
{
    static const char *const limits[] = {"tensors",        "keys",        "header-bytes",
                                         "array-elements", "array-depth", "heap-base"};
    (void)state;
    gb_model *m = gb_rich(3, false);
    cli_write_model("rich.gguf", m);
    gb_free(m);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char option[48], hint[64];
        (void)snprintf(option, sizeof option, "--limit=%s=1", limits[i]);
        (void)snprintf(hint, sizeof hint, "`--limit %s=N`", limits[i]);
        expect_code(ARGUMENTS("check", option, "--limit=heap-factor=1", "rich.gguf"), 1, hint);
    }
}

static void limits_are_numbers(void **state)
{
    static const char *const wrong[] = {
        "tensors",
        "tensors=",
        "tensors=0",
        "tensors=-1",
        "tensors=+1",
        "tensors= 1",
        "tensors=0x10",
        "tensors=1KK",
        "tensors=1T",
        "tensors=4294967295",
        "array-depth=17",
        "keys=18446744073709551616",
        "heap-base=99999999999999999999",
        "header-bytes=8589934592G",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        run r = RUN("check", "--limit", wrong[i], "missing.gguf");
        assert_contains(r.err, format("tensorgate: bad value in '--limit %s': ", wrong[i]));
        assert_string_equal(r.out, "");
        assert_int_equal(r.status, 2);
        run_free(&r);
    }
    run r = RUN("check", "--limit", "tensor=5", "missing.gguf");
    assert_contains(r.err, "tensorgate: unknown limit 'tensor'; there are\n");
    assert_contains(r.err, "\n  header-bytes ");
    assert_int_equal(r.status, 2);
    run_free(&r);
}

static void jobs_are_a_small_number(void **state)
{
    static const char *const wrong[] = {"0", "257", "-1", "", "two"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        run r = RUN("check", "--jobs", wrong[i], "missing.gguf");
        assert_contains(r.err,
                        format("tensorgate: bad value '%s': --jobs takes a number from 1 to 256; try", wrong[i]));
        assert_int_equal(r.status, 2);
        run_free(&r);
    }
    run r = RUN("check", "--jobs", "256", "missing.gguf");
    assert_string_equal(r.err, "");
    run_free(&r);
    r = RUN("show", "--jobs", "2", "missing.gguf");
    assert_contains(r.err, "unknown option '--jobs'");
    run_free(&r);
}

int cli_tests_usage(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_on_standard_output),
        cmocka_unit_test(help_names_every_warning),
        cmocka_unit_test(help_fits_eighty_columns),
        cmocka_unit_test(version_is_that_of_the_library),
        cmocka_unit_test(mistakes_are_told_in_a_line),
        cmocka_unit_test(no_arguments_give_the_usage),
        cmocka_unit_test(options_end_at_two_dashes),
        cmocka_unit_test(strict_makes_warnings_errors),
        cmocka_unit_test(unknown_warnings_get_a_list),
        cmocka_unit_test(profile_demands_what_llama_cpp_demands),
        cmocka_unit_test(limits_are_what_was_asked_for),
        cmocka_unit_test(a_hint_names_the_option_that_raises_the_limit),
        cmocka_unit_test(limits_are_numbers),
        cmocka_unit_test(jobs_are_a_small_number),
    };
    return cmocka_run_group_tests(tests, cli_setup, cli_teardown);
}
