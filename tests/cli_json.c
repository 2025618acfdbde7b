/* SPDX-License-Identifier: MIT */
/* A strict judge of JSON: see cli_json.h. */
#include "cli_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MOST_DEPTH 64
#define MOST_NAMES 32 /* in an object */

typedef struct judge {
    const unsigned char *at, *end;
    unsigned depth;
} judge;

static bool value(judge *j);

static void space(judge *j)
{
    while (j->at < j->end && (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r'))
        j->at++;
}

static bool take(judge *j, char c)
{
    if (j->at == j->end || *j->at != (unsigned char)c)
        return false;
    j->at++;
    return true;
}

static bool word(judge *j, const char *text)
{
    size_t len = strlen(text);
    if ((size_t)(j->end - j->at) < len || memcmp(j->at, text, len) != 0)
        return false;
    j->at += len;
    return true;
}

static bool digits(judge *j)
{
    const unsigned char *start = j->at;
    while (j->at < j->end && *j->at >= '0' && *j->at <= '9')
        j->at++;
    return j->at > start;
}

static bool number(judge *j)
{
    (void)take(j, '-');
    if (!take(j, '0') && !digits(j))
        return false;
    if (take(j, '.') && !digits(j))
        return false;
    if (!take(j, 'e') && !take(j, 'E'))
        return true;
    if (!take(j, '+'))
        (void)take(j, '-');
    return digits(j);
}

/* Four hexadecimal digits. */
static bool hex4(judge *j, unsigned *out)
{
    unsigned code = 0;
    for (int i = 0; i < 4; i++, j->at++) {
        const char *all = "0123456789abcdefABCDEF";
        const char *digit = j->at < j->end && *j->at != 0 ? strchr(all, *j->at) : NULL;
        if (digit == NULL)
            return false;
        unsigned which = (unsigned)(digit - all);
        code = code * 16 + (which < 16 ? which : which - 6);
    }
    *out = code;
    return true;
}

static bool escape(judge *j)
{
    unsigned high, low;
    if (j->at == j->end || *j->at == 0 || strchr("\"\\/bfnrtu", *j->at) == NULL)
        return false;
    if (*j->at++ != 'u')
        return true;
    if (!hex4(j, &high) || (high >= 0xDC00 && high <= 0xDFFF))
        return false;
    if (high < 0xD800 || high > 0xDBFF)
        return true;
    return word(j, "\\u") && hex4(j, &low) && low >= 0xDC00 && low <= 0xDFFF;
}

/* One character of several bytes: the first byte, and the range of the second, tell all (Unicode, table 3-7). */
static bool character(judge *j)
{
    static const struct {
        unsigned char first, last, low, high;
        size_t more;
    } rows[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 1}, {0xE0, 0xE0, 0xA0, 0xBF, 2}, {0xE1, 0xEC, 0x80, 0xBF, 2},
        {0xED, 0xED, 0x80, 0x9F, 2}, {0xEE, 0xEF, 0x80, 0xBF, 2}, {0xF0, 0xF0, 0x90, 0xBF, 3},
        {0xF1, 0xF3, 0x80, 0xBF, 3}, {0xF4, 0xF4, 0x80, 0x8F, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (j->at[0] < rows[i].first || j->at[0] > rows[i].last)
            continue;
        if ((size_t)(j->end - j->at) <= rows[i].more || j->at[1] < rows[i].low || j->at[1] > rows[i].high)
            return false;
        for (size_t k = 2; k <= rows[i].more; k++)
            if (j->at[k] < 0x80 || j->at[k] > 0xBF)
                return false;
        j->at += 1 + rows[i].more;
        return true;
    }
    return false;
}

static bool string(judge *j)
{
    if (!take(j, '"'))
        return false;
    while (j->at < j->end && *j->at != '"') {
        if (*j->at < 0x20)
            return false;
        if (*j->at >= 0x80) {
            if (!character(j))
                return false;
        } else if (*j->at++ == '\\' && !escape(j)) {
            return false;
        }
    }
    return take(j, '"');
}

typedef struct name {
    const unsigned char *at;
    size_t len;
} name;

/* Names are compared as they are written: the command escapes none. */
static bool is_new(const name *names, size_t count, name n)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].len == n.len && memcmp(names[i].at, n.at, n.len) == 0)
            return false;
    return true;
}

static bool object(judge *j)
{
    name names[MOST_NAMES];
    size_t count = 0;
    space(j);
    if (take(j, '}'))
        return true;
    do {
        space(j);
        name n = {j->at, 0};
        if (!string(j) || count == MOST_NAMES)
            return false;
        n.len = (size_t)(j->at - n.at);
        if (!is_new(names, count, n))
            return false;
        names[count++] = n;
        space(j);
        if (!take(j, ':') || !value(j))
            return false;
        space(j);
    } while (take(j, ','));
    return take(j, '}');
}

static bool array(judge *j)
{
    space(j);
    if (take(j, ']'))
        return true;
    do {
        if (!value(j))
            return false;
        space(j);
    } while (take(j, ','));
    return take(j, ']');
}

static bool value(judge *j)
{
    space(j);
    if (j->at == j->end || j->depth == MOST_DEPTH)
        return false;
    j->depth++;
    bool good;
    if (*j->at == '"')
        good = string(j);
    else if (take(j, '{'))
        good = object(j);
    else if (take(j, '['))
        good = array(j);
    else
        good = word(j, "true") || word(j, "false") || word(j, "null") || number(j);
    j->depth--;
    return good;
}

void assert_json(const char *text, size_t len)
{
    judge j = {(const unsigned char *)text, (const unsigned char *)text + len, 0};
    bool good = value(&j);
    space(&j);
    if (good && j.at == j.end)
        return;
    print_error("not JSON from byte %zu on:\n%.*s\n", (size_t)(j.at - (const unsigned char *)text), (int)len, text);
    fail();
}

size_t assert_json_lines(const char *text, size_t len)
{
    size_t lines = 0;
    while (len > 0) {
        const char *newline = (const char *)memchr(text, '\n', len);
        assert_non_null(newline);
        size_t line = (size_t)(newline - text);
        assert_json(text, line);
        text += line + 1;
        len -= line + 1;
        lines++;
    }
    return lines;
}
