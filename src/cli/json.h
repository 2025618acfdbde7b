/* SPDX-License-Identifier: MIT */
/* JSON that strict parsers take, whatever the file held.
 *
 * Strings are valid UTF-8 and safe on a terminal. Bytes that are not UTF-8 print as U+FFFD, and the object
 * gains a member "<name>_hex" with the exact bytes. Integers are printed in full, floats with the fewest
 * digits that give the same number when they are read; those that JSON has no number for are the strings
 * "NaN", "Infinity" and "-Infinity".
 *
 * `name` is the name of a member, trusted text without anything to escape; or NULL in arrays and at the top.
 */
#ifndef TENSORGATE_CLI_JSON_H
#define TENSORGATE_CLI_JSON_H

#include "../tensorgate.h"

#include <stdio.h>

typedef struct json {
    FILE *out;
    bool follows; /* another value came before, in the same object or array */
} json;

json json_start(FILE *out);
void json_end(json *j); /* ends the line */

void json_open_object(json *j, const char *name);
void json_close_object(json *j);
void json_open_array(json *j, const char *name);
void json_close_array(json *j);

void json_null(json *j, const char *name);
void json_bool(json *j, const char *name, bool value);
void json_u64(json *j, const char *name, uint64_t value);
void json_i64(json *j, const char *name, int64_t value);
void json_f32(json *j, const char *name, float value);
void json_f64(json *j, const char *name, double value);

/* json_text writes bytes that may be anything, without "<name>_hex". */
void json_text(json *j, const char *name, tg_bytes value);
void json_hex(json *j, const char *name, tg_bytes value);

/* json_bytes writes a member, and where it is not UTF-8 also "<name>_hex". */
void json_bytes(json *j, const char *name, tg_bytes value);

/* json_string writes trusted text; null for NULL. */
void json_string(json *j, const char *name, const char *value);

/* json_break begins a new line, so that long arrays can be read and compared line by line. */
void json_break(json *j);

/* Room for any number that number_f32 and number_f64 write. */
#define NUMBER_TEXT 32

/* These write a number with the fewest digits that give it back; "NaN", "Infinity", "-Infinity" for others. */
void number_f32(char out_text[NUMBER_TEXT], float value);
void number_f64(char out_text[NUMBER_TEXT], double value);

#endif
