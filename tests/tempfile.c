/* SPDX-License-Identifier: MIT */
/* Temporary files: see tempfile.h. Files are opened anew for each change, as another process would. */
#define _DEFAULT_SOURCE /* mkstemp, utimes, ftruncate */
#include "tempfile.h"

#include "bytes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <io.h>
#include <sys/utime.h>
#include <windows.h>
#else
#include <sys/time.h>
#include <unistd.h>
#endif

#ifdef _WIN32

static void use_slashes(char *path)
{
    for (; *path != '\0'; path++)
        if (*path == '\\')
            *path = '/';
}

void tempfile_root(char *out, size_t size)
{
    DWORD len = GetTempPathA((DWORD)size, out);
    must(len > 0 && len < size, "GetTempPath");
    use_slashes(out);
}

static void make_path(tempfile *file)
{
    char root[MAX_PATH + 1];
    tempfile_root(root, sizeof root);
    must(GetTempFileNameA(root, "tgt", 0, file->path) > 0, "GetTempFileName");
    use_slashes(file->path);
}

static int open_file(const char *path, bool writing)
{
    return _open(path, (writing ? _O_RDWR : _O_RDONLY) | _O_BINARY);
}

static bool seek_to(int fd, uint64_t at)
{
    return _lseeki64(fd, (long long)at, SEEK_SET) >= 0;
}

static bool write_once(int fd, const void *data, size_t len, size_t *out_done)
{
    int done = _write(fd, data, len > 0x100000 ? 0x100000u : (unsigned)len);
    *out_done = done > 0 ? (size_t)done : 0;
    return done > 0;
}

/* Not by _chsize_s, which writes every byte of what it adds. */
static bool resize_file(int fd, uint64_t size)
{
    LARGE_INTEGER end;
    end.QuadPart = (LONGLONG)size;
    HANDLE handle = (HANDLE)_get_osfhandle(fd);
    return SetFilePointerEx(handle, end, NULL, FILE_BEGIN) != 0 && SetEndOfFile(handle) != 0;
}

void tempfile_make_old(const tempfile *file)
{
    struct _utimbuf times = {1000000000, 1000000000};
    must(_utime(file->path, &times) == 0, file->path);
}

void tempfile_close(int fd)
{
    must(_close(fd) == 0, "close");
}

#else

void tempfile_root(char *out, size_t size)
{
    const char *folder = getenv("TMPDIR");
    int len = snprintf(out, size, "%s/", folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    must(len > 0 && (size_t)len < size, "the path of temporary files is too long");
}

static void make_path(tempfile *file)
{
    static const char name[] = "tensorgate-test-XXXXXX";
    tempfile_root(file->path, sizeof file->path - sizeof name);
    strcat(file->path, name);
    int fd = mkstemp(file->path);
    must(fd >= 0, file->path);
    tempfile_close(fd);
}

static int open_file(const char *path, bool writing)
{
    return open(path, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC);
}

static bool seek_to(int fd, uint64_t at)
{
    return lseek(fd, (off_t)at, SEEK_SET) >= 0;
}

static bool write_once(int fd, const void *data, size_t len, size_t *out_done)
{
    ssize_t done = write(fd, data, len);
    *out_done = done > 0 ? (size_t)done : 0;
    return done > 0;
}

static bool resize_file(int fd, uint64_t size)
{
    return ftruncate(fd, (off_t)size) == 0;
}

void tempfile_make_old(const tempfile *file)
{
    struct timeval times[2] = {{1000000000, 0}, {1000000000, 0}};
    must(utimes(file->path, times) == 0, file->path);
}

void tempfile_close(int fd)
{
    must(close(fd) == 0, "close");
}

#endif

tempfile tempfile_new(const void *data, size_t len)
{
    tempfile file;
    memset(&file, 0, sizeof file);
    make_path(&file);
    tempfile_write(&file, 0, data, len);
    return file;
}

void tempfile_remove(const tempfile *file)
{
    must(remove(file->path) == 0, file->path);
}

void tempfile_write(const tempfile *file, uint64_t at, const void *data, size_t len)
{
    int fd = open_file(file->path, true);
    must(fd >= 0, file->path);
    must(seek_to(fd, at), file->path);
    const uint8_t *from = (const uint8_t *)data;
    for (size_t done = 0, more = 0; done < len; done += more)
        must(write_once(fd, from + done, len - done, &more), file->path);
    tempfile_close(fd);
}

bool tempfile_resize(const tempfile *file, uint64_t size)
{
    int fd = open_file(file->path, true);
    must(fd >= 0, file->path);
    bool done = resize_file(fd, size);
    tempfile_close(fd);
    return done;
}

int tempfile_open(const tempfile *file)
{
    int fd = open_file(file->path, false);
    must(fd >= 0, file->path);
    return fd;
}
