/* SPDX-License-Identifier: MIT */
/* Makes canaries: copies of a source file in which one check is gone.
 *
 *     canary count FILE            how many checks can be removed
 *     canary make FILE N OUT       writes FILE without check N (from 0) to OUT, and prints the line
 *
 * A check is an `if (…)`, which never holds in the copy, or one operand of `&&` or `||` in it, which is left out. Reads
 * C as this project writes it: no macro that hides an `if`, no string with a bracket in a condition. */
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

static size_t mutants_of(const condition *c)
{
    return 1 + (c->num_parts > 1 ? c->num_parts : 0);
}

static void write_range(FILE *out, size_t from, size_t to)
{
    (void)fwrite(source + from, 1, to - from, out);
}

/* Mutant 0 never holds; mutant n + 1 leaves out operand n. */
static void write_mutant(FILE *out, const condition *c, size_t which)
{
    write_range(out, 0, c->start);
    if (which == 0) {
        (void)fputs("0 && (", out);
        write_range(out, c->start, c->end);
        (void)fputs(")", out);
    } else {
        for (size_t i = 0; i < c->num_parts; i++) {
            bool last = i + 1 == c->num_parts;
            char neutral = last ? c->operators[i - 1] : c->operators[i];
            if (i == which - 1)
                (void)fputs(neutral == '|' ? " 0 " : " 1 ", out);
            else
                write_range(out, c->parts[i], last ? c->parts[i + 1] : c->parts[i + 1] - 2);
            if (!last)
                (void)fprintf(out, "%c%c", c->operators[i], c->operators[i]);
        }
    }
    write_range(out, c->end, size);
}

static int line_of(size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += source[i] == '\n';
    return line;
}

int main(int argc, char **argv)
{
    FILE *in = argc >= 3 ? fopen(argv[2], "rb") : NULL;
    if (in == NULL) {
        (void)fprintf(stderr, "usage: canary count FILE | canary make FILE N OUT\n");
        return 2;
    }
    size = fread(source, 1, sizeof source - 8, in);
    (void)fclose(in);
    size_t wanted = argc == 5 ? (size_t)strtoul(argv[3], NULL, 10) : SIZE_MAX, count = 0, at = 0;
    for (condition c; next_if(&at, &c); count += mutants_of(&c)) {
        if (wanted < count || wanted - count >= mutants_of(&c))
            continue;
        FILE *out = fopen(argv[4], "wb");
        if (out == NULL)
            return 2;
        write_mutant(out, &c, wanted - count);
        (void)fclose(out);
        size_t part = wanted - count;
        size_t from = part == 0 ? c.start : c.parts[part - 1], to = part == 0 ? c.end : c.parts[part];
        (void)printf("%d: ", line_of(c.start));
        for (size_t i = from; i < to; i++)
            (void)putchar(source[i] == '\n' ? ' ' : source[i]);
        (void)putchar('\n');
        return 0;
    }
    if (wanted != SIZE_MAX)
        return 1;
    (void)printf("%zu\n", count);
    return 0;
}
