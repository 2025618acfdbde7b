/* SPDX-License-Identifier: MIT */
/* tensorgate check: verdicts and exit statuses, as text and as JSON. */
#include "cli_json.h"
#include "cli_tests.h"
#include "legacy_build.h"
#include "zip_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define U64(number) ((unsigned long long)(number))

static void write_base(const char *name)
{
    gb_model *m = gb_base();
    cli_write_model(name, m);
    gb_free(m);
}

/* The first tensor has nine dimensions. Returns the offset of that number. */
static unsigned long long write_bad(const char *name)
{
    gb_model *m = gb_base();
    unsigned long long at = U64(m->tensors[0].at.num_dims);
    bytes_put_u32(&m->file, at, 9);
    cli_write_model(name, m);
    gb_free(m);
    return at;
}

static void expect_line(const char *name, int status, const char *line)
{
    run r = RUN("check", name);
    assert_run(&r, status, line, "");
    run_free(&r);
}

/* ---- Text -------------------------------------------------------------------------------- */

static void accepted_files_get_one_line(void **state)
{
    (void)state;
    write_base("base.gguf");
    expect_line("base.gguf", 0, "base.gguf: ok, GGUF v3, 1 tensor, 2 keys\n");
    gb_model *m = gb_rich(2, true);
    cli_write_model("rich.gguf", m);
    expect_line("rich.gguf", 0,
                format("rich.gguf: ok, GGUF v2, %zu tensors, %zu keys, big-endian\n", m->num_tensors, m->num_keys));
    gb_free(m);
}

static void models_in_archives_are_listed_and_chosen(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    zb_archive z;
    memset(&z, 0, sizeof z);
    zb_add(&z, "one.gguf", m->file.data, m->file.len);
    zb_add(&z, "two\033.gguf", m->file.data, m->file.len);
    zb_add(&z, "readme", "x", 1);
    zb_write(&z);
    cli_write("two.zip", z.file.data, z.file.len);
    run r = RUN("check", "two.zip");
    assert_int_equal(r.status, 2);
    assert_contains(r.out, "[TG_E_ZIP_SEVERAL]\n");
    assert_contains(r.out, "--member NAME");
    assert_contains(r.out, "  member: one.gguf\n");
    assert_lacks(r.out, "readme");
    assert_terminal_safe(r.out, r.out_len);
    run_free(&r);
    r = RUN("check", "--json", "two.zip");
    assert_contains(r.out, "\"members\":[\"one.gguf\",\"two\\u001b.gguf\"]");
    run_free(&r);
    r = RUN("check", "--member", "one.gguf", "two.zip");
    assert_run(&r, 0, "two.zip: ok, GGUF v3, 1 tensor, 2 keys\n", "");
    run_free(&r);
    r = RUN("check", "--member=none", "two.zip");
    assert_int_equal(r.status, 2);
    assert_contains(r.out, "  member: readme\n");
    run_free(&r);
    zb_free(&z);
    gb_free(m);
}

static void warnings_follow(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_add_key(m, "Odd.key", gb_u32(1));
    gb_add_key(m, "Even.key", gb_u32(2));
    gb_add_tensor(m, "v", GB_T_F32, GB_DIMS(8));
    gb_set_offset(m, 1, 64);
    gb_write(m);
    cli_write_model("odd.gguf", m);
    expect_line(
        "odd.gguf", 0,
        format("odd.gguf: ok, GGUF v3, 2 tensors, 4 keys, 2 warnings\n"
               "  warning: at byte %llu: key segment outside [a-z0-9_-]+ (name of key 2) [TG_W_KEY_STYLE] (x2)\n"
               "  warning: at byte %llu: gap in the tensor data (tensor offset of tensor 1: found %llu, "
               "limit %llu) [TG_W_DATA_GAP]\n",
               U64(m->keys[2].at.length), U64(m->tensors[1].at.offset), U64(m->at.data + 32), U64(m->at.data + 64)));
    gb_free(m);
}

