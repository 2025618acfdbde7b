/* SPDX-License-Identifier: MIT */
/* Switches the planted checks (see canary.c) off one after the other, and asks whether a replay of the corpus fails:
 *
 *     canary_run NUMBERS LEARN TRY SECONDS PROGRAM FOLDER… [-- PROGRAM FOLDER…]…
 *
 * NUMBERS is a file with a number a line, or two, of checks that are switched off together; LEARN and TRY are folders
 * with the programs, which may be built in other ways. First each program of LEARN runs all files of its folders, a few
 * at a time, with all checks on, to learn which checks matter to which files: only those are run without the check, by
 * the programs of TRY, for at most SECONDS. Prints a row for each check that nothing notices: `N unreached` where it
 * matters to no file, or `N unnoticed`. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE
#endif

#include "canary_switch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_UNITS 1024
#define MAX_FILES 8 /* of a unit */

typedef struct unit {
    char *program;
    char *paths[MAX_FILES];
    size_t num;
    uint8_t seen[CANARY_MAX];
} unit;

static rlim_t max_seconds; /* of one run: with a check gone, a loop may not end */
static unit units[MAX_UNITS];
static size_t num_units;

static _Noreturn void fail(const char *what, const char *which)
{
    (void)fprintf(stderr, "%s %s\n", what, which);
    exit(2);
}

static void add_units(char *program, const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        unit *last = num_units > 0 ? &units[num_units - 1] : NULL;
        if (last == NULL || last->program != program || last->num == MAX_FILES) {
            if (num_units == MAX_UNITS)
                fail("too many files:", path);
            last = &units[num_units++];
            last->program = program;
        }
        last->paths[last->num++] = strdup(path);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char inside[4096];
        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name) >= (int)sizeof inside)
            fail("the path is too long:", path);
        add_units(program, inside);
    }
    (void)closedir(folder);
}

/* True where the program in `folder` ends well. */
static bool run(const char *folder, char **args)
{
    char program[4096];
    (void)snprintf(program, sizeof program, "%s/%s", folder, args[0]);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit seconds = {max_seconds, max_seconds}, none = {0, 0};
        int null = open("/dev/null", O_WRONLY);
        (void)setrlimit(RLIMIT_CPU, &seconds);
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)execv(program, args);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || (WIFEXITED(status) && WEXITSTATUS(status) == 127))
        fail("cannot run", program);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Sets args[from…] to the files of the unit; returns where they end. */
static size_t add_args(char **args, size_t from, const unit *u)
{
    memcpy(args + from, u->paths, u->num * sizeof u->paths[0]);
    return from + u->num;
}

static void learn(unit *u, const char *folder)
{
    char scratch[4096], *args[MAX_FILES + 2] = {u->program};
    (void)snprintf(scratch, sizeof scratch, "%s/canary-seen", folder);
    (void)setenv("TENSORGATE_CANARY_SEEN", scratch, 1);
    args[add_args(args, 1, u)] = NULL;
    if (!run(folder, args))
        fail("with all checks on, this fails, or one behind it:", u->paths[0]);
    (void)unsetenv("TENSORGATE_CANARY_SEEN");
    FILE *file = fopen(scratch, "rb");
    if (file == NULL || fread(u->seen, 1, sizeof u->seen, file) != sizeof u->seen)
        fail("no record of", u->paths[0]);
    (void)fclose(file);
}

/* Runs, program by program, the files to which one of the checks matters. False where one is noticed. */
static bool survives(const unsigned checks[2], const char *folder, bool *reached)
{
    static char *args[MAX_UNITS * MAX_FILES + 2];
    char numbers[32], *program;
    (void)snprintf(numbers, sizeof numbers, "%u %u", checks[0], checks[1]);
    (void)setenv("TENSORGATE_CANARY", numbers, 1);
    *reached = false;
    for (size_t i = 0; i < num_units;) {
        program = units[i].program;
        size_t num_args = 0;
        args[num_args++] = program;
        for (; i < num_units && units[i].program == program; i++)
            if (units[i].seen[checks[0]] != 0 || units[i].seen[checks[1]] != 0)
                num_args = add_args(args, num_args, &units[i]);
        args[num_args] = NULL;
        *reached = *reached || num_args > 1;
        if (num_args > 1 && !run(folder, args))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    FILE *numbers = argc > 6 ? fopen(argv[1], "r") : NULL;
    if (numbers == NULL)
        fail("usage:", "canary_run NUMBERS LEARN TRY SECONDS PROGRAM FOLDER… [-- PROGRAM FOLDER…]…");
    max_seconds = (rlim_t)strtoul(argv[4], NULL, 10);
    char *program = argv[5];
    for (int i = 6; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            program = argv[++i];
        else
            add_units(program, argv[i]);
    }
    (void)setenv("ASAN_OPTIONS", "symbolize=0", 1);
    (void)setenv("UBSAN_OPTIONS", "symbolize=0", 1);
    for (size_t i = 0; i < num_units; i++)
        learn(&units[i], argv[2]);
    (void)fprintf(stderr, "the corpus passes with all checks on\n");
    char line[64];
    for (unsigned long done = 1; fgets(line, sizeof line, numbers) != NULL; done++) {
        char *end;
        unsigned checks[2] = {(unsigned)strtoul(line, &end, 10), 0};
        checks[1] = *end == ' ' ? (unsigned)strtoul(end, NULL, 10) : checks[0];
        bool reached;
        if (checks[0] < CANARY_MAX && checks[1] < CANARY_MAX && survives(checks, argv[3], &reached)) {
            (void)printf("%.*s %s\n", (int)strcspn(line, "\n"), line, reached ? "unnoticed" : "unreached");
            (void)fflush(stdout);
        }
        if (done % 100 == 0)
            (void)fprintf(stderr, "%lu checks tried\n", done);
    }
    (void)fclose(numbers);
    return 0;
}
