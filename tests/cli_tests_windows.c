/* SPDX-License-Identifier: MIT */
/* The command on Windows: names beyond the code page, folders, files that others keep, ends of lines. */
#include "cli_json.h"
#include "cli_tests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <winioctl.h>

#include <cmocka.h>

/* In no code page together: Japanese, a letter with an accent, one from beyond the 16 bits. */
#define NAME "\xE6\x97\xA5\xE6\x9C\xAC-\xC3\xA9-\xF0\x9F\xA6\x99"

static const wchar_t *wide(const char *name)
{
    static wchar_t path[512];
    assert_true(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, cli_path(name), -1, path, 512) > 0);
    return path;
}

static void write_base(const char *name)
{
    gb_model *m = gb_base();
    cli_write_model(name, m);
    gb_free(m);
}

static void names_are_utf8(void **state)
{
    (void)state;
    write_base(NAME ".gguf");
    run r = RUN("check", NAME ".gguf");
    assert_run(&r, 0, NAME ".gguf: ok, GGUF v3, 1 tensor, 2 keys\n", "");
    run_free(&r);
    r = RUN("check", "--json", NAME ".gguf", NAME " \"quoted\\\" and missing\\");
    assert_int_equal(assert_json_lines(r.out, r.out_len), 2);
    assert_contains(r.out, "{\"path\":\"" NAME ".gguf\",\"verdict\":\"accept\"");
    assert_contains(r.out, "{\"path\":\"" NAME " \\\"quoted\\\\\\\" and missing\\\\\",\"verdict\":\"error\"");
    assert_int_equal(r.status, 2);
    run_free(&r);
    r = RUN("show", NAME ".gguf");
    assert_int_equal(r.status, 0);
    run_free(&r);
}

static void folders_with_such_names_are_searched(void **state)
{
    (void)state;
    assert_true(CreateDirectoryW(wide(NAME), NULL));
    assert_true(CreateDirectoryW(wide(NAME "/sub"), NULL));
    write_base(NAME "/" NAME ".gguf");
    write_base(NAME "/sub/two.gguf");
    static const char *const spellings[] = {NAME, NAME "\\", NAME "/", ".\\" NAME};
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        run r = RUN("check", "-r", spellings[i]);
        assert_contains(r.out, NAME ".gguf: ok, GGUF v3, 1 tensor, 2 keys\n");
        assert_contains(r.out, "sub/two.gguf: ok, GGUF v3, 1 tensor, 2 keys\n");
        assert_contains(r.out, "\n2 accepted, 0 rejected\n");
        assert_string_equal(r.err, "");
        assert_int_equal(r.status, 0);
        run_free(&r);
    }
    assert_true(DeleteFileW(wide(NAME "/" NAME ".gguf")));
    assert_true(DeleteFileW(wide(NAME "/sub/two.gguf")));
    assert_true(RemoveDirectoryW(wide(NAME "/sub")));
}

/* A folder is searched for files of every size: those above 4 GiB are models too. */
static void large_files_are_found_and_vetted(void **state)
{
    (void)state;
    DWORD done;
    LARGE_INTEGER size;
    gb_model *m = gb_base();
    assert_true(CreateDirectoryW(wide("large"), NULL));
    cli_write_model("large/large.gguf", m);
    HANDLE file = CreateFileW(wide("large/large.gguf"), GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    (void)DeviceIoControl(file, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &done, NULL);
    size.QuadPart = (LONGLONG)5 << 30;
    assert_true(SetFilePointerEx(file, size, NULL, FILE_BEGIN) && SetEndOfFile(file));
    assert_true(CloseHandle(file));
    run r = RUN("check", "-r", "large");
    assert_contains(r.out, "large.gguf: ok, GGUF v3, 1 tensor, 2 keys, 1 warning\n");
    assert_contains(r.out, format("bytes after the data: found %llu, limit 0) [TG_W_DATA_AFTER]",
                                  ((unsigned long long)5 << 30) - (unsigned long long)m->file.len));
    assert_int_equal(r.status, 0);
    run_free(&r);
    assert_true(DeleteFileW(wide("large/large.gguf")));
    gb_free(m);
}

/* Who writes to a model while it is vetted would change it under our eyes. */
static void a_file_that_another_writes_is_refused(void **state)
{
    (void)state;
    write_base("busy.gguf");
    HANDLE file = CreateFileW(wide("busy.gguf"), GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    run r = RUN("check", "busy.gguf");
    assert_contains(r.out, "busy.gguf: error: the file cannot be opened: ");
    assert_int_equal(r.status, 2);
    run_free(&r);
    assert_true(CloseHandle(file));
    r = RUN("check", "busy.gguf");
    assert_int_equal(r.status, 0);
    run_free(&r);
}

static void lines_end_as_everywhere(void **state)
{
    (void)state;
    write_base("base.gguf");
    run help = RUN("--help"), shown = RUN("show", "base.gguf"), json = RUN("show", "--json", "base.gguf"),
        wrong = RUN("check", "--nonsense");
    assert_lacks(help.out, "\r");
    assert_lacks(shown.out, "\r");
    assert_lacks(json.out, "\r");
    assert_lacks(wrong.err, "\r");
    assert_contains(wrong.err, "\n");
    run_free(&help);
    run_free(&shown);
    run_free(&json);
    run_free(&wrong);
}

int cli_tests_windows(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_utf8),
        cmocka_unit_test(folders_with_such_names_are_searched),
        cmocka_unit_test(large_files_are_found_and_vetted),
        cmocka_unit_test(a_file_that_another_writes_is_refused),
        cmocka_unit_test(lines_end_as_everywhere),
    };
    return cmocka_run_group_tests_name("the command on Windows", tests, cli_setup, cli_teardown);
}
