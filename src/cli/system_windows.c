/* SPDX-License-Identifier: MIT */
/* The system on Windows: see system.h. Calls that take text of the code page would not know most names, so all are
 * wide; and no file is too large to be looked at. */
#include "system.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Text -------------------------------------------------------------------------------------- */

static char *to_utf8(const wchar_t *wide)
{
    int len = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = len > 0 ? (char *)malloc((size_t)len) : NULL;
    if (text != NULL && WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, len, NULL, NULL) == len)
        return text;
    free(text);
    return NULL;
}

/* The path in UTF-16 with `tail` behind it, from malloc. NULL where it is not UTF-8, or without memory. */
static wchar_t *to_wide(const char *path, const wchar_t *tail)
{
    int len = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0);
    size_t more = wcslen(tail);
    wchar_t *wide = len > 0 ? (wchar_t *)malloc(((size_t)len + more) * sizeof *wide) : NULL;
    if (wide == NULL || MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, len) != len) {
        free(wide);
        return NULL;
    }
    memcpy(wide + (len - 1), tail, (more + 1) * sizeof *wide);
    return wide;
}

/* ---- The start ------------------------------------------------------------------------------------ */

static void free_texts(char **texts)
{
    for (char **text = texts; *text != NULL; text++)
        free(*text);
    free((void *)texts);
}

static char **arguments(int *argc)
{
    int count = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    if (wide == NULL)
        return NULL;
    char **texts = (char **)calloc((size_t)count + 1, sizeof *texts);
    for (int i = 0; texts != NULL && i < count; i++) {
        texts[i] = to_utf8(wide[i]);
        if (texts[i] == NULL) {
            free_texts(texts);
            texts = NULL;
        }
    }
    (void)LocalFree((HLOCAL)wide);
    if (texts != NULL)
        *argc = count;
    return texts;
}

char **system_start(int *argc, char **argv)
{
    (void)_setmode(_fileno(stdout), _O_BINARY);
    (void)_setmode(_fileno(stderr), _O_BINARY);
    (void)SetConsoleOutputCP(CP_UTF8);
    char **texts = arguments(argc);
    return texts != NULL ? texts : argv;
}

bool system_reason(int32_t code, char *out, size_t size)
{
    wchar_t wide[256];
    if (code == 0)
        return false;
    DWORD len = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, (DWORD)code, 0, wide,
                               sizeof wide / sizeof wide[0], NULL);
    while (len > 0 && (wide[len - 1] == L'\n' || wide[len - 1] == L'\r' || wide[len - 1] == L'.'))
        len--;
    int got = len > 0 ? WideCharToMultiByte(CP_UTF8, 0, wide, (int)len, out, (int)size - 1, NULL, NULL) : 0;
    if (got <= 0)
        return false;
    out[got] = '\0';
    return true;
}

bool system_is_folder_code(int32_t code)
{
    return code == ERROR_DIRECTORY;
}

/* Not every C library has an errno for ERROR_NO_DATA. */
bool system_is_unread(void)
{
    return errno == EPIPE || _doserrno == ERROR_NO_DATA || _doserrno == ERROR_BROKEN_PIPE;
}

/* ---- Folders ---------------------------------------------------------------------------------------- */

bool system_is_separator(char c)
{
    return c == '/' || c == '\\' || c == ':';
}

/* Does the path, whose attributes say so, lead elsewhere? Files of a cloud have a tag too, but stay where they are. */
static bool is_link(const wchar_t *wide)
{
    WIN32_FIND_DATAW found;
    HANDLE handle = FindFirstFileW(wide, &found);
    if (handle == INVALID_HANDLE_VALUE)
        return true;
    (void)FindClose(handle);
    return IsReparseTagNameSurrogate(found.dwReserved0);
}

static path_kind kind_of(const char *path, bool follow)
{
    wchar_t *wide = to_wide(path, L"");
    DWORD attributes = wide != NULL ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    path_kind kind = PATH_FILE;
    if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DEVICE) != 0)
        kind = PATH_OTHER;
    else if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        kind = !follow && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && is_link(wide) ? PATH_OTHER : PATH_FOLDER;
    free(wide);
    return kind;
}

path_kind system_kind(const char *path)
{
    return kind_of(path, false);
}

path_kind system_kind_followed(const char *path)
{
    return kind_of(path, true);
}

static bool fail_with(int reason)
{
    errno = reason;
    return false;
}

/* Passes one name on; false where it was to be the last. */
static bool pass_name(const wchar_t *wide, bool (*each)(void *context, const char *name), void *context)
{
    if (wcscmp(wide, L".") == 0 || wcscmp(wide, L"..") == 0)
        return true;
    char *name = to_utf8(wide);
    bool good = name != NULL ? each(context, name) : fail_with(ENOMEM);
    free(name);
    return good;
}

bool system_list(const char *folder, bool (*each)(void *context, const char *name), void *context)
{
    WIN32_FIND_DATAW found;
    size_t len = strlen(folder);
    wchar_t *pattern = to_wide(folder, len > 0 && system_is_separator(folder[len - 1]) ? L"*" : L"\\*");
    HANDLE handle = pattern != NULL ? FindFirstFileW(pattern, &found) : INVALID_HANDLE_VALUE;
    DWORD code = GetLastError();
    free(pattern);
    if (handle == INVALID_HANDLE_VALUE)
        return fail_with(code == ERROR_ACCESS_DENIED ? EACCES : ENOENT);
    bool good = pass_name(found.cFileName, each, context);
    while (good && FindNextFileW(handle, &found))
        good = pass_name(found.cFileName, each, context);
    code = GetLastError();
    (void)FindClose(handle);
    return good && code != ERROR_NO_MORE_FILES ? fail_with(EIO) : good;
}
