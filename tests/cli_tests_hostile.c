/* SPDX-License-Identifier: MIT */
/* Names, values and files that mean harm, and outputs that fail. */
#include "cli_json.h"
#include "cli_tests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Text from the file ---------------------------------------------------------------------- */

/* Valid UTF-8, so names may be made of it. */
static const struct {
    const char *raw, *text, *json;
} hostile[] = {
    {"a\x1b[2Jb", "a\\x1b[2Jb", "a\\u001b[2Jb"},
    {"a\nb: ok", "a\\nb: ok", "a\\nb: ok"},
    {"a\r\tb", "a\\r\\tb", "a\\r\\tb"},
    {"a\\x1b", "a\\\\x1b", "a\\\\x1b"},
    {"a\x7f", "a\\x7f", "a\\u007f"},
    {"a\xC2\x9Bz", "a\\xc2\\x9bz", "a\\u009bz"},
    {"a\xE2\x80\xAEzip\xE2\x80\xAC", "a\\xe2\\x80\\xaezip\\xe2\\x80\\xac", "a\\u202ezip\\u202c"},
    {"a\xE2\x81\xA6z\xE2\x81\xA9", "a\\xe2\\x81\\xa6z\\xe2\\x81\\xa9", "a\\u2066z\\u2069"},
    {"a\xE2\x80\x8Fz", "a\\xe2\\x80\\x8fz", "a\\u200fz"},
    {"a\xF3\xA0\x80\x81", "a\\xf3\\xa0\\x80\\x81", "a\\udb40\\udc01"},
    {"\xE6\x97\xA5\xE6\x9C\xAC", "\xE6\x97\xA5\xE6\x9C\xAC", "\xE6\x97\xA5\xE6\x9C\xAC"},
};

#define NUM_HOSTILE (sizeof hostile / sizeof hostile[0])

static void names_cannot_touch_the_terminal(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (size_t i = 0; i < NUM_HOSTILE; i++) {
        gb_add_key(m, hostile[i].raw, gb_string(hostile[i].raw));
        gb_add_tensor(m, hostile[i].raw, GB_T_F32, GB_DIMS(2));
    }
    gb_write(m);
    cli_write_model("hostile.gguf", m);
    gb_free(m);
    run text = RUN("show", "hostile.gguf"), json = RUN("show", "--json", "hostile.gguf");
    assert_terminal_safe(text.out, text.out_len);
    assert_terminal_safe(json.out, json.out_len);
    assert_json(json.out, json.out_len);
    for (size_t i = 0; i < NUM_HOSTILE; i++) {
        assert_contains(text.out, format("\n  %s ", hostile[i].text));
        assert_contains(text.out, format(" \"%s\"\n", hostile[i].text));
        assert_contains(json.out, format("{\"key\":\"%s\",\"type\":\"string\",\"value\":\"%s\"}", hostile[i].json,
                                         hostile[i].json));
        assert_contains(json.out, format("{\"name\":\"%s\",\"type\":", hostile[i].json));
    }
    assert_lacks(json.out, "_hex");
    run_free(&text);
    run_free(&json);
}

static void summaries_cannot_touch_the_terminal(void **state)
{
    (void)state;
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "general.architecture", gb_string("a\x1b[31m"));
    gb_add_key(m, "general.name", gb_string("\xE2\x80\x8Fname\xFF"));
    gb_add_key(m, "a\x1b[31m.context_length", gb_string("\x9B"));
    gb_add_key(m, "a\x1b[31m.block_count", gb_array(GB_STRING));
    gb_write(m);
    cli_write_model("summary.gguf", m);
    gb_free(m);
    run r = RUN("show", "summary.gguf");
    assert_terminal_safe(r.out, r.out_len);
    assert_contains(r.out, "  architecture    a\\x1b[31m\n");
    assert_contains(r.out, "  name            \\xe2\\x80\\x8fname\\xff\n");
    assert_contains(r.out, "  context length  \\x9b\n");
    run_free(&r);
}

