/* SPDX-License-Identifier: MIT */
/* A strict reader of JSON (RFC 8259), pulled by the format that knows what must come next: no tree, no recursion, no
 * floating point, no memory of its own. It works over text that is all there: the cursor ends where the text ends.
 *
 * Strings are checked as they are read: UTF-8, control characters, escapes, surrogates in pairs. They are handed out
 * as they stand in the text; tgi_json_decode resolves the escapes. On a fault the cursor is at the byte at fault.
 */
#ifndef TGI_CORE_JSON_H
#define TGI_CORE_JSON_H

#include "cursor.h"

/* What every function here wants of its cursor, and keeps: offsets in the file do not wrap. */
/*@ predicate json_cursor(tgi_cursor *c) = cursor_valid(c) && \separated(c, c->base + (0 .. c->len - 1)) &&
  @   c->origin + c->len <= UINT64_MAX;
  @*/

typedef enum tgi_json_fault {
    TGI_JSON_FINE = 0,
    TGI_JSON_END,       /* the text ends early */
    TGI_JSON_SYNTAX,    /* a byte that cannot stand here */
    TGI_JSON_UTF8,      /* not UTF-8 inside a string */
    TGI_JSON_CONTROL,   /* a control character inside a string */
    TGI_JSON_ESCAPE,    /* an escape that JSON does not have */
    TGI_JSON_SURROGATE, /* half of a surrogate pair */
    TGI_JSON_NUMBER,    /* not a plain number: sign, fraction, exponent or leading zero */
    TGI_JSON_RANGE,     /* a plain number above 2^64-1 */
    TGI_JSON_DEPTH,     /* nested too deep */
} tgi_json_fault;

/* What begins at the cursor, after white space. */
typedef enum tgi_json_kind {
    TGI_JSON_NOTHING = 0, /* the end of the text, or a byte that begins no value */
    TGI_JSON_OBJECT,
    TGI_JSON_ARRAY,
    TGI_JSON_STRING,
    TGI_JSON_NUMERIC,
    TGI_JSON_TRUE,
    TGI_JSON_FALSE,
    TGI_JSON_NULL,
} tgi_json_kind;

typedef struct tgi_json_string {
    const uint8_t *text; /* between the quotes */
    size_t len;
    uint64_t offset; /* in the file, of the first byte between the quotes */
    bool escaped;    /* there are escapes in it */
} tgi_json_string;

/* Moves past white space. */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @*/
void tgi_json_space(tgi_cursor *c);
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @*/
static inline void tgi_json_skip_space(tgi_cursor *c)
{
    uint8_t next = 0;
    if (tgi_peek_u8(c, &next) && next <= ' ')
        tgi_json_space(c);
}

/* Moves past white space, and says what comes. */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @*/
tgi_json_kind tgi_json_peek(tgi_cursor *c);

/* The same as tgi_json_byte, for a cursor that is at white space. */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @*/
TGI_NODISCARD bool tgi_json_byte_after_space(tgi_cursor *c, uint8_t byte);

/* Moves past white space and, if it comes next, `byte`: one of { } [ ] : and , */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @*/
static inline TGI_NODISCARD bool tgi_json_byte(tgi_cursor *c, uint8_t byte)
{
    uint8_t next = 0;
    if (!tgi_peek_u8(c, &next))
        return false;
    if (next <= ' ')
        return tgi_json_byte_after_space(c, byte);
    if (next != byte)
        return false;
    c->pos++;
    return true;
}

/* Moves over white space. Is nothing left? */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @ ensures \result <==> c->pos == c->len;
  @*/
TGI_NODISCARD bool tgi_json_is_end(tgi_cursor *c);

/* The fault of text that goes on otherwise than it must: TGI_JSON_SYNTAX, or TGI_JSON_END where it ends, be it within a
 * word, so that more of the text could make it right. */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @ ensures \result == TGI_JSON_END || \result == TGI_JSON_SYNTAX;
  @*/
tgi_json_fault tgi_json_unexpected(tgi_cursor *c);

/* Reads a string; white space may stand before it. */
/*@ requires json_cursor(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out, c->pos;
  @ ensures json_cursor(c);
  @ ensures \result <= TGI_JSON_DEPTH;
  @ ensures \result == TGI_JSON_FINE && out->len > 0 ==> \valid_read(out->text + (0 .. out->len - 1));
  @*/
TGI_NODISCARD tgi_json_fault tgi_json_string_value(tgi_cursor *c, tgi_json_string *out);

/* Reads a number of the form 0|[1-9][0-9]*; white space may stand before it. On TGI_JSON_NUMBER and TGI_JSON_RANGE the
 * cursor is where the number begins. */
/*@ requires json_cursor(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out, c->pos;
  @ ensures json_cursor(c);
  @ ensures \result <= TGI_JSON_DEPTH;
  @*/
TGI_NODISCARD tgi_json_fault tgi_json_u64(tgi_cursor *c, uint64_t *out);

/* Reads past any number that JSON has. */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @ ensures \result <= TGI_JSON_DEPTH;
  @*/
TGI_NODISCARD tgi_json_fault tgi_json_skip_number(tgi_cursor *c);

/* Reads past true, false or null, which tgi_json_peek has seen. */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @*/
void tgi_json_skip_word(tgi_cursor *c, tgi_json_kind kind);

/* Writes the text of a string, which tgi_json_string_value has checked, with its escapes resolved to `out`, which has
 * room for `len` bytes. Returns how many bytes it wrote. */
/*@ requires len > 0 ==> \valid_read(text + (0 .. len - 1)) && \valid(out + (0 .. len - 1));
  @ requires \separated(text + (0 .. len - 1), out + (0 .. len - 1));
  @ assigns out[0 .. len - 1];
  @ ensures \result <= len;
  @*/
size_t tgi_json_decode(const uint8_t *text, size_t len, uint8_t *out);

#endif
