/* SPDX-License-Identifier: MIT */
/* Plants canaries: writes a source file again so that each check in it can be switched off while the program runs.
 *
 *     canary IN OUT FIRST NAME     numbers the checks from FIRST on, and prints a row for each: N|NAME|line|text
 *
 * A check is an `if (…)`, which then never holds, or one operand of `&&` or `||` in it, whose result is then left out.
 * All are in one program, so all compile; canary_switch.h has what they call. Reads C as this project writes it: no
 * macro that hides an `if`, no string with a bracket in a condition. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SOURCE ((size_t)1 << 20)
#define MAX_PARTS 16

typedef struct condition {
    size_t start, end;           /* of what is between the brackets */
    size_t parts[MAX_PARTS + 1]; /* where operands begin; the last is the end */
    char operators[MAX_PARTS];   /* behind each operand: & or | */
    size_t num_parts;
} condition;

static char source[MAX_SOURCE];
static size_t size;

static bool is_code(size_t at)
{
    size_t line = at;
    while (line > 0 && source[line - 1] != '\n')
        line--;
    const char *text = source + line + strspn(source + line, " ");
    return *text != '*' && *text != '/' && *text != '#';
}

/* Takes the condition apart at the operators that stand in no bracket. */
static bool read_condition(size_t open, condition *c)
{
    int depth = 0;
    memset(c, 0, sizeof *c);
    c->start = open + 1;
    c->parts[0] = c->start;
    for (size_t at = open; at < size; at++) {
        depth += source[at] == '(' ? 1 : source[at] == ')' ? -1 : 0;
        if (depth == 0) {
            c->end = at;
            c->parts[++c->num_parts] = at;
            return true;
        }
        bool both = (source[at] == '&' || source[at] == '|') && source[at + 1] == source[at];
        if (depth == 1 && both && c->num_parts + 1 < MAX_PARTS) {
            c->operators[c->num_parts] = source[at];
            c->parts[++c->num_parts] = at + 2;
            at++;
        }
    }
    return false;
}

/* The next `if (` from `*at` on. */
static bool next_if(size_t *at, condition *c)
{
    for (; *at + 4 < size; ++*at) {
        bool starts = *at == 0 || source[*at - 1] == ' ' || source[*at - 1] == '\n' || source[*at - 1] == '\t';
        if (!starts || memcmp(source + *at, "if (", 4) != 0 || !is_code(*at))
            continue;
        size_t open = *at + 3;
        *at += 4;
        if (read_condition(open, c))
            return true;
    }
    return false;
}

static void write_range(FILE *out, size_t from, size_t to)
{
    (void)fwrite(source + from, 1, to - from, out);
}

static int line_of(size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += source[i] == '\n';
    return line;
}

static void print_row(const char *name, unsigned number, size_t from, size_t to)
{
    (void)printf("%u|%s|%d|", number, name, line_of(from));
    for (size_t at = from, shown = from; at < to; at++) {
        if (source[at] == ' ' || source[at] == '\n')
            continue;
        (void)printf(shown > from && at > shown ? " %c" : "%c", source[at]);
        shown = at + 1;
    }
    (void)putchar('\n');
}

/* One check, whose text follows: it is worked out, since it may read something, and then counts as 0 where it is off,
 * or as 1 between `&&`. */
static void open_check(FILE *out, unsigned number, char operator)
{
    bool both = operator== '&';
    (void)fprintf(out, "tgi_canary_%s(%u, !!(", both ? "and" : "or", number);
}

static unsigned write_condition(FILE *out, const char *name, const condition *c, unsigned number)
{
    print_row(name, number, c->start, c->end);
    open_check(out, number++, '|');
    for (size_t i = 0; i < c->num_parts && c->num_parts > 1; i++) {
        bool last = i + 1 == c->num_parts;
        size_t end = last ? c->end : c->parts[i + 1] - 2;
        print_row(name, number, c->parts[i], end);
        open_check(out, number++, c->operators[last ? i - 1 : i]);
        write_range(out, c->parts[i], end);
        (void)fprintf(out, last ? "))" : ")) %c%c ", c->operators[i], c->operators[i]);
    }
    if (c->num_parts == 1)
        write_range(out, c->start, c->end);
    (void)fputs("))", out);
    return number;
}

int main(int argc, char **argv)
{
    FILE *in = argc == 5 ? fopen(argv[1], "rb") : NULL, *out = in != NULL ? fopen(argv[2], "wb") : NULL;
    if (out == NULL) {
        (void)fprintf(stderr, "usage: canary IN OUT FIRST NAME\n");
        return 2;
    }
    size = fread(source, 1, sizeof source - 8, in);
    (void)fclose(in);
    unsigned number = (unsigned)strtoul(argv[3], NULL, 10);
    size_t at = 0, written = 0;
    for (condition c; next_if(&at, &c); written = c.end) {
        write_range(out, written, c.start);
        number = write_condition(out, argv[4], &c, number);
    }
    write_range(out, written, size);
    return fclose(out) == 0 ? 0 : 2;
}
