/* SPDX-License-Identifier: MIT */
/* The subcommands, and the options that they share. */
#ifndef TENSORGATE_CLI_OPTIONS_H
#define TENSORGATE_CLI_OPTIONS_H

#include "../tensorgate.h"

/* Exit statuses. The largest wins. */
enum {
    EXIT_ALL_ACCEPTED = 0,
    EXIT_SOME_REJECTED = 1,
    EXIT_NOT_CHECKED = 2 /* usage, I/O, memory */
};

/* Room for each status once. */
#define STATUS_ONE(name, number, class_, sentence) +1
enum {
    MAX_STRICT = 0 TG_STATUS_LIST(STATUS_ONE)
};
#undef STATUS_ONE

typedef struct options {
    bool json, full, recurse;
    bool quiet, verbose; /* of two, the later one counts */
    size_t jobs; /* threads; 0: as many as pay */
    char *const *files;
    size_t num_files;
    tg_options open; /* for tg_open_path; it points to the two below, so do not copy the struct */
    tg_limits limits;
    tg_status strict[MAX_STRICT];
} options;

/* A subcommand. */
typedef struct command {
    const char *name;
    const char *operands; /* as in the line of usage */
    const char *purpose;  /* the text below it */
    const char *examples;
    bool takes_full;              /* --full is one of its options */
    bool takes_files;             /* more than one file */
    int (*run)(const options *o); /* returns an exit status */
} command;

extern const command check_command, show_command;

/* options_run parses `argv`, whose first string is the name of the command, and runs it, or prints the
 * help or the version. Mistakes are told on standard error. It returns an exit status. */
int options_run(const command *c, int argc, char **argv);

/* options_help prints the help of a command. */
void options_help(const command *c);

void print_version(void);

#endif
