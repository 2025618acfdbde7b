/* SPDX-License-Identifier: MIT */
/* Temporary folders: see tempfolder.h. */
#define _DEFAULT_SOURCE /* mkdtemp, symlink */
#include "tempfolder.h"

#include "tempfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <direct.h>
#include <windows.h>
#else
#include <sys/stat.h>
#include <unistd.h>
#endif

#ifdef _WIN32

static void make_folder(char *path, size_t size)
{
    char temp[MAX_PATH + 1];
    tempfile_root(temp, sizeof temp);
    for (unsigned i = 0; i < 10000; i++) {
        (void)snprintf(path, size, "%stgt-%lu-%u", temp, (unsigned long)GetCurrentProcessId(), i);
        if (_mkdir(path) == 0)
            return;
    }
    must(false, "no temporary folder");
}

static bool make_subfolder(const char *path)
{
    return _mkdir(path) == 0;
}

static bool remove_folder(const char *path)
{
    return _rmdir(path) == 0;
}

static bool make_link(const char *target, const char *path)
{
    (void)target;
    (void)path;
    return false;
}

#else

static void make_folder(char *path, size_t size)
{
    static const char name[] = "tensorgate-test-XXXXXX";
    tempfile_root(path, size - sizeof name);
    strcat(path, name);
    must(mkdtemp(path) != NULL, path);
}

static bool make_subfolder(const char *path)
{
    return mkdir(path, 0700) == 0;
}

static bool remove_folder(const char *path)
{
    return rmdir(path) == 0;
}

static bool make_link(const char *target, const char *path)
{
    return symlink(target, path) == 0;
}

#endif

tempfolder tempfolder_new(void)
{
    tempfolder f;
    memset(&f, 0, sizeof f);
    make_folder(f.path, sizeof f.path);
    return f;
}

const char *tempfolder_path(tempfolder *f, const char *name)
{
    int len = snprintf(f->joined, sizeof f->joined, "%s/%s", f->path, name);
    must(len > 0 && (size_t)len < sizeof f->joined, name);
    return f->joined;
}

static size_t find(const tempfolder *f, const char *name)
{
    size_t i = 0;
    while (i < f->count && strcmp(f->names[i], name) != 0)
        i++;
    return i;
}

static void note(tempfolder *f, const char *name)
{
    if (find(f, name) < f->count)
        return;
    must(f->count < TEMPFOLDER_MOST && strlen(name) < sizeof f->names[0], name);
    (void)snprintf(f->names[f->count++], sizeof f->names[0], "%s", name);
}

void tempfolder_put(tempfolder *f, const char *name, const bytes *data)
{
    FILE *file = fopen(tempfolder_path(f, name), "wb");
    must(file != NULL, name);
    must(data->len == 0 || fwrite(data->data, data->len, 1, file) == 1, name);
    must(fclose(file) == 0, name);
    note(f, name);
}

bool tempfolder_link(tempfolder *f, const char *target, const char *name)
{
    if (!make_link(target, tempfolder_path(f, name)))
        return false;
    note(f, name);
    return true;
}

void tempfolder_folder(tempfolder *f, const char *name)
{
    must(make_subfolder(tempfolder_path(f, name)), name);
    note(f, name);
}

void tempfolder_delete(tempfolder *f, const char *name)
{
    size_t i = find(f, name);
    must(i < f->count, name);
    const char *path = tempfolder_path(f, name);
    must(remove(path) == 0 || remove_folder(path), name);
    memmove(f->names[i], f->names[i + 1], (f->count - i - 1) * sizeof f->names[0]);
    f->count--;
}

void tempfolder_rename(tempfolder *f, const char *name, const char *to)
{
    char from[512];
    (void)snprintf(from, sizeof from, "%s", tempfolder_path(f, name));
    must(rename(from, tempfolder_path(f, to)) == 0, name);
    size_t i = find(f, name);
    must(i < f->count, name);
    if (find(f, to) < f->count) {
        memmove(f->names[i], f->names[i + 1], (f->count - i - 1) * sizeof f->names[0]);
        f->count--;
    } else {
        (void)snprintf(f->names[i], sizeof f->names[0], "%s", to);
    }
}

void tempfolder_remove(tempfolder *f)
{
    while (f->count > 0) {
        char name[96];
        memcpy(name, f->names[f->count - 1], sizeof name);
        tempfolder_delete(f, name);
    }
    must(remove_folder(f->path), f->path);
}
