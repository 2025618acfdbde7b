/* SPDX-License-Identifier: MIT */
/* Running the built command: in a temporary folder of its own, with what it prints collected.
 *
 * The command is TG_COMMAND. It is run with the folder as its working directory, so files are named as
 * the test named them. One that does not end is killed after a while, and has no exit status then.
 */
#ifndef TESTS_CLI_RUN_H
#define TESTS_CLI_RUN_H

#include "gguf_build.h"

typedef struct run {
    int status;      /* the exit status; -1 where a signal ended the command */
    char *out, *err; /* NUL-terminated */
    size_t out_len, err_len;
} run;

/* RUN("check", "a.gguf") runs the command with these arguments, of which there must be one. */
#define ARGUMENTS(...) ((const char *const[]){TG_COMMAND, __VA_ARGS__, NULL})
#define RUN(...) run_command(ARGUMENTS(__VA_ARGS__))

run run_command(const char *const *arguments);

/* Standard output goes to `fd`, and is closed for -1: `out` is empty. */
run run_to(int fd, const char *const *arguments);

/* Standard output is a terminal of so many columns. Skips the test where there are none. */
run run_on_terminal(unsigned short columns, const char *const *arguments);

void run_free(run *r);

/* cli_setup makes the folder, cli_teardown removes it with all files. Both are fixtures for cmocka. */
int cli_setup(void **state);
int cli_teardown(void **state);

/* The path of a file in the folder, in memory that the next call overwrites. */
const char *cli_path(const char *name);

void cli_write(const char *name, const void *data, size_t len);
void cli_write_model(const char *name, const gb_model *m);

/* Sets a variable for the command, or takes it away for NULL. */
void cli_setenv(const char *name, const char *value);

/* Makes a file of the folder one that the command may not open, and a pipe in the folder; false where the system has no
 * such thing. */
bool cli_deny(const char *name);
bool cli_fifo(const char *name);

/* What can be written to and is always full, or -1; and a pipe that nobody reads. */
int cli_full_disk(void);
int cli_broken_pipe(void);
void cli_close(int fd);

/* What differs between systems in what is printed. */
#if defined(_WIN32)
#define CLI_NULL_DEVICE "NUL"
#define CLI_NO_FILE "File not found" /* of wine; Windows has sentences */
#define CLI_NO_PATH "Path not found"
#else
#define CLI_NULL_DEVICE "/dev/null"
#define CLI_NO_FILE "No such file or directory"
#define CLI_NO_PATH CLI_NO_FILE
#endif

/* What is printed, or what is expected. They print both on failure. */
void assert_run(const run *r, int status, const char *out, const char *err);
void assert_contains(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);

/* format is printf for short-lived strings: the last few results stay. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
const char *
format(const char *pattern, ...);

/* Nothing in the text moves the cursor, hides, or changes the direction of what follows. */
void assert_terminal_safe(const char *text, size_t len);

#endif
