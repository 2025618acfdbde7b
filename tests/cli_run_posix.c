/* SPDX-License-Identifier: MIT */
/* Running the built command on POSIX systems: see cli_run.h. */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE

#include "cli_run.h"
#include "tempfile.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE 120 /* seconds */

/* ---- The folder -------------------------------------------------------------------------- */

static char folder[384];

const char *cli_path(const char *name)
{
    static char path[700];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

int cli_setup(void **state)
{
    static const char *const variables[] = {"COLUMNS", "NO_COLOR", "POSIXLY_CORRECT", NULL};
    (void)state;
    for (const char *const *name = variables; *name != NULL; name++)
        cli_setenv(*name, NULL);
    cli_setenv("TERM", "xterm");
    static const char name[] = "tensorgate-cli-XXXXXX";
    tempfile_root(folder, sizeof folder - sizeof name);
    strcat(folder, name);
    return mkdtemp(folder) != NULL ? 0 : -1;
}

int cli_teardown(void **state)
{
    (void)state;
    DIR *all = opendir(folder);
    for (struct dirent *entry; all != NULL && (entry = readdir(all)) != NULL;)
        if (unlink(cli_path(entry->d_name)) != 0)
            (void)rmdir(cli_path(entry->d_name));
    if (all != NULL)
        (void)closedir(all);
    return rmdir(folder);
}

void cli_write(const char *name, const void *data, size_t len)
{
    FILE *file = fopen(cli_path(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* ---- Running ------------------------------------------------------------------------------- */

/* In the child. `out` of -1 stands for a closed standard output. */
static void become(int out, int err, const char *const *arguments)
{
    char *copies[64];
    size_t count = 0;
    for (; arguments[count] != NULL && count < 63; count++)
        copies[count] = strdup(arguments[count]);
    copies[count] = NULL;
    bool ready = chdir(folder) == 0 && dup2(err, STDERR_FILENO) >= 0;
    if (out < 0)
        (void)close(STDOUT_FILENO);
    else
        ready = ready && dup2(out, STDOUT_FILENO) >= 0;
    (void)alarm(PATIENCE);
    if (ready && copies[0] != NULL)
        (void)execv(copies[0], copies);
    _exit(127);
}

static pid_t start(int out, int err, const char *const *arguments)
{
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become(out, err, arguments);
    return child;
}

static int wait_for(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Everything in `file`, from its start. */
static char *collect(FILE *file, size_t *out_len)
{
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long len = ftell(file);
    assert_true(len >= 0);
    rewind(file);
    char *text = (char *)must_alloc((size_t)len + 1);
    assert_int_equal(fread(text, 1, (size_t)len, file), (size_t)len);
    text[len] = '\0';
    *out_len = (size_t)len;
    (void)fclose(file);
    return text;
}

static FILE *scratch(void)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    return file;
}

run run_command(const char *const *arguments)
{
    run r;
    FILE *out = scratch(), *err = scratch();
    r.status = wait_for(start(fileno(out), fileno(err), arguments));
    r.out = collect(out, &r.out_len);
    r.err = collect(err, &r.err_len);
    return r;
}

run run_to(int fd, const char *const *arguments)
{
    run r;
    FILE *err = scratch();
    r.status = wait_for(start(fd, fileno(err), arguments));
    r.out = collect(scratch(), &r.out_len);
    r.err = collect(err, &r.err_len);
    return r;
}

/* The far end of a new terminal of so many columns, which passes output on as it is. */
static int open_terminal(int master, unsigned short columns)
{
    struct winsize size = {24, columns, 0, 0};
    struct termios modes;
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(tcgetattr(terminal, &modes), 0);
    modes.c_oflag &= (tcflag_t)~OPOST;
    assert_int_equal(tcsetattr(terminal, TCSANOW, &modes), 0);
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    return terminal;
}

run run_on_terminal(unsigned short columns, const char *const *arguments)
{
    run r;
    char buffer[4096];
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0) {
        print_message("skipped: no terminals on this machine\n");
        skip();
    }
    FILE *out = scratch(), *err = scratch();
    int terminal = open_terminal(master, columns);
    pid_t child = start(terminal, fileno(err), arguments);
    (void)close(terminal);
    for (ssize_t got; (got = read(master, buffer, sizeof buffer)) > 0;)
        assert_int_equal(fwrite(buffer, 1, (size_t)got, out), (size_t)got);
    (void)close(master);
    r.status = wait_for(child);
    r.out = collect(out, &r.out_len);
    r.err = collect(err, &r.err_len);
    return r;
}

/* ---- What the system offers ---------------------------------------------------------------------- */

void cli_setenv(const char *name, const char *value)
{
    assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

bool cli_deny(const char *name)
{
    if (geteuid() == 0)
        return false; /* root may read everything */
    assert_int_equal(chmod(cli_path(name), 0), 0);
    return true;
}

bool cli_fifo(const char *name)
{
    return mkfifo(cli_path(name), 0600) == 0;
}

int cli_full_disk(void)
{
    return open("/dev/full", O_WRONLY | O_CLOEXEC);
}

int cli_broken_pipe(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[0]);
    return ends[1];
}

void cli_close(int fd)
{
    (void)close(fd);
}