static void rejected_files_say_where_and_why(void **state)
{
    (void)state;
    unsigned long long at = write_bad("bad.gguf");
    expect_line("bad.gguf", 1,
                format("bad.gguf: rejected at byte %llu: more dimensions than the format allows (number of dimensions "
                       "of tensor 0: found 9, limit 4) [TG_E_RANK]\n",
                       at));
}

static void cut_files_say_what_is_missing(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    cli_write("cut.gguf", m->file.data, m->file.len - 1);
    run r = RUN("check", "cut.gguf");
    assert_contains(r.out, "[TG_E_TENSOR_TRUNCATED]\n  hint: ");
    assert_contains(r.out, format("%s 32 bytes, left 31", "needs"));
    assert_int_equal(r.status, 1);
    run_free(&r);
    gb_free(m);
}

/* What people have instead of a model, and the word that tells them. */
static void hints_say_what_it_is(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *code, *hint;
    } rows[] = {
        {GB_LIT("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "TG_E_MAGIC", "Git LFS"},
        {GB_LIT("<!DOCTYPE html>\n<html></html>\n"), "TG_E_MAGIC", "HTML"},
        {GB_LIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "TG_E_MAGIC", "zero"},
        {GB_LIT("nsgg\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), NULL, "session"},
        {GB_LIT("FUGG\3\0\0\0"), NULL, "FUGG"},
        {GB_LIT("PK\3\4\0\0\0\0"), "TG_E_MAGIC", "zip"},
        {GB_LIT(""), "TG_E_EMPTY_FILE", "incomplete"},
        {GB_LIT("GGUF\3\0\0\0\1\0"), "TG_E_TRUNCATED", "incomplete"},
        {GB_LIT("GGUF\11\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "TG_E_VERSION", "newer"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cli_write("file", rows[i].text, rows[i].len);
        run r = RUN("check", "file");
        assert_contains(r.out, "file: rejected at byte ");
        const char *hint = strstr(r.out, "\n  hint: ");
        assert_non_null(hint);
        assert_contains(hint, rows[i].hint);
        if (rows[i].code != NULL)
            assert_contains(r.out, rows[i].code);
        assert_string_equal(r.err, "");
        assert_int_equal(r.status, 1);
        run_free(&r);
    }
}

/* ---- What cannot be checked --------------------------------------------------------------- */

static void missing_files_are_errors(void **state)
{
    (void)state;
    expect_line("missing.gguf", 2, "missing.gguf: error: the file cannot be opened: " CLI_NO_FILE " [TG_E_OPEN]\n");
    expect_line("", 2, ": error: the file cannot be opened: " CLI_NO_PATH " [TG_E_OPEN]\n");
}

static void files_without_permission_are_errors(void **state)
{
    (void)state;
    write_base("secret.gguf");
    if (!cli_deny("secret.gguf"))
        skip();
    expect_line("secret.gguf", 2, "secret.gguf: error: the file cannot be opened: Permission denied [TG_E_OPEN]\n");
}

static void directories_are_errors(void **state)
{
    (void)state;
    expect_line(".", 2,
                ".: error: this is a directory [TG_E_NOT_REGULAR]\n  hint: name the files in it, or use check -r\n");
}

/* A pipe that nobody writes to must not make it wait, nor one that never ends. */
static void pipes_and_devices_are_errors(void **state)
{
    const char *names[] = {CLI_NULL_DEVICE, "pipe", "/dev/zero"};
    (void)state;
    size_t num = cli_fifo("pipe") ? 3 : 1;
    for (size_t i = 0; i < num; i++) {
        run r = RUN("check", names[i]);
        assert_contains(r.out, format("%s: error: not a regular file [TG_E_NOT_REGULAR]\n  hint: ", names[i]));
        assert_int_equal(r.status, 2);
        run_free(&r);
    }
}

static void standard_input_is_refused(void **state)
{
    (void)state;
    write_base("-");
    run r = RUN("check", "-");
    assert_contains(r.out, "-: error: standard input is not supported");
    assert_contains(r.out, "./-");
    assert_int_equal(r.status, 2);
    run_free(&r);
    expect_line("./-", 0, "./-: ok, GGUF v3, 1 tensor, 2 keys\n");
}

static void the_worst_verdict_is_the_exit_status(void **state)
{
    static const struct {
        const char *files[3];
        int status;
    } rows[] = {
        {{"ok.gguf", "ok.gguf", "ok.gguf"}, 0},       {{"ok.gguf", "bad.gguf", "ok.gguf"}, 1},
        {{"bad.gguf", "ok.gguf", "bad.gguf"}, 1},     {{"ok.gguf", "missing.gguf", "ok.gguf"}, 2},
        {{"missing.gguf", "bad.gguf", "ok.gguf"}, 2}, {{"bad.gguf", "ok.gguf", "missing.gguf"}, 2},
    };
    (void)state;
    write_base("ok.gguf");
    (void)write_bad("bad.gguf");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run r = RUN("check", rows[i].files[0], rows[i].files[1], rows[i].files[2]);
        const char *at = r.out;
        for (size_t k = 0; k < 3; k++) { /* each file has its line, in order */
            at = strstr(at, format("%s: ", rows[i].files[k]));
            assert_non_null(at);
            at++;
        }
        assert_string_equal(r.err, "");
        assert_int_equal(r.status, rows[i].status);
        run_free(&r);
    }
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void expect_json(const char *name, int status, const char *line)
{
    run r = RUN("check", "--json", name);
    assert_run(&r, status, line, "");
    assert_int_equal(assert_json_lines(r.out, r.out_len), 1);
    run_free(&r);
}

static void json_of_accepted_files(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    cli_write_model("base.gguf", m);
    expect_json("base.gguf", 0,
                format("{\"path\":\"base.gguf\",\"verdict\":\"accept\",\"format\":\"gguf\",\"version\":3,"
                       "\"endian\":\"little\",\"num_tensors\":1,\"num_keys\":2,\"data_offset\":%llu,\"warnings\":[]}\n",
                       U64(m->at.data)));
    gb_add_key(m, "Odd.key", gb_u32(1));
    gb_write(m);
    bytes_u8(&m->file, 1);
    cli_write_model("odd.gguf", m);
    expect_json(
        "odd.gguf", 0,
        format("{\"path\":\"odd.gguf\",\"verdict\":\"accept\",\"format\":\"gguf\",\"version\":3,\"endian\":\"little\","
               "\"num_tensors\":1,\"num_keys\":3,\"data_offset\":%llu,\"warnings\":["
               "{\"code\":\"TG_W_KEY_STYLE\",\"count\":1,\"offset\":%llu,\"index\":2,\"message\":\"at byte %llu: key "
               "segment outside [a-z0-9_-]+ (name of key 2) [TG_W_KEY_STYLE]\"},"
               "{\"code\":\"TG_W_DATA_AFTER\",\"count\":1,\"offset\":%llu,\"index\":null,\"message\":\"at byte %llu: "
               "bytes after the last tensor (bytes after the data: found 1, limit 0) [TG_W_DATA_AFTER]\"}]}\n",
               U64(m->at.data), U64(m->keys[2].at.length), U64(m->keys[2].at.length), U64(m->file.len - 1),
               U64(m->file.len - 1)));
    gb_free(m);
}

static void json_of_rejected_files(void **state)
{
    (void)state;
    unsigned long long at = write_bad("bad.gguf");
    expect_json(
        "bad.gguf", 1,
        format("{\"path\":\"bad.gguf\",\"verdict\":\"reject\",\"warnings\":[],\"error\":{\"code\":\"TG_E_RANK\","
               "\"class\":\"malformed\",\"offset\":%llu,\"index\":0,\"found\":9,\"limit\":4,\"message\":\"at byte "
               "%llu: more dimensions than the format allows (number of dimensions of tensor 0: found 9, "
               "limit 4) [TG_E_RANK]\",\"hint\":null}}\n",
               at, at));
}

/* 300 tokens of which nobody says whose they are: the error names all layouts that explain them, and of a file that no
 * layout explains, the one that came furthest. */
static void json_names_layouts(void **state)
{
    (void)state;
    bytes file = lb_seven_numbers(300);
    bytes_fill(&file, (size_t)300 * 4, 0);
    cli_write("two.bin", file.data, file.len);
    expect_json("two.bin", 1,
                "{\"path\":\"two.bin\",\"verdict\":\"reject\",\"warnings\":[],\"error\":{\"code\":"
                "\"TG_E_LAYOUT_AMBIGUOUS\",\"class\":\"unsupported\",\"offset\":0,\"index\":null,\"found\":2,"
                "\"limit\":1,\"layouts\":[\"llama\",\"gptneox-old\"],\"message\":\"at byte 0: several layouts explain "
                "the file: say which one it is (layouts: found 2, limit 1): llama, gptneox-old "
                "[TG_E_LAYOUT_AMBIGUOUS]\",\"hint\":\"say which one: `--layout NAME`, or tg_options.layout\"}}\n");
    bytes_put_u32(&file, 16, 3);
    cli_write("none.bin", file.data, file.len);
    expect_json("none.bin", 1,
                "{\"path\":\"none.bin\",\"verdict\":\"reject\",\"warnings\":[],\"error\":{\"code\":"
                "\"TG_E_HPARAM_RELATION\",\"class\":\"malformed\",\"offset\":8,\"index\":null,\"found\":64,\"limit\":3,"
                "\"layouts\":[\"llama\"],\"message\":\"at byte 8: hyper-parameters that do not fit together (n_embd: "
                "found 64, limit 3), read as llama [TG_E_HPARAM_RELATION]\",\"hint\":\"no tensor shows which layout it "
                "is, and this came closest: if it is another, `--layout NAME`\"}}\n");
    bytes_free(&file);
}

static void json_of_errors(void **state)
{
    (void)state;
    expect_json("missing.gguf", 2,
                "{\"path\":\"missing.gguf\",\"verdict\":\"error\",\"warnings\":[],\"error\":{\"code\":\"TG_E_OPEN\","
                "\"class\":\"io\",\"offset\":0,\"index\":null,\"found\":0,\"limit\":0,\"message\":\"the file cannot be "
                "opened: " CLI_NO_FILE " [TG_E_OPEN]\",\"hint\":null,\"os_code\":2}}\n");
    run r = RUN("check", "--json", "-", ".", CLI_NULL_DEVICE);
    assert_int_equal(assert_json_lines(r.out, r.out_len), 3);
    assert_int_equal(r.status, 2);
    run_free(&r);
}

int cli_tests_check(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted_files_get_one_line),
        cmocka_unit_test(models_in_archives_are_listed_and_chosen),
        cmocka_unit_test(warnings_follow),
        cmocka_unit_test(rejected_files_say_where_and_why),
        cmocka_unit_test(cut_files_say_what_is_missing),
        cmocka_unit_test(hints_say_what_it_is),
        cmocka_unit_test(missing_files_are_errors),
        cmocka_unit_test(files_without_permission_are_errors),
        cmocka_unit_test(directories_are_errors),
        cmocka_unit_test(pipes_and_devices_are_errors),
        cmocka_unit_test(standard_input_is_refused),
        cmocka_unit_test(the_worst_verdict_is_the_exit_status),
        cmocka_unit_test(json_of_accepted_files),
        cmocka_unit_test(json_of_rejected_files),
        cmocka_unit_test(json_names_layouts),
        cmocka_unit_test(json_of_errors),
    };
    return cmocka_run_group_tests(tests, cli_setup, cli_teardown);
}
