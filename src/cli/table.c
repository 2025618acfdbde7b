/* SPDX-License-Identifier: MIT */
/* Text for people: see table.h. The only file that asks what kind of terminal there is. */
#define _POSIX_C_SOURCE 200809L
#define _DARWIN_C_SOURCE 1

#include "table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifndef _WIN32
#include <sys/ioctl.h>
#include <unistd.h>
#endif

#define DEFAULT_WIDTH 80
#define LEAST_WIDTH 20
#define INDENT 2
#define GAP 2
#define WIDEST_CELL 64  /* columns that are padded to: longer cells push their own row only */
#define LEAST_SHRUNK 24 /* columns that COLUMN_SHRINKS keeps */
#define LEAST_FILLED 16 /* columns that COLUMN_FILLS wants */

/* ---- The terminal ------------------------------------------------------------------------ */

#ifndef _WIN32
static size_t terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    unsigned long width = columns != NULL ? strtoul(columns, NULL, 10) : 0;
    struct winsize size;
    if (width == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width == 0 || width > UINT16_MAX)
        width = DEFAULT_WIDTH;
    return width < LEAST_WIDTH ? LEAST_WIDTH : (size_t)width;
}

static bool wants_bold(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return (no_color == NULL || no_color[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

page_look look_of_stdout(bool full)
{
    page_look plain = {UNLIMITED, false};
    if (isatty(STDOUT_FILENO) == 0)
        return plain;
    page_look terminal = {full ? UNLIMITED : terminal_width(), wants_bold()};
    return terminal;
}
#else
page_look look_of_stdout(bool full)
{
    page_look plain = {UNLIMITED, false};
    (void)full;
    return plain;
}
#endif

static void print_bold(const page_look *look, const char *text)
{
    printf("%s%s%s", look->bold ? "\033[1m" : "", text, look->bold ? "\033[0m" : "");
}

void heading(const page_look *look, const char *text)
{
    print_bold(look, text);
    putchar('\n');
}

/* ---- A line that is cut -------------------------------------------------------------------- */

sink sink_start(FILE *file, size_t limit)
{
    sink s;
    memset(&s, 0, sizeof s);
    s.file = file;
    s.limit = limit;
    return s;
}

static void emit(sink *s, const char *text, size_t len, size_t columns)
{
    if (s->file != NULL)
        (void)fwrite(text, 1, len, s->file);
    s->columns += columns;
}

static void emit_glyph(sink *s, const glyph *g)
{
    emit(s, g->text, g->len, g->columns);
}

/* What would fill the line to its end waits until it is known whether more comes. */
static void add_glyph(sink *s, const glyph *g)
{
    if (s->cut)
        return;
    size_t left = s->limit - s->columns;
    if (g->columns < left && !s->holds_last) {
        emit_glyph(s, g);
    } else if (g->columns == left && !s->holds_last) {
        s->last = *g;
        s->holds_last = true;
    } else {
        emit(s, "\xE2\x80\xA6", 3, 1); /* … */
        s->cut = true;
    }
}

size_t sink_end(sink *s)
{
    if (s->holds_last && !s->cut)
        emit_glyph(s, &s->last);
    return s->columns;
}

void sink_text(sink *s, const char *text)
{
    sink_bytes(s, bytes_of(text));
}

/* Prints at once what is plain and surely fits, and takes it off the front of `text`. */
static size_t add_plain(sink *s, tg_bytes *text, bool quoted, size_t limit)
{
    size_t len = escape_plain(*text, quoted), left = s->limit - s->columns;
    if (s->cut || s->holds_last)
        return 0;
    len = len < left ? len : left - 1;
    len = len < limit ? len : limit;
    emit(s, text->ptr, len, len);
    text->ptr += len;
    text->len -= len;
    return len;
}

/* Adds at least `limit` columns of text, if there are so many. */
static void add_bytes(sink *s, tg_bytes *text, bool quoted, size_t limit)
{
    size_t columns = 0;
    while (text->len > 0 && !s->cut && columns < limit) {
        size_t plain = add_plain(s, text, quoted, limit - columns);
        columns += plain;
        if (plain > 0)
            continue;
        glyph g = escape_next(text, quoted);
        add_glyph(s, &g);
        columns += g.columns;
    }
}

void sink_bytes(sink *s, tg_bytes text)
{
    add_bytes(s, &text, false, UNLIMITED);
}

void sink_quoted(sink *s, tg_bytes text, size_t limit)
{
    sink_text(s, "\"");
    add_bytes(s, &text, true, limit);
    sink_text(s, text.len > 0 ? "\xE2\x80\xA6\"" : "\"");
}

/* Room for the digits of any u64, grouped or not. */
#define DIGITS_TEXT 32

void sink_u64(sink *s, uint64_t number)
{
    char text[DIGITS_TEXT];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    sink_text(s, text);
}

void sink_grouped(sink *s, uint64_t number)
{
    char digits[DIGITS_TEXT], text[DIGITS_TEXT];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    size_t left = strlen(digits), len = 0;
    for (const char *c = digits; *c != '\0'; c++) {
        text[len++] = *c;
        left--;
        if (left > 0 && left % 3 == 0)
            text[len++] = ',';
    }
    text[len] = '\0';
    sink_text(s, text);
}

void sink_decimal(sink *s, double number, int digits)
{
    char text[DIGITS_TEXT];
    (void)snprintf(text, sizeof text, "%.*f", digits, number);
    sink_text(s, text);
}

/* A number with three digits that count, and the first unit of `units` in which it is below 1000. */
static void sink_scaled(sink *s, uint64_t number, double step, const char *const *units)
{
    double scaled = (double)number;
    size_t unit = 0;
    while (scaled >= 999.5 && units[unit + 1] != NULL) {
        scaled /= step;
        unit++;
    }
    int digits = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
    sink_decimal(s, scaled, unit == 0 ? 0 : digits);
    sink_text(s, units[unit]);
}

void sink_count(sink *s, uint64_t number)
{
    static const char *const units[] = {"", " K", " M", " B", " T", " P", " E", NULL};
    sink_scaled(s, number, 1000, units);
}

void sink_size(sink *s, uint64_t bytes)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB", NULL};
    sink_scaled(s, bytes, 1024, units);
}

void sink_plural(sink *s, uint64_t number, const char *noun)
{
    sink_grouped(s, number);
    sink_text(s, " ");
    sink_text(s, noun);
    if (number != 1)
        sink_text(s, "s");
}

/* ---- Tables ----------------------------------------------------------------------------------- */

/* The columns that are shown, and how wide they are. */
typedef struct layout {
    size_t width[TABLE_MAX_COLUMNS];
    bool shown[TABLE_MAX_COLUMNS];
    size_t total; /* of a line */
} layout;

static size_t cell_width(const table *t, uint64_t row, size_t column, size_t limit)
{
    sink s = sink_start(NULL, limit);
    t->cell(t->context, row, column, &s);
    return sink_end(&s);
}

static size_t natural_width(const table *t, size_t column)
{
    size_t widest = strlen(t->columns[column].title);
    if (t->columns[column].kind == COLUMN_FILLS)
        return widest > LEAST_FILLED ? widest : LEAST_FILLED;
    for (uint64_t row = 0; row < t->num_rows && widest < WIDEST_CELL; row++) {
        size_t width = cell_width(t, row, column, WIDEST_CELL);
        if (width > widest)
            widest = width;
    }
    return widest;
}

/* How much narrower the line can become without losing a column. */
static size_t slack(const table *t, const layout *l)
{
    size_t columns = 0;
    for (size_t i = 0; i < t->num_columns; i++)
        if (t->columns[i].kind == COLUMN_SHRINKS && l->width[i] > LEAST_SHRUNK)
            columns += l->width[i] - LEAST_SHRUNK;
    return columns;
}

/* Leaves out optional columns, from the right, until the rest can fit. */
static void drop_columns(const table *t, layout *l, size_t width)
{
    for (size_t left = t->num_columns; left > 0 && l->total - slack(t, l) > width; left--) {
        size_t i = left - 1;
        if (!t->columns[i].optional)
            continue;
        l->shown[i] = false;
        l->total -= GAP + l->width[i];
    }
}

static void shrink_columns(const table *t, layout *l, size_t width)
{
    for (size_t i = 0; i < t->num_columns && l->total > width; i++) {
        if (t->columns[i].kind != COLUMN_SHRINKS || l->width[i] <= LEAST_SHRUNK)
            continue;
        size_t can = l->width[i] - LEAST_SHRUNK, must = l->total - width;
        size_t by = must < can ? must : can;
        l->width[i] -= by;
        l->total -= by;
    }
}

static layout lay_out(const table *t, const page_look *look)
{
    layout l;
    memset(&l, 0, sizeof l);
    l.total = INDENT - GAP;
    for (size_t i = 0; i < t->num_columns; i++) {
        l.shown[i] = true;
        l.width[i] = natural_width(t, i);
        l.total += GAP + l.width[i];
    }
    if (look->width != UNLIMITED) {
        drop_columns(t, &l, look->width);
        shrink_columns(t, &l, look->width);
    }
    return l;
}

static void print_spaces(size_t count)
{
    printf("%*s", (int)count, "");
}

/* The columns a cell may take: those of its column where lines are cut, or the rest of the line. */
static size_t cell_limit(const table *t, const layout *l, size_t column, const page_look *look)
{
    if (look->width == UNLIMITED)
        return UNLIMITED;
    if (t->columns[column].kind == COLUMN_FILLS && look->width > l->total)
        return l->width[column] + (look->width - l->total);
    return l->width[column];
}

static bool is_last_shown(const table *t, const layout *l, size_t column)
{
    for (size_t i = column + 1; i < t->num_columns; i++)
        if (l->shown[i])
            return false;
    return true;
}

static void print_titles(const table *t, const layout *l, const page_look *look)
{
    size_t before = INDENT;
    for (size_t i = 0; i < t->num_columns; i++) {
        if (!l->shown[i])
            continue;
        const char *title = t->columns[i].title;
        size_t pad = l->width[i] - strlen(title);
        bool right = t->columns[i].kind == COLUMN_RIGHT;
        print_spaces(before + (right ? pad : 0));
        print_bold(look, title);
        before = GAP + (right ? 0 : pad);
    }
    putchar('\n');
}

static void print_row(const table *t, const layout *l, const page_look *look, uint64_t row)
{
    print_spaces(INDENT);
    for (size_t i = 0; i < t->num_columns; i++) {
        if (!l->shown[i])
            continue;
        size_t limit = cell_limit(t, l, i, look);
        bool right = t->columns[i].kind == COLUMN_RIGHT, last = is_last_shown(t, l, i);
        size_t width = right ? cell_width(t, row, i, limit) : 0;
        if (right && width < l->width[i])
            print_spaces(l->width[i] - width);
        sink s = sink_start(stdout, limit);
        t->cell(t->context, row, i, &s);
        width = sink_end(&s);
        if (!right && !last && width < l->width[i])
            print_spaces(l->width[i] - width);
        if (!last)
            print_spaces(GAP);
    }
    putchar('\n');
}

void table_print(const table *t, const page_look *look)
{
    layout l = lay_out(t, look);
    print_titles(t, &l, look);
    for (uint64_t row = 0; row < t->num_rows && ferror(stdout) == 0; row++)
        print_row(t, &l, look, row);
}
