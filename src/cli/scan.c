/* SPDX-License-Identifier: MIT */
/* Collecting files: see scan.h. */
#include "scan.h"

#include "system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The list --------------------------------------------------------------------------------- */

static bool fail_scan(scan *s, const char *path)
{
    s->failed = path;
    s->reason = errno;
    return false;
}

/* Takes over `path`, which came from malloc. */
static bool append(scan *s, char *path, bool found)
{
    if (path == NULL)
        return fail_scan(s, NULL);
    if (s->count == s->room) {
        size_t room = s->room + s->room / 2 + 16;
        scanned *files = (scanned *)realloc(s->files, room * sizeof *files);
        if (files == NULL) {
            free(path);
            return fail_scan(s, NULL);
        }
        s->files = files;
        s->room = room;
    }
    scanned file = {path, s->count, NO_HEAD, found, false, false};
    s->files[s->count++] = file;
    return true;
}

static char *copy_text(const char *text, size_t len)
{
    char *copy = (char *)malloc(len + 1);
    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

static char *join(const char *folder, const char *name)
{
    size_t len = strlen(folder), more = strlen(name);
    bool slash = len > 0 && !system_is_separator(folder[len - 1]);
    char *path = (char *)malloc(len + more + 2);
    if (path != NULL)
        (void)snprintf(path, len + more + 2, "%s%s%s", folder, slash ? "/" : "", name);
    return path;
}

/* ---- Names -------------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), n = strlen(end);
    return len >= n && strcmp(name + len - n, end) == 0;
}

/* Is that what model files are called? */
static bool is_model_name(const char *name)
{
    static const char *const ends[] = {".gguf", ".safetensors", ".ggml", ".ggmf",
                                       ".ggjt", ".ggla",        ".bin",  ".llamafile"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (ends_with(name, ends[i]))
            return true;
    return ends_with(name, ".json") && strstr(name, ".safetensors.index.") != NULL;
}

static bool five_digits(const char *text)
{
    for (size_t i = 0; i < 5; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

/* The path of the file that opens the set of which `path` is a later part, or NULL. From malloc. */
static char *head_of(const char *path)
{
    static const struct {
        const char *end, *head;
    } kinds[] = {{".gguf", NULL}, {".safetensors", ".safetensors.index.json"}};
    for (size_t i = 0; i < 2; i++) {
        size_t end = strlen(kinds[i].end), tail = sizeof "-00001-of-00003" - 1 + end, len = strlen(path);
        if (len <= tail || !ends_with(path, kinds[i].end))
            continue;
        const char *at = path + len - tail;
        if ((at[0] != '-' && at[0] != '_') || !five_digits(at + 1) || memcmp(at + 6, "-of-", 4) != 0 ||
            !five_digits(at + 10))
            continue;
        char *head = (char *)malloc(len + 32);
        if (head == NULL)
            return NULL;
        memcpy(head, path, len + 1);
        if (kinds[i].head != NULL)
            (void)snprintf(head + (len - tail), tail + 32, "%s", kinds[i].head);
        else
            memcpy(head + (len - tail) + 1, "00001", 5);
        if (strcmp(head, path) != 0)
            return head;
        free(head);
    }
    return NULL;
}

/* ---- Folders -------------------------------------------------------------------------------------- */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A list of paths that owns them. */
typedef struct paths {
    char **first;
    size_t count, room;
} paths;

static bool push(paths *p, char *path)
{
    if (path != NULL && p->count == p->room) {
        size_t room = p->room + p->room / 2 + 16;
        char **first = (char **)realloc((void *)p->first, room * sizeof *first);
        if (first == NULL) {
            free(path);
            return false;
        }
        p->first = first;
        p->room = room;
    }
    if (path == NULL)
        return false;
    p->first[p->count++] = path;
    return true;
}

static void free_paths(paths *p)
{
    while (p->count > 0)
        free(p->first[--p->count]);
    free((void *)p->first);
}

/* A folder whose names are collected. */
typedef struct listing {
    const char *folder;
    paths names;
} listing;

static bool note_name(void *context, const char *name)
{
    listing *l = (listing *)context;
    if (push(&l->names, join(l->folder, name)))
        return true;
    errno = ENOMEM;
    return false;
}

/* What is in one folder: files called like models go to the list, folders to `folders`. */
static bool list_folder(scan *s, const char *folder, paths *folders)
{
    listing l = {folder, {NULL, 0, 0}};
    if (!system_list(folder, note_name, &l)) {
        int reason = errno;
        free_paths(&l.names);
        errno = reason;
        return fail_scan(s, folder);
    }
    paths names = l.names;
    bool good = true;
    if (names.count > 0)
        qsort((void *)names.first, names.count, sizeof *names.first, compare_text);
    /* Folders go on a stack, so they are pushed from the last. */
    for (size_t i = names.count; good && i > 0; i--)
        if (system_kind(names.first[i - 1]) == PATH_FOLDER)
            good = push(folders, copy_text(names.first[i - 1], strlen(names.first[i - 1])));
    for (size_t i = 0; good && i < names.count; i++)
        if (is_model_name(names.first[i]) && system_kind(names.first[i]) == PATH_FILE)
            good = append(s, copy_text(names.first[i], strlen(names.first[i])), true);
    free_paths(&names);
    return good || s->failed != NULL ? good : fail_scan(s, NULL);
}

bool scan_add(scan *s, const char *path, bool recurse)
{
    if (!recurse || system_kind_followed(path) != PATH_FOLDER)
        return append(s, copy_text(path, strlen(path)), false);
    paths folders = {NULL, 0, 0};
    bool good = push(&folders, copy_text(path, strlen(path)));
    while (good && folders.count > 0) {
        char *folder = folders.first[--folders.count];
        good = list_folder(s, folder, &folders);
        if (!good && s->failed == folder)
            s->failed = path;
        free(folder);
    }
    free_paths(&folders);
    return good;
}

/* ---- Sets ------------------------------------------------------------------------------------------- */

static int compare_files(const void *a, const void *b)
{
    const scanned *x = (const scanned *)a, *y = (const scanned *)b;
    int by_path = strcmp(x->path, y->path);
    return by_path != 0 ? by_path : x->order < y->order ? -1 : 1;
}

static size_t find_file(const scan *s, const char *path)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(s->files[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->count && strcmp(s->files[low].path, path) == 0 ? low : NO_HEAD;
}

bool scan_sort(scan *s)
{
    s->order = (size_t *)malloc((s->count + 1) * sizeof *s->order);
    if (s->order == NULL)
        return fail_scan(s, NULL);
    if (s->count > 0)
        qsort(s->files, s->count, sizeof *s->files, compare_files);
    for (size_t i = 0; i < s->count; i++) {
        s->order[s->files[i].order] = i;
        char *head = head_of(s->files[i].path);
        if (head != NULL)
            s->files[i].head = find_file(s, head);
        free(head);
    }
    return true;
}

void scan_cover(scan *s, const scanned *head, const char *name)
{
    size_t folder = strlen(head->path);
    while (folder > 0 && !system_is_separator(head->path[folder - 1]))
        folder--;
    char *path = (char *)malloc(folder + strlen(name) + 1);
    if (path == NULL)
        return; /* then it is judged once more */
    memcpy(path, head->path, folder);
    memcpy(path + folder, name, strlen(name) + 1);
    for (size_t i = find_file(s, path); i < s->count && strcmp(s->files[i].path, path) == 0; i++)
        if (&s->files[i] != head)
            s->files[i].covered = true;
    free(path);
}

void scan_free(scan *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->files[i].path);
    free(s->files);
    free(s->order);
}
