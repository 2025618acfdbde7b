/* SPDX-License-Identifier: MIT */
/* A JSON writer: see json.h. It holds nothing back: every call prints. */
#include "json.h"

#include "escape.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

json json_start(FILE *out)
{
    json j = {out, false};
    return j;
}

void json_end(json *j)
{
    fputc('\n', j->out);
    j->follows = false;
}

/* What comes before a value: the comma, and the name. */
static void begin(json *j, const char *name)
{
    if (j->follows)
        fputc(',', j->out);
    j->follows = true;
    if (name != NULL)
        fprintf(j->out, "\"%s\":", name);
}

static void open_with(json *j, const char *name, char bracket)
{
    begin(j, name);
    fputc(bracket, j->out);
    j->follows = false;
}

static void close_with(json *j, char bracket)
{
    fputc(bracket, j->out);
    j->follows = true;
}

void json_open_object(json *j, const char *name)
{
    open_with(j, name, '{');
}

void json_close_object(json *j)
{
    close_with(j, '}');
}

void json_open_array(json *j, const char *name)
{
    open_with(j, name, '[');
}

void json_close_array(json *j)
{
    close_with(j, ']');
}

void json_break(json *j)
{
    if (j->follows)
        fputc(',', j->out);
    j->follows = false;
    fputs("\n ", j->out);
}

void json_null(json *j, const char *name)
{
    begin(j, name);
    fputs("null", j->out);
}

void json_bool(json *j, const char *name, bool value)
{
    begin(j, name);
    fputs(value ? "true" : "false", j->out);
}

void json_u64(json *j, const char *name, uint64_t value)
{
    begin(j, name);
    fprintf(j->out, "%" PRIu64, value);
}

void json_i64(json *j, const char *name, int64_t value)
{
    begin(j, name);
    fprintf(j->out, "%" PRId64, value);
}

/* ---- Floats ---------------------------------------------------------------------------- */

/* The words for what is not a number; NULL for numbers. */
static const char *not_finite(double value)
{
    if (isnan(value))
        return "NaN";
    if (isinf(value))
        return value > 0 ? "Infinity" : "-Infinity";
    return NULL;
}

void number_f32(char out_text[NUMBER_TEXT], float value)
{
    const char *word = not_finite((double)value);
    if (word != NULL) {
        (void)snprintf(out_text, NUMBER_TEXT, "%s", word);
        return;
    }
    for (int digits = 6; digits <= 9; digits++) {
        (void)snprintf(out_text, NUMBER_TEXT, "%.*g", digits, (double)value);
        float back = strtof(out_text, NULL);
        if (back >= value && back <= value)
            return;
    }
}

void number_f64(char out_text[NUMBER_TEXT], double value)
{
    const char *word = not_finite(value);
    if (word != NULL) {
        (void)snprintf(out_text, NUMBER_TEXT, "%s", word);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(out_text, NUMBER_TEXT, "%.*g", digits, value);
        double back = strtod(out_text, NULL);
        if (back >= value && back <= value)
            return;
    }
}

static void put_float(json *j, const char *name, const char *text, double value)
{
    const char *quote = isfinite(value) ? "" : "\"";
    begin(j, name);
    fprintf(j->out, "%s%s%s", quote, text, quote);
}

void json_f32(json *j, const char *name, float value)
{
    char text[NUMBER_TEXT];
    number_f32(text, value);
    put_float(j, name, text, (double)value);
}

void json_f64(json *j, const char *name, double value)
{
    char text[NUMBER_TEXT];
    number_f64(text, value);
    put_float(j, name, text, value);
}

/* ---- Strings ----------------------------------------------------------------------------- */

static void put_unicode_escape(FILE *out, uint32_t code)
{
    if (code < 0x10000) {
        fprintf(out, "\\u%04" PRIx32, code);
        return;
    }
    code -= 0x10000;
    fprintf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF));
}

/* A character that JSON or a terminal cannot take as it is; false for all others. */
static bool put_escaped(FILE *out, uint32_t code)
{
    switch (code) {
    case '"':
        fputs("\\\"", out);
        return true;
    case '\\':
        fputs("\\\\", out);
        return true;
    case '\n':
        fputs("\\n", out);
        return true;
    case '\r':
        fputs("\\r", out);
        return true;
    case '\t':
        fputs("\\t", out);
        return true;
    default:
        break;
    }
    if (!is_unsafe(code))
        return false;
    put_unicode_escape(out, code);
    return true;
}

static void put_string(FILE *out, tg_bytes rest)
{
    fputc('"', out);
    while (rest.len > 0) {
        size_t plain = escape_plain(rest, true);
        if (plain > 0) {
            (void)fwrite(rest.ptr, 1, plain, out);
            rest.ptr += plain;
            rest.len -= plain;
            continue;
        }
        tg_bytes character = rest;
        uint32_t code = utf8_next(&rest);
        character.len -= rest.len;
        if (code == NOT_UTF8)
            fputs("\xEF\xBF\xBD", out); /* U+FFFD */
        else if (!put_escaped(out, code))
            (void)fwrite(character.ptr, 1, character.len, out);
    }
    fputc('"', out);
}

void json_text(json *j, const char *name, tg_bytes value)
{
    begin(j, name);
    put_string(j->out, value);
}

static void put_hex(FILE *out, tg_bytes value)
{
    fputc('"', out);
    for (size_t i = 0; i < value.len; i++)
        fprintf(out, "%02x", (unsigned)(unsigned char)value.ptr[i]);
    fputc('"', out);
}

void json_hex(json *j, const char *name, tg_bytes value)
{
    begin(j, name);
    put_hex(j->out, value);
}

void json_bytes(json *j, const char *name, tg_bytes value)
{
    json_text(j, name, value);
    if (utf8_valid(value))
        return;
    begin(j, NULL);
    fprintf(j->out, "\"%s_hex\":", name);
    put_hex(j->out, value);
}

void json_string(json *j, const char *name, const char *value)
{
    if (value == NULL)
        json_null(j, name);
    else
        json_text(j, name, bytes_of(value));
}