static void text_that_is_not_utf8_is_kept_as_hex(void **state)
{
    (void)state;
    gb_model *m = gb_new(3, false);
    gb_value array = gb_array(GB_STRING);
    gb_push(&array, gb_string("fine"));
    gb_push(&array, gb_string_n(GB_LIT("\xFF\x00")));
    gb_value outer = gb_array(GB_ARRAY);
    gb_push(&outer, gb_strings(1, (const char *const[]){"\xED\xA0\x80"}));
    gb_push(&outer, gb_numbers(GB_U8, 1, (const uint64_t[]){7}));
    gb_add_key(m, "k.bytes", gb_string_n(GB_LIT("ab\xFF\xC2\x00z")));
    gb_add_key(m, "k.fine", gb_string_n(GB_LIT("a\0b")));
    gb_add_key(m, "k.array", array);
    gb_add_key(m, "k.outer", outer);
    gb_write(m);
    cli_write_model("bytes.gguf", m);
    gb_free(m);
    run r = RUN("show", "--json", "bytes.gguf");
    assert_json(r.out, r.out_len);
    assert_contains(r.out, "\"value\":\"ab\xEF\xBF\xBD\xEF\xBF\xBD\\u0000z\",\"value_hex\":\"6162ffc2007a\"}");
    assert_contains(r.out, "\"k.fine\",\"type\":\"string\",\"value\":\"a\\u0000b\"}");
    assert_contains(r.out, "\"value\":[\"fine\",\"\xEF\xBF\xBD\\u0000\"],\"value_hex\":[null,\"ff00\"]}");
    assert_contains(r.out, "\"value\":[[\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"],[7]],"
                           "\"value_hex\":[[\"eda080\"],[null]]}");
    run_free(&r);
    r = RUN("show", "bytes.gguf");
    assert_contains(r.out, "\"ab\\xff\\xc2\\x00z\"\n");
    assert_contains(r.out, "\"fine\", \"\\xff\\x00\"\n");
    assert_terminal_safe(r.out, r.out_len);
    run_free(&r);
}

static void file_names_are_escaped_too(void **state)
{
    static const char name[] = "\x1b[31m\nx: ok\xFF.gguf";
    (void)state;
#ifdef _WIN32
    skip(); /* no file can be called so: cli_tests_windows.c has others */
#endif
    gb_model *m = gb_base();
    cli_write_model(name, m);
    gb_free(m);
    run r = RUN("check", name);
    assert_run(&r, 0, "\\x1b[31m\\nx: ok\\xff.gguf: ok, GGUF v3, 1 tensor, 2 keys\n", "");
    run_free(&r);
    r = RUN("check", "--json", name);
    assert_int_equal(assert_json_lines(r.out, r.out_len), 1);
    assert_contains(r.out, "{\"path\":\"\\u001b[31m\\nx: ok\xEF\xBF\xBD.gguf\","
                           "\"path_hex\":\"1b5b33316d0a783a206f6bff2e67677566\",");
    run_free(&r);
    r = RUN("show", "\x1b]0;title\x07");
    assert_terminal_safe(r.err, r.err_len);
    assert_contains(r.err, "\\x1b]0;title\\x07: error: ");
    run_free(&r);
}

/* A long name pushes its own row, not all others: output stays in proportion to the file. */
static void long_names_do_not_blow_up_tables(void **state)
{
    enum {
        LONG = 60000,
        KEYS = 300
    };
    static char name[LONG + 1];
    (void)state;
    memset(name, 'k', LONG);
    gb_model *m = gb_new(3, false);
    gb_add_key(m, name, gb_u32(1));
    for (int i = 0; i < KEYS; i++)
        gb_add_key(m, format("key.%d", i), gb_u32(1));
    gb_write(m);
    cli_write_model("long.gguf", m);
    gb_free(m);
    run r = RUN("show", "long.gguf");
    assert_int_equal(r.status, 0);
    assert_contains(r.out, name);
    assert_in_range(r.out_len, LONG, LONG + 200 * KEYS);
    run_free(&r);
}

/* ---- Any bytes --------------------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *state)
{
    *state ^= (uint32_t)((uint64_t)*state << 13 & UINT32_MAX);
    *state ^= *state >> 17;
    *state ^= (uint32_t)((uint64_t)*state << 5 & UINT32_MAX);
    return *state;
}

#define MUTANTS 40

/* Flips bytes of a model, here and there, and writes the files m0, m1, … */
static void write_mutants(uint32_t *random)
{
    for (unsigned i = 0; i < MUTANTS; i++) {
        gb_model *m = gb_rich(1 + i % 3, i % 2 == 0);
        for (unsigned flips = 1 + i % 4; flips > 0; flips--)
            bytes_put_u8(&m->file, next_random(random) % m->file.len, (uint8_t)(next_random(random) & 0xFF));
        cli_write_model(format("m%u", i), m);
        gb_free(m);
    }
}

