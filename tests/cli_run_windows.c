/* SPDX-License-Identifier: MIT */
/* Running the built command on Windows: see cli_run.h. Names and arguments are UTF-8. */
#include "cli_run.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <io.h>

#include <cmocka.h>

#define PATIENCE 120000 /* milliseconds */
#define LONGEST 32768   /* UTF-16 units of a command line */

static void widen(const char *text, wchar_t *out, int size)
{
    assert_true(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, out, size) > 0);
}

/* ---- The folder -------------------------------------------------------------------------- */

static char folder[MAX_PATH];
static wchar_t wide_folder[MAX_PATH];

const char *cli_path(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const wchar_t *wide_path(const char *name)
{
    static wchar_t path[512];
    widen(cli_path(name), path, 512);
    return path;
}

int cli_setup(void **state)
{
    static unsigned number;
    char temp[MAX_PATH + 1];
    (void)state;
    tempfile_root(temp, sizeof temp);
    (void)snprintf(folder, sizeof folder, "%.200stgc-%lu-%u", temp, (unsigned long)GetCurrentProcessId(), number++);
    widen(folder, wide_folder, MAX_PATH);
    return CreateDirectoryW(wide_folder, NULL) ? 0 : -1;
}

int cli_teardown(void **state)
{
    WIN32_FIND_DATAW found;
    wchar_t path[2 * MAX_PATH];
    (void)state;
    (void)_snwprintf(path, 2 * MAX_PATH, L"%ls\\*", wide_folder);
    HANDLE all = FindFirstFileW(path, &found);
    for (bool more = all != INVALID_HANDLE_VALUE; more; more = FindNextFileW(all, &found)) {
        (void)_snwprintf(path, 2 * MAX_PATH, L"%ls\\%ls", wide_folder, found.cFileName);
        if (!DeleteFileW(path))
            (void)RemoveDirectoryW(path);
    }
    (void)FindClose(all);
    return RemoveDirectoryW(wide_folder) ? 0 : -1;
}

void cli_write(const char *name, const void *data, size_t len)
{
    DWORD done = 0;
    HANDLE file = CreateFileW(wide_path(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, data, (DWORD)len, &done, NULL) && done == len);
    assert_true(CloseHandle(file));
}

/* ---- Running ------------------------------------------------------------------------------- */

/* The arguments as one line, which CommandLineToArgvW takes apart again: backslashes double in front of a quote. */
static wchar_t *command_line(const char *const *arguments)
{
    char *line = (char *)must_alloc(LONGEST), *to = line;
    for (; *arguments != NULL; arguments++) {
        size_t backslashes = 0;
        assert_true((size_t)(to - line) + 2 * strlen(*arguments) + 4 < LONGEST);
        *to++ = '"';
        for (const char *from = *arguments; *from != '\0'; from++) {
            for (; *from == '"' && backslashes > 0; backslashes--)
                *to++ = '\\';
            backslashes = *from == '\\' ? backslashes + 1 : 0;
            if (*from == '"')
                *to++ = '\\';
            *to++ = *from;
        }
        for (; backslashes > 0; backslashes--)
            *to++ = '\\';
        *to++ = '"';
        *to++ = ' ';
    }
    *to = '\0';
    wchar_t *wide = (wchar_t *)must_alloc(LONGEST * sizeof *wide);
    widen(line, wide, LONGEST);
    free(line);
    return wide;
}

static int run_with(HANDLE out, HANDLE err, const char *const *arguments)
{
    STARTUPINFOW start;
    PROCESS_INFORMATION child;
    DWORD status = 0;
    memset(&start, 0, sizeof start);
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdOutput = out;
    start.hStdError = err;
    wchar_t *line = command_line(arguments);
    assert_true(CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, wide_folder, &start, &child));
    free(line);
    bool ended = WaitForSingleObject(child.hProcess, PATIENCE) == WAIT_OBJECT_0;
    if (!ended)
        (void)TerminateProcess(child.hProcess, 1);
    assert_true(GetExitCodeProcess(child.hProcess, &status));
    (void)CloseHandle(child.hThread);
    (void)CloseHandle(child.hProcess);
    return ended && status < 256 ? (int)status : -1;
}

/* A file that children write to, and that is gone when it is closed. */
static HANDLE scratch(void)
{
    wchar_t temp[MAX_PATH + 1], path[MAX_PATH + 1];
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    assert_true(GetTempPathW(MAX_PATH, temp) > 0 && GetTempFileNameW(temp, L"tgo", 0, path) > 0);
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                              CREATE_ALWAYS, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    return file;
}

static char *collect(HANDLE file, size_t *out_len)
{
    LARGE_INTEGER size, start = {{0, 0}};
    DWORD got = 0;
    assert_true(GetFileSizeEx(file, &size) && SetFilePointerEx(file, start, NULL, FILE_BEGIN));
    size_t len = (size_t)size.QuadPart;
    char *text = (char *)must_alloc(len + 1);
    assert_true(ReadFile(file, text, (DWORD)len, &got, NULL) && got == len);
    text[len] = '\0';
    *out_len = len;
    (void)CloseHandle(file);
    return text;
}

run run_command(const char *const *arguments)
{
    run r;
    HANDLE out = scratch(), err = scratch();
    r.status = run_with(out, err, arguments);
    r.out = collect(out, &r.out_len);
    r.err = collect(err, &r.err_len);
    return r;
}

run run_to(int fd, const char *const *arguments)
{
    run r;
    HANDLE err = scratch();
    r.status = run_with(fd < 0 ? NULL : (HANDLE)_get_osfhandle(fd), err, arguments);
    r.out = collect(scratch(), &r.out_len);
    r.err = collect(err, &r.err_len);
    return r;
}

run run_on_terminal(unsigned short columns, const char *const *arguments)
{
    run r;
    (void)columns;
    (void)arguments;
    memset(&r, 0, sizeof r);
    print_message("skipped: the command treats consoles as files on Windows\n");
    skip();
    return r;
}

/* ---- What the system offers ---------------------------------------------------------------------- */

void cli_setenv(const char *name, const char *value)
{
    assert_true(SetEnvironmentVariableA(name, value) || value == NULL);
}

bool cli_deny(const char *name)
{
    (void)name;
    return false; /* cli_tests_windows.c has a file that another program keeps */
}

bool cli_fifo(const char *name)
{
    (void)name;
    return false;
}

int cli_full_disk(void)
{
    return -1;
}

int cli_broken_pipe(void)
{
    HANDLE from, to;
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    assert_true(CreatePipe(&from, &to, &inherited, 0));
    (void)CloseHandle(from);
    return _open_osfhandle((intptr_t)to, 0);
}

void cli_close(int fd)
{
    (void)_close(fd);
}
