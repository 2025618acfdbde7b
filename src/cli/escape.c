/* SPDX-License-Identifier: MIT */
/* Untrusted bytes as text that is safe on a terminal: see escape.h. Pure, but for escape_print. */
#include "escape.h"

#include <string.h>

typedef struct range {
    uint32_t first, last;
} range;

/* Characters that change how others are shown, or that show nothing. */
static const range unsafe_ranges[] = {
    {0x0000, 0x001F},   /* controls, C0 */
    {0x007F, 0x009F},   /* DEL; controls, C1 */
    {0x00AD, 0x00AD},   /* soft hyphen */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x180E, 0x180E},   /* Mongolian vowel separator */
    {0x200B, 0x200F},   /* zero width; left-to-right and right-to-left marks */
    {0x2028, 0x202E},   /* line and paragraph separators; embeddings and overrides */
    {0x2060, 0x206F},   /* word joiner, invisible operators, isolates */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFFF9, 0xFFFB},   /* interlinear annotation */
    {0xE0000, 0xE0FFF}, /* tags and other characters without a shape */
};

/* Characters that take two columns: East Asian scripts and most pictures. Others count as one, combining
 * marks too: a row that holds them may be too short, but never too long. */
static const range wide_ranges[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool in_ranges(uint32_t code, const range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

bool is_unsafe(uint32_t code)
{
    return in_ranges(code, unsafe_ranges, sizeof unsafe_ranges / sizeof unsafe_ranges[0]);
}

static bool is_wide(uint32_t code)
{
    return code >= wide_ranges[0].first && in_ranges(code, wide_ranges, sizeof wide_ranges / sizeof wide_ranges[0]);
}

tg_bytes bytes_of(const char *text)
{
    tg_bytes bytes = {text, strlen(text)};
    return bytes;
}

static unsigned byte_at(tg_bytes bytes, size_t at)
{
    return (unsigned char)bytes.ptr[at];
}

/* How a character begins, by its first byte; overlong forms and numbers that do not exist fall out by `least`
 * and by the last row. */
typedef struct lead {
    unsigned first, last; /* bytes */
    unsigned bits;        /* of the byte that belong to the number */
    unsigned more;        /* bytes that follow */
    uint32_t least;       /* number that needs so many */
} lead;

static const lead leads[] = {
    {0x00, 0x7F, 0x7F, 0, 0},
    {0xC2, 0xDF, 0x1F, 1, 0x80},
    {0xE0, 0xEF, 0x0F, 2, 0x800},
    {0xF0, 0xF4, 0x07, 3, 0x10000},
};

static const lead *find_lead(unsigned byte)
{
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    return NULL;
}

/* The character that `text` begins with, and its length; false where it begins with none. */
static bool decode(tg_bytes text, uint32_t *out_code, size_t *out_len)
{
    const lead *l = find_lead(byte_at(text, 0));
    if (l == NULL || l->more >= text.len)
        return false;
    uint32_t code = byte_at(text, 0) & l->bits;
    for (size_t i = 1; i <= l->more; i++) {
        unsigned byte = byte_at(text, i);
        if ((byte & 0xC0) != 0x80)
            return false;
        code = code << 6 | (byte & 0x3F);
    }
    if (code < l->least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return false;
    *out_code = code;
    *out_len = l->more + 1;
    return true;
}

uint32_t utf8_next(tg_bytes *rest)
{
    uint32_t code = NOT_UTF8;
    size_t len = 1;
    (void)decode(*rest, &code, &len);
    rest->ptr += len;
    rest->len -= len;
    return code;
}

bool utf8_valid(tg_bytes text)
{
    while (text.len > 0)
        if (utf8_next(&text) == NOT_UTF8)
            return false;
    return true;
}

static void add_char(glyph *g, char c)
{
    g->text[g->len++] = c;
    g->columns++;
}

static void add_hex(glyph *g, unsigned byte)
{
    static const char digits[] = "0123456789abcdef";
    add_char(g, '\\');
    add_char(g, 'x');
    add_char(g, digits[byte >> 4]);
    add_char(g, digits[byte & 0xF]);
}

/* The letter behind the backslash of a character that has such an escape; else 0. */
static char short_escape(uint32_t code, bool quoted)
{
    switch (code) {
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\\':
        return '\\';
    case '"':
        return quoted ? '"' : '\0';
    default:
        return '\0';
    }
}

glyph escape_next(tg_bytes *rest, bool quoted)
{
    glyph g = {{0}, 0, 0};
    tg_bytes bytes = *rest;
    uint32_t code = utf8_next(rest);
    bytes.len -= rest->len;
    char letter = short_escape(code, quoted);
    if (letter != '\0') {
        add_char(&g, '\\');
        add_char(&g, letter);
    } else if (code == NOT_UTF8 || is_unsafe(code)) {
        for (size_t i = 0; i < bytes.len; i++)
            add_hex(&g, byte_at(bytes, i));
    } else {
        memcpy(g.text, bytes.ptr, bytes.len);
        g.len = bytes.len;
        g.columns = is_wide(code) ? 2 : 1;
    }
    return g;
}

size_t escape_plain(tg_bytes text, bool quoted)
{
    size_t len = 0;
    for (; len < text.len; len++) {
        unsigned byte = byte_at(text, len);
        if (byte < 0x20 || byte > 0x7E || byte == '\\' || (quoted && byte == '"'))
            break;
    }
    return len;
}

void escape_print(FILE *out, tg_bytes text)
{
    while (text.len > 0) {
        glyph g = escape_next(&text, false);
        (void)fwrite(g.text, 1, g.len, out);
    }
}
