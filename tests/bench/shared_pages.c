/* SPDX-License-Identifier: MIT */
/* shared_pages FILE: two processes map all tensors of a model and read every byte. For each it prints what of the
 * mapping is in its memory (Rss), and its share of it (Pss), from /proc. Shared pages count half in each Pss. */
#define _GNU_SOURCE
#include <tensorgate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 2

static void fail_with(const char *what)
{
    fprintf(stderr, "shared_pages: %s\n", what);
    exit(2);
}

/* Adds up a field of all mappings of the file in this process, in KiB. */
static unsigned long field_of(const char *path, const char *field)
{
    char line[4096];
    unsigned long sum = 0, value;
    size_t len = strlen(field);
    bool ours = false;
    FILE *file = fopen("/proc/self/smaps", "r");
    if (file == NULL)
        fail_with("no /proc/self/smaps");
    while (fgets(line, sizeof line, file) != NULL) {
        /* The line that begins a mapping ends with the path; those of its fields have a colon behind a word. */
        if (strchr(line, '-') != NULL && strchr(line, '/') != NULL)
            ours = strstr(line, path) != NULL;
        else if (ours && strncmp(line, field, len) == 0 && sscanf(line + len, ": %lu", &value) == 1)
            sum += value;
    }
    (void)fclose(file);
    return sum;
}

static uint64_t read_all(const tg_model *model)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const void *data = NULL;
        size_t len = 0;
        if (tg_tensor_data(model, tg_model_tensor(model, i), &data, &len, NULL) != TG_OK)
            fail_with("a tensor cannot be mapped");
        for (size_t at = 0; at < len; at += 512)
            sum += ((const unsigned char *)data)[at];
    }
    return sum;
}

/* One process: maps, says so, waits until all have, and measures. */
static void run_process(const char *path, int ready, int go)
{
    char byte = 0;
    char *real = realpath(path, NULL);
    tg_model *model = NULL;
    if (real == NULL || tg_open_path(path, NULL, &model, NULL) != TG_OK)
        fail_with("the model cannot be opened");
    uint64_t sum = read_all(model);
    if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1)
        fail_with("the other process is gone");
    printf("process %ld: Rss %8lu KiB, Pss %8lu KiB of the mapping (sum %llu)\n", (long)getpid(), field_of(real, "Rss"),
           field_of(real, "Pss"), (unsigned long long)sum);
    (void)fflush(stdout);
    if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1) /* stay until the other has measured too */
        fail_with("the other process is gone");
    tg_close(model);
    free(real);
    exit(0);
}

int main(int argc, char **argv)
{
    int ready[2], go[PROCESSES][2], failed = 0;
    char byte = 0;
    if (argc != 2 || pipe(ready) != 0)
        fail_with("usage: shared_pages FILE");
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = pipe(go[i]) == 0 ? fork() : -1;
        if (child < 0)
            fail_with("fork");
        if (child == 0)
            run_process(argv[1], ready[1], go[i][0]);
    }
    (void)close(ready[1]);
    for (int phase = 0; phase < 2; phase++) {
        for (int i = 0; i < PROCESSES; i++)
            if (read(ready[0], &byte, 1) != 1)
                fail_with("a process failed");
        for (int i = 0; i < PROCESSES; i++)
            if (write(go[i][1], &byte, 1) != 1)
                fail_with("write");
    }
    for (int i = 0, status = 0; i < PROCESSES; i++)
        failed |= wait(&status) < 0 || status != 0;
    return failed;
}
