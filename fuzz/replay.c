/* SPDX-License-Identifier: MIT */
/* The engine that every compiler builds: runs a target over files and over all files in folders. Each path is printed
 * before it is run, so that the last one is the culprit. `--repeat=N` runs each N times and tells the speed. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* S_IFDIR */
#endif

#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

typedef struct replay {
    unsigned long repeat, num_inputs;
    double seconds;
    bool quiet;
} replay;

static void run_bytes(replay *r, const char *path, const uint8_t *bytes, size_t size)
{
    if (!r->quiet) {
        (void)printf("%s\n", path);
        (void)fflush(stdout);
    }
    fuzz_current = path;
    clock_t start = clock();
    for (unsigned long i = 0; i < r->repeat; i++)
        (void)LLVMFuzzerTestOneInput(bytes, size);
    r->seconds += (double)(clock() - start) / CLOCKS_PER_SEC;
    r->num_inputs++;
}

static bool run_file(replay *r, const char *path, long size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = (uint8_t *)malloc(size > 0 ? (size_t)size : 1);
    bool fine = file != NULL && bytes != NULL && fread(bytes, 1, (size_t)size, file) == (size_t)size;
    if (fine)
        run_bytes(r, path, bytes, (size_t)size);
    else
        perror(path);
    free(bytes);
    if (file != NULL)
        (void)fclose(file);
    return fine;
}

static bool run_path(replay *r, const char *path);

static bool run_folder(replay *r, const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        perror(path);
        return false;
    }
    bool fine = true;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char inside[4096];
        if (entry->d_name[0] == '.')
            continue;
        int len = snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        fine = len > 0 && (size_t)len < sizeof inside && run_path(r, inside) && fine;
    }
    (void)closedir(folder);
    return fine;
}

/* Folders in folders are run too. */
static bool run_path(replay *r, const char *path)
{
    struct stat st = {0}; /* for MSan, which does not know it */
    if (stat(path, &st) != 0) {
        perror(path);
        return false;
    }
    return (st.st_mode & S_IFMT) == S_IFDIR ? run_folder(r, path) : run_file(r, path, (long)st.st_size);
}

int main(int argc, char **argv)
{
    replay r = {1, 0, 0, false};
    bool fine = true;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--repeat=", 9) == 0) {
            r.repeat = strtoul(argv[i] + 9, NULL, 10);
            r.quiet = true;
        } else {
            fine = run_path(&r, argv[i]) && fine;
        }
    }
    double runs = (double)r.num_inputs * (double)r.repeat;
    (void)printf("%lu inputs, %.0f runs, %.0f runs a second\n", r.num_inputs, runs,
                 r.seconds > 0 ? runs / r.seconds : 0);
    return fine && r.num_inputs > 0 ? 0 : 1;
}
