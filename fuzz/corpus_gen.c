/* SPDX-License-Identifier: MIT */
/* Writes corpus/, or says how it differs from what would be written.
 *
 *     corpus_gen write DIR
 *     corpus_gen check DIR
 *
 * The corpus also holds what no generator can know: reproducers in regress/, and seeds that a fuzzer found, whose
 * names are hashes. Everything else is written here. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* S_IFDIR */
#endif

#include "corpus_gen.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef _WIN32
#include <direct.h>
#define MAKE_FOLDER(path) _mkdir(path)
#else
#define MAKE_FOLDER(path) mkdir(path, 0777)
#endif

#define MAX_PATH_BYTES 1024
#define MAX_FILE_BYTES 65536 /* of a file with tensors; most have few hundred */

typedef struct entry {
    char *path;
    bytes file;
} entry;

struct corpus {
    entry *entries;
    size_t num;
};

void corpus_add(corpus *c, const char *path, const void *data, size_t len)
{
    must(len <= MAX_FILE_BYTES, path);
    for (size_t i = 0; i < c->num; i++)
        must(strcmp(c->entries[i].path, path) != 0, path);
    c->entries = (entry *)must_realloc(c->entries, (c->num + 1) * sizeof *c->entries);
    entry *e = &c->entries[c->num++];
    e->path = (char *)must_alloc(strlen(path) + 1);
    memcpy(e->path, path, strlen(path) + 1);
    e->file = bytes_new(false);
    bytes_raw(&e->file, data, len);
}

/* ---- Writing ------------------------------------------------------------------------------- */

static void join(char *out, const char *folder, const char *name)
{
    int len = snprintf(out, MAX_PATH_BYTES, "%s/%s", folder, name);
    must(len > 0 && len < MAX_PATH_BYTES, "the path is too long");
}

static void make_folders(const char *path)
{
    char part[MAX_PATH_BYTES];
    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        must(MAKE_FOLDER(part) == 0 || errno == EEXIST, part);
    }
}

static void write_entry(const entry *e, const char *folder)
{
    char path[MAX_PATH_BYTES];
    join(path, folder, e->path);
    make_folders(path);
    FILE *file = fopen(path, "wb");
    must(file != NULL, path);
    must(fwrite(e->file.data, 1, e->file.len, file) == e->file.len && fclose(file) == 0, path);
}

/* ---- Checking -------------------------------------------------------------------------------- */

static bool is_in_folder(const entry *e, const char *folder)
{
    static uint8_t found[MAX_FILE_BYTES + 1];
    char path[MAX_PATH_BYTES];
    join(path, folder, e->path);
    FILE *file = fopen(path, "rb");
    size_t len = file != NULL ? fread(found, 1, sizeof found, file) : 0;
    if (file != NULL)
        (void)fclose(file);
    if (file != NULL && len == e->file.len && (len == 0 || memcmp(found, e->file.data, len) == 0))
        return true;
    (void)printf("%s: %s\n", path, file == NULL ? "missing" : "not what the generator writes");
    return false;
}

static bool is_generated(const corpus *c, const char *path)
{
    for (size_t i = 0; i < c->num; i++)
        if (strcmp(c->entries[i].path, path) == 0)
            return true;
    return false;
}

/* 16 digits or more of hexadecimal, and nothing else: a file that a fuzzer found. */
static bool is_found(const char *name)
{
    size_t digits = strspn(name, "0123456789abcdef");
    return digits >= 16 && name[digits] == '\0';
}

static bool may_be_there(const corpus *c, const char *path)
{
    const char *name = strrchr(path, '/');
    if (name == NULL)
        return strcmp(path, "README.md") == 0 || strcmp(path, "verdicts.txt") == 0;
    return is_generated(c, path) || strstr(path, "/regress/") != NULL ||
           (strstr(path, "/seed/") != NULL && is_found(name + 1));
}

/* Is there nothing below `folder`/`inside` that nobody can account for? */
static bool check_folder(const corpus *c, const char *folder, const char *inside)
{
    char path[MAX_PATH_BYTES], below[MAX_PATH_BYTES];
    join(path, folder, inside);
    DIR *handle = opendir(path);
    must(handle != NULL, path);
    bool fine = true;
    for (struct dirent *found; (found = readdir(handle)) != NULL;) {
        struct stat st = {0}; /* for MSan, which does not know it */
        if (found->d_name[0] == '.')
            continue;
        if (strcmp(inside, ".") == 0)
            (void)snprintf(below, sizeof below, "%s", found->d_name);
        else
            join(below, inside, found->d_name);
        join(path, folder, below);
        must(stat(path, &st) == 0, path);
        if ((st.st_mode & S_IFMT) == S_IFDIR) {
            fine = check_folder(c, folder, below) && fine;
        } else if (!may_be_there(c, below)) {
            (void)printf("%s: nothing writes this file\n", path);
            fine = false;
        }
    }
    (void)closedir(handle);
    return fine;
}

int main(int argc, char **argv)
{
    static void (*const lists[])(corpus *) = {
        corpus_gguf,     corpus_gguf_tensors, corpus_legacy, corpus_legacy_rules, corpus_lookalikes,
        corpus_programs, corpus_safetensors,  corpus_sets,   corpus_zip,
    };
    corpus c = {NULL, 0};
    bool writing = argc == 3 && strcmp(argv[1], "write") == 0;
    if (argc != 3 || (!writing && strcmp(argv[1], "check") != 0)) {
        (void)fprintf(stderr, "usage: corpus_gen write|check DIR\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        lists[i](&c);
    bool fine = true;
    for (size_t i = 0; i < c.num; i++) {
        if (writing)
            write_entry(&c.entries[i], argv[2]);
        else
            fine = is_in_folder(&c.entries[i], argv[2]) && fine;
    }
    fine = check_folder(&c, argv[2], ".") && fine;
    (void)printf("%zu files\n", c.num);
    for (size_t i = 0; i < c.num; i++) {
        free(c.entries[i].path);
        bytes_free(&c.entries[i].file);
    }
    free(c.entries);
    return fine ? 0 : 1;
}
