/* SPDX-License-Identifier: MIT */
/* The folder of a set on POSIX systems: held open, so that a folder that is renamed, or another working directory,
 * changes nothing. */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#if !defined(_POSIX_C_SOURCE) && !defined(__APPLE__)
#define _POSIX_C_SOURCE 200809L
#endif

#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#if !defined(PATH_MAX)
#define PATH_MAX 4096
#endif

static tgi_fault folder_fault(tg_status status, int32_t os_code)
{
    tgi_fault fault = {status, os_code};
    return fault;
}

size_t tgi_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

tgi_fault tgi_folder_open(tgi_folder *folder, const char *path)
{
    char name[PATH_MAX] = ".";
    size_t len = tgi_path_name(path);
    if (len >= sizeof name)
        return folder_fault(TG_E_OPEN, ENAMETOOLONG);
    if (len > 0) {
        memcpy(name, path, len);
        name[len] = '\0';
    }
    int fd;
    do
        fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return folder_fault(TG_E_OPEN, errno);
    folder->fd = fd;
    return folder_fault(TG_OK, 0);
}

void tgi_folder_close(tgi_folder *folder)
{
    (void)close(folder->fd);
    folder->fd = -1;
}

tgi_fault tgi_folder_source(const tgi_folder *folder, const char *name, bool follow, tgi_source *out_source)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW), fd;
    do
        fd = openat(folder->fd, name, flags);
    while (fd < 0 && errno == EINTR);
    if (fd >= 0) {
        tgi_fault fault = tgi_source_fd(out_source, fd);
        (void)close(fd);
        return fault;
    }
    if (errno == ENOENT)
        return folder_fault(TG_E_PART_MISSING, ENOENT);
    if (!follow && (errno == ELOOP || errno == EMLINK))
        return folder_fault(TG_E_LINK, 0);
    return folder_fault(TG_E_OPEN, errno);
}

bool tgi_folder_list_open(tgi_folder_list *list, const tgi_folder *folder)
{
    /* Opened anew: a duplicate would share its position with other walks. */
    int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL && fd >= 0)
        (void)close(fd);
    list->handle = dir;
    return dir != NULL;
}

bool tgi_folder_next(tgi_folder_list *list, char *out_name, size_t size)
{
    const struct dirent *entry;
    while ((entry = readdir((DIR *)list->handle)) != NULL) {
        size_t len = strlen(entry->d_name);
        if (len < size) {
            memcpy(out_name, entry->d_name, len + 1);
            return true;
        }
    }
    return false;
}

void tgi_folder_list_close(tgi_folder_list *list)
{
    (void)closedir((DIR *)list->handle);
}
