/* SPDX-License-Identifier: MIT */
/* The system on POSIX hosts: see system.h. */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#define _POSIX_C_SOURCE 200809L

#include "system.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

char **system_start(int *argc, char **argv)
{
    (void)argc;
    (void)signal(SIGPIPE, SIG_IGN); /* a write says it as well */
    return argv;
}

bool system_reason(int32_t code, char *out, size_t size)
{
    return code > 0 && strerror_r(code, out, size) == 0;
}

bool system_is_folder_code(int32_t code)
{
    return code == EISDIR;
}

bool system_is_unread(void)
{
    return errno == EPIPE;
}

static path_kind kind_of(const struct stat *st)
{
    return S_ISDIR(st->st_mode) ? PATH_FOLDER : S_ISREG(st->st_mode) ? PATH_FILE : PATH_OTHER;
}

path_kind system_kind(const char *path)
{
    struct stat st = {0}; /* for MSan, which does not know it */
    if (lstat(path, &st) != 0)
        return PATH_OTHER;
    if (!S_ISLNK(st.st_mode))
        return kind_of(&st);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? PATH_FILE : PATH_OTHER;
}

path_kind system_kind_followed(const char *path)
{
    struct stat st = {0}; /* for MSan, which does not know it */
    return stat(path, &st) == 0 ? kind_of(&st) : PATH_OTHER;
}

bool system_is_separator(char c)
{
    return c == '/';
}

bool system_list(const char *folder, bool (*each)(void *context, const char *name), void *context)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return false;
    bool good = true;
    const struct dirent *entry = NULL;
    while (good && (errno = 0, entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            good = each(context, entry->d_name);
    int reason = errno;
    (void)closedir(dir);
    errno = reason;
    return good && (entry != NULL || reason == 0);
}
