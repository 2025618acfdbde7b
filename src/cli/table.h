/* SPDX-License-Identifier: MIT */
/* Text for people: lines that fit the terminal, headings, tables, and numbers that can be read.
 *
 * Everything is printed at once and nothing is kept, so a table of a million rows takes no memory: its
 * cells are asked for twice, to measure and to print.
 */
#ifndef TENSORGATE_CLI_TABLE_H
#define TENSORGATE_CLI_TABLE_H

#include "escape.h"

/* How standard output wants its text. */
typedef struct page_look {
    size_t width; /* columns; UNLIMITED where nothing is cut */
    bool bold;    /* headings may be bold */
} page_look;

#define UNLIMITED SIZE_MAX

/* A terminal gets lines of its width, unless they are wanted in full; pipes and files get them in full. */
page_look look_of_stdout(bool full);

void heading(const page_look *look, const char *text);

/* ---- A line that is cut ------------------------------------------------------------------ */

/* sink prints or only measures, and ends in "…" where the text has more columns than allowed. */
typedef struct sink {
    FILE *file;     /* NULL: measure */
    size_t limit;   /* columns, at least 1; or UNLIMITED */
    size_t columns; /* so far, and at the end all that were printed */
    glyph last;     /* fills the last column, unless more comes */
    bool holds_last;
    bool cut;
} sink;

sink sink_start(FILE *file, size_t limit);
size_t sink_end(sink *s); /* returns the columns */

void sink_text(sink *s, const char *text);                    /* trusted text */
void sink_bytes(sink *s, tg_bytes text);                      /* escaped */
void sink_quoted(sink *s, tg_bytes text, size_t limit);       /* escaped, in quotes, cut inside them */
void sink_u64(sink *s, uint64_t number);                      /* 1234567 */
void sink_grouped(sink *s, uint64_t number);                  /* 1,234,567 */
void sink_count(sink *s, uint64_t number);                    /* 1.23 M */
void sink_size(sink *s, uint64_t bytes);                      /* 1.18 MiB */
void sink_decimal(sink *s, double number, int digits);        /* 4.85 */
void sink_plural(sink *s, uint64_t number, const char *noun); /* 1 tensor; 1,234 tensors */

/* ---- Tables -------------------------------------------------------------------------------- */

typedef enum column_kind {
    COLUMN_LEFT,
    COLUMN_RIGHT,
    COLUMN_SHRINKS, /* left; it is cut where the terminal is too narrow */
    COLUMN_FILLS    /* left and last; it gets what is left of the line */
} column_kind;

typedef struct table_column {
    const char *title;
    column_kind kind;
    bool optional; /* left out where the terminal is too narrow */
} table_column;

#define TABLE_MAX_COLUMNS 8

typedef struct table {
    const table_column *columns;
    size_t num_columns;
    uint64_t num_rows;
    /* Writes one cell. */
    void (*cell)(const void *context, uint64_t row, size_t column, sink *out);
    const void *context;
} table;

void table_print(const table *t, const page_look *look);

#endif