static void any_file_gives_valid_json(void **state)
{
    const char *arguments[MUTANTS + 4] = {TG_COMMAND, "check", "--json"};
    char names[MUTANTS][8];
    uint32_t random = 20240229;
    (void)state;
    for (unsigned i = 0; i < MUTANTS; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%u", i);
        arguments[3 + i] = names[i];
    }
    for (int round = 0; round < 5; round++) {
        write_mutants(&random);
        run r = run_command(arguments);
        assert_int_equal(assert_json_lines(r.out, r.out_len), MUTANTS);
        assert_terminal_safe(r.out, r.out_len);
        assert_in_range(r.status, 0, 1);
        run_free(&r);
    }
    for (unsigned i = 0; i < MUTANTS; i++) {
        run r = RUN("show", "--json", "--full", names[i]);
        if (r.status == 0)
            assert_json(r.out, r.out_len);
        assert_terminal_safe(r.out, r.out_len);
        assert_in_range(r.status, 0, 1);
        run_free(&r);
    }
}

/* ---- Outputs that fail --------------------------------------------------------------------------- */

static void expect_lost_output(const char *const *arguments, int fd, const char *err)
{
    run r = run_to(fd, arguments);
    assert_string_equal(r.err, err);
    assert_int_equal(r.status, 2);
    run_free(&r);
}

static void write_models(void)
{
    gb_model *m = gb_base();
    cli_write_model("base.gguf", m);
    for (int i = 0; i < 4000; i++)
        gb_add_tensor(m, format("tensor.%d", i), GB_T_F32, GB_DIMS(1));
    gb_write(m);
    cli_write_model("big.gguf", m);
    gb_free(m);
}

static void a_full_disk_is_an_error(void **state)
{
    static const char full_disk[] = "tensorgate: the output could not be written: No space left on device\n";
    (void)state;
    int full = cli_full_disk();
    if (full < 0)
        skip(); /* not every system has it */
    write_models();
    expect_lost_output(ARGUMENTS("check", "base.gguf", "base.gguf"), full, full_disk);
    expect_lost_output(ARGUMENTS("check", "--json", "base.gguf"), full, full_disk);
    expect_lost_output(ARGUMENTS("show", "base.gguf"), full, full_disk);
    expect_lost_output(ARGUMENTS("show", "big.gguf"), full, full_disk);
    expect_lost_output(ARGUMENTS("show", "--json", "big.gguf"), full, full_disk);
    expect_lost_output(ARGUMENTS("--help"), full, full_disk);
    expect_lost_output(ARGUMENTS("check", "--version"), full, full_disk);
    cli_close(full);
}

static void a_closed_output_is_an_error(void **state)
{
    (void)state;
    write_models();
    run r = run_to(-1, ARGUMENTS("check", "base.gguf"));
    assert_contains(r.err, "tensorgate: the output could not be written");
    assert_int_equal(r.status, 2);
    run_free(&r);
}

/* As when the output goes to head: there is nothing to say, and nobody to say it to. */
static void a_closed_pipe_is_silent(void **state)
{
    (void)state;
    write_models();
    int broken = cli_broken_pipe();
    expect_lost_output(ARGUMENTS("check", "base.gguf", "base.gguf"), broken, "");
    expect_lost_output(ARGUMENTS("show", "base.gguf"), broken, "");
    expect_lost_output(ARGUMENTS("show", "big.gguf"), broken, "");
    expect_lost_output(ARGUMENTS("show", "--json", "--full", "big.gguf"), broken, "");
    cli_close(broken);
}

int cli_tests_hostile(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_cannot_touch_the_terminal),
        cmocka_unit_test(summaries_cannot_touch_the_terminal),
        cmocka_unit_test(text_that_is_not_utf8_is_kept_as_hex),
        cmocka_unit_test(file_names_are_escaped_too),
        cmocka_unit_test(long_names_do_not_blow_up_tables),
        cmocka_unit_test(any_file_gives_valid_json),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(a_closed_output_is_an_error),
        cmocka_unit_test(a_closed_pipe_is_silent),
    };
    return cmocka_run_group_tests(tests, cli_setup, cli_teardown);
}
