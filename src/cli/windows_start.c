/* SPDX-License-Identifier: MIT */
/* The start on Windows: see windows_start.h. The arguments of main are in whatever code page is set. */
#include "windows_start.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>

static char *to_utf8(const wchar_t *wide)
{
    int len = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = len > 0 ? (char *)malloc((size_t)len) : NULL;
    if (text != NULL && WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, len, NULL, NULL) == len)
        return text;
    free(text);
    return NULL;
}

static void free_texts(char **texts)
{
    for (char **text = texts; *text != NULL; text++)
        free(*text);
    free(texts);
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
    (void)LocalFree(wide);
    if (texts != NULL)
        *argc = count;
    return texts;
}

char **start_windows(int *argc, char **argv)
{
    (void)_setmode(_fileno(stdout), _O_BINARY);
    (void)SetConsoleOutputCP(CP_UTF8);
    char **texts = arguments(argc);
    return texts != NULL ? texts : argv;
}
