/* SPDX-License-Identifier: MIT */
/* Untrusted bytes as text that is safe on a terminal.
 *
 * Characters that a terminal obeys instead of showing them (controls, escape sequences, the direction of
 * text), characters that nobody can see, and bytes that are not UTF-8 are written byte by byte as \xNN;
 * newline, tab, carriage return and backslash have their usual escapes. So no name in a file can move the
 * cursor or hide, and what is printed tells exactly which bytes there were.
 */
#ifndef TENSORGATE_CLI_ESCAPE_H
#define TENSORGATE_CLI_ESCAPE_H

#include "../tensorgate.h"

#include <stdio.h>

/* What utf8_next returns for a byte that begins no character. */
#define NOT_UTF8 UINT32_MAX

/* utf8_next takes the first character off `rest`, which must not be empty, and returns its number. Bytes
 * that are not UTF-8 are taken one at a time. */
uint32_t utf8_next(tg_bytes *rest);

bool utf8_valid(tg_bytes text);

/* Must the character be escaped, wherever it is printed? */
bool is_unsafe(uint32_t code);

/* One character as it is printed: itself, or its escape, which is never torn apart. */
typedef struct glyph {
    char text[16]; /* not NUL-terminated: an escape of four bytes fills it */
    size_t len;
    size_t columns; /* that it takes on a terminal */
} glyph;

/* escape_next takes the first character off `rest`, which must not be empty. Inside quotes the quote is
 * escaped too. */
glyph escape_next(tg_bytes *rest, bool quoted);

/* escape_plain is how many bytes at the front of `text` are ASCII characters that need no escape: each is one
 * column, and the same in JSON where it is inside quotes. */
size_t escape_plain(tg_bytes text, bool quoted);

/* escape_print prints all of `text`, such as the name of a file. */
void escape_print(FILE *out, tg_bytes text);

/* bytes_of is a view of a C string. */
tg_bytes bytes_of(const char *text);

#endif
