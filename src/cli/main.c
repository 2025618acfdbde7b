/* SPDX-License-Identifier: MIT */
/* The tensorgate command: finds the subcommand, and answers for what was printed. */
#include "escape.h"
#include "options.h"
#include "system.h"

#include <errno.h>
#include <string.h>

static const command *const commands[] = {&check_command, &show_command};

static const command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static const char usage[] = "usage: tensorgate check [OPTION]... FILE...\n"
                            "       tensorgate show [OPTION]... FILE\n"
                            "       tensorgate help [COMMAND]\n"
                            "       tensorgate --version\n";

static int print_help(void)
{
    fputs(usage, stdout);
    puts("\n"
         "Vets model files (GGUF, safetensors, ggml before GGUF) that you do not trust:\n"
         "reads the header and the tensor table, and makes sure that every count, length,\n"
         "type, shape and offset in them is sound, before a program maps the file.\n"
         "\n"
         "commands\n"
         "  check   say which files are sound, and what is wrong with the others\n"
         "  show    say what is in a file\n"
         "  help    explain a command and its options\n"
         "\n"
         "exit status\n"
         "  0  every file was accepted\n"
         "  1  at least one was rejected\n"
         "  2  something could not be checked: wrong usage, no access, no memory");
    return EXIT_ALL_ACCEPTED;
}

static int unknown_command(const char *name)
{
    fprintf(stderr, "tensorgate: unknown %s '", name[0] == '-' ? "option" : "command");
    escape_print(stderr, bytes_of(name));
    fputs("'; try 'tensorgate --help'\n", stderr);
    return EXIT_NOT_CHECKED;
}

static int help_about(const char *name)
{
    const command *c = find_command(name);
    if (c == NULL)
        return unknown_command(name);
    options_help(c);
    return EXIT_ALL_ACCEPTED;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_NOT_CHECKED;
    }
    const char *name = argv[1];
    const command *c = find_command(name);
    if (c != NULL)
        return options_run(c, argc - 1, argv + 1);
    if (strcmp(name, "--version") == 0) {
        print_version();
        return EXIT_ALL_ACCEPTED;
    }
    if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
        return print_help();
    if (strcmp(name, "help") == 0)
        return argc > 2 ? help_about(argv[2]) : print_help();
    return unknown_command(name);
}

/* What was printed must have arrived. The first failure ends the printing, so errno still tells its reason.
 * Who closed a pipe knows that, so it goes without a word. */
static int end_output(int status)
{
    bool lost = ferror(stdout) != 0, unread = lost && system_is_unread();
    int reason = lost ? errno : 0;
    if (fclose(stdout) != 0 && !lost) {
        lost = true;
        unread = system_is_unread();
        reason = errno;
    }
    if (!lost)
        return status;
    if (!unread)
        fprintf(stderr, "tensorgate: the output could not be written: %s\n", strerror(reason));
    return EXIT_NOT_CHECKED;
}

int main(int argc, char **argv)
{
    argv = system_start(&argc, argv);
    return end_output(dispatch(argc, argv));
}
