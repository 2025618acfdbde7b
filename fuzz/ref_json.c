/* SPDX-License-Identifier: MIT */
/* The second reader of JSON: see ref_json.h. */
#include "ref_json.h"

#include "fuzz.h"
#include "ref_gguf.h"

#include <stdlib.h>

static bool has(ref_text_of t, size_t at)
{
    return at < t.len;
}

static bool is_one_of(ref_text_of t, size_t at, const char *set)
{
    return has(t, at) && t.text[at] != 0 && strchr(set, t.text[at]) != NULL;
}

size_t ref_json_space(ref_text_of t, size_t at)
{
    while (is_one_of(t, at, " \t\r\n"))
        at++;
    return at;
}

static bool is_word(ref_text_of t, size_t at, const char *word)
{
    size_t len = strlen(word);
    return t.len - at >= len && memcmp(t.text + at, word, len) == 0;
}

/* Text that cannot go on as it does at `at`, or that ends there, be it in the middle of a word. */
static tg_status not_here(ref_text_of t, size_t at)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t left = t.len - at;
    for (size_t i = 0; i < 3; i++)
        if (left < strlen(words[i]) && (left == 0 || memcmp(t.text + at, words[i], left) == 0))
            return TG_E_JSON_END;
    return TG_E_JSON_SYNTAX;
}

char ref_json_kind(ref_text_of t, size_t at)
{
    if (!has(t, at))
        return 0;
    if (is_one_of(t, at, "-0123456789"))
        return '0';
    if (is_one_of(t, at, "{[\""))
        return (char)t.text[at];
    return is_word(t, at, "true") ? 't' : is_word(t, at, "false") ? 'f' : is_word(t, at, "null") ? 'n' : 0;
}

/* ---- Strings ------------------------------------------------------------------------------------ */

/* Four hexadecimal digits at `at`; above 0xFFFF where they are none. */
static uint32_t four_digits(ref_text_of t, size_t at)
{
    uint32_t value = 0;
    for (size_t i = at; i < at + 4; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = NULL;
        if (has(t, i) && t.text[i] != 0)
            digit = strchr(digits, t.text[i] >= 'A' && t.text[i] <= 'F' ? t.text[i] - 'A' + 'a' : t.text[i]);
        if (digit == NULL)
            return 0x10000;
        value = value * 16 + (uint32_t)(digit - digits);
    }
    return value;
}

static size_t put_character(uint8_t *out, uint32_t code)
{
    size_t extra = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    for (size_t i = extra; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (uint8_t)(lead[extra] | code);
    return extra + 1;
}

/* The escape at `*at`. */
static tg_status read_escape(ref_text_of t, size_t *at, uint8_t *out, size_t *out_len)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    size_t left = t.len - *at;
    if (left < 2)
        return TG_E_JSON_END;
    const char *name = t.text[*at + 1] != 0 ? strchr(names, t.text[*at + 1]) : NULL;
    if (name != NULL) {
        out[(*out_len)++] = (uint8_t)values[name - names];
        *at += 2;
        return TG_OK;
    }
    if (t.text[*at + 1] != 'u')
        return TG_E_JSON_ESCAPE;
    if (left < 6)
        return TG_E_JSON_END;
    uint32_t code = four_digits(t, *at + 2);
    if (code > 0xFFFF)
        return TG_E_JSON_ESCAPE;
    size_t len = 6;
    if (code >= 0xDC00 && code < 0xE000)
        return TG_E_JSON_SURROGATE;
    if (code >= 0xD800 && code < 0xDC00) {
        len = 12;
        if ((left > 6 && t.text[*at + 6] != '\\') || (left > 7 && t.text[*at + 7] != 'u'))
            return TG_E_JSON_SURROGATE;
        if (left < 12)
            return TG_E_JSON_END;
        uint32_t low = four_digits(t, *at + 8);
        if (low < 0xDC00 || low > 0xDFFF)
            return TG_E_JSON_SURROGATE;
        code = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00);
    }
    *out_len += put_character(out + *out_len, code);
    *at += len;
    return TG_OK;
}

tg_status ref_json_string(ref_text_of t, size_t *at, uint8_t *out, size_t *out_len)
{
    *out_len = 0;
    *at = ref_json_space(t, *at);
    if (!is_one_of(t, *at, "\""))
        return not_here(t, *at);
    ++*at;
    while (has(t, *at)) {
        uint8_t byte = t.text[*at];
        if (byte == '"') {
            ++*at;
            return TG_OK;
        }
        if (byte < 0x20)
            return TG_E_JSON_CONTROL;
        if (byte == '\\') {
            tg_status status = read_escape(t, at, out, out_len);
            if (status != TG_OK)
                return status;
            continue;
        }
        /* The shortest run of bytes that is a character. */
        uint64_t fault;
        bool nul;
        size_t len = 1, most = t.len - *at < 4 ? t.len - *at : 4;
        while (len <= most && !ref_utf8(t.text + *at, len, &fault, &nul))
            len++;
        if (len > most)
            return TG_E_JSON_UTF8;
        memcpy(out + *out_len, t.text + *at, len);
        *out_len += len;
        *at += len;
    }
    return TG_E_JSON_END;
}

/* ---- Numbers ---------------------------------------------------------------------------------------- */

static size_t digits_at(ref_text_of t, size_t at)
{
    size_t end = at;
    while (is_one_of(t, end, "0123456789"))
        end++;
    return end - at;
}

tg_status ref_json_u64(ref_text_of t, size_t *at, uint64_t *out)
{
    static const char most[] = "18446744073709551615";
    size_t start = *at = ref_json_space(t, *at), n = digits_at(t, start);
    if (!has(t, start))
        return TG_E_JSON_END;
    if (t.text[start] == '-')
        return TG_E_JSON_NUMBER;
    if (n == 0)
        return TG_E_JSON_SYNTAX;
    if (is_one_of(t, start + n, ".eE") || (n > 1 && t.text[start] == '0'))
        return TG_E_JSON_NUMBER;
    if (n > 20 || (n == 20 && memcmp(t.text + start, most, 20) > 0))
        return TG_E_JSON_RANGE;
    *out = 0;
    for (size_t i = 0; i < n; i++)
        *out = *out * 10 + (t.text[start + i] - (uint64_t)'0');
    *at = start + n;
    return TG_OK;
}

tg_status ref_json_number(ref_text_of t, size_t *at)
{
    size_t end = *at = ref_json_space(t, *at), n;
    if (!has(t, end))
        return TG_E_JSON_END;
    if (t.text[end] == '-')
        end++;
    n = digits_at(t, end);
    if (n == 0)
        return has(t, end) ? TG_E_JSON_NUMBER : TG_E_JSON_END;
    if (n > 1 && t.text[end] == '0')
        return TG_E_JSON_NUMBER;
    end += n;
    for (int part = 0; part < 2; part++) {
        if (!is_one_of(t, end, part == 0 ? "." : "eE"))
            continue;
        end++;
        if (part == 1 && is_one_of(t, end, "+-"))
            end++;
        n = digits_at(t, end);
        if (n == 0)
            return has(t, end) ? TG_E_JSON_NUMBER : TG_E_JSON_END;
        end += n;
    }
    *at = end;
    return TG_OK;
}

/* ---- Values ------------------------------------------------------------------------------------------- */

/* A name: the object it is in, and where it begins; its bytes, with escapes resolved, are in the walk. */
typedef struct name {
    unsigned object;
    size_t at, from, len;
} name;

typedef struct walk {
    ref_text_of t;
    size_t at;
    unsigned most, objects;
    name *names;
    uint8_t *bytes;
    size_t num_names, num_bytes;
} walk;

static tg_status read_value(walk *w, unsigned depth);

static tg_status read_name(walk *w, unsigned object)
{
    size_t len, begin = ref_json_space(w->t, w->at) + 1;
    tg_status status = ref_json_string(w->t, &w->at, w->bytes + w->num_bytes, &len);
    if (status != TG_OK)
        return status;
    name *n = &w->names[w->num_names++];
    n->object = object;
    n->at = begin;
    n->from = w->num_bytes;
    n->len = len;
    w->num_bytes += len;
    w->at = ref_json_space(w->t, w->at);
    if (!is_one_of(w->t, w->at, ":"))
        return not_here(w->t, w->at);
    w->at++;
    return TG_OK;
}

/* What stands between the brackets at `at`. */
static tg_status read_entries(walk *w, unsigned depth, bool is_object)
{
    const char *close = is_object ? "}" : "]";
    unsigned object = is_object ? w->objects++ : 0;
    size_t first = ref_json_space(w->t, ++w->at);
    if (is_one_of(w->t, first, close)) {
        w->at = first + 1;
        return TG_OK;
    }
    for (;;) {
        tg_status status = is_object ? read_name(w, object) : TG_OK;
        if (status == TG_OK)
            status = read_value(w, depth);
        if (status != TG_OK)
            return status;
        w->at = ref_json_space(w->t, w->at);
        if (is_one_of(w->t, w->at, close)) {
            w->at++;
            return TG_OK;
        }
        if (!is_one_of(w->t, w->at, ","))
            return not_here(w->t, w->at);
        w->at++;
    }
}

/* Recursion is bounded by `most`. */
static tg_status read_value(walk *w, unsigned depth)
{
    size_t len;
    w->at = ref_json_space(w->t, w->at);
    switch (ref_json_kind(w->t, w->at)) {
    case '{':
    case '[':
        if (depth == w->most)
            return TG_E_JSON_DEPTH;
        return read_entries(w, depth + 1, w->t.text[w->at] == '{');
    case '"':
        return ref_json_string(w->t, &w->at, w->bytes + w->num_bytes, &len);
    case '0':
        return ref_json_number(w->t, &w->at);
    case 'f':
        w->at += 5;
        return TG_OK;
    case 't':
    case 'n':
        w->at += 4;
        return TG_OK;
    default:
        return not_here(w->t, w->at);
    }
}

static bool is_second(const walk *w, size_t i)
{
    const name *b = &w->names[i];
    for (size_t j = 0; j < i; j++) {
        const name *a = &w->names[j];
        if (a->object == b->object && a->len == b->len && memcmp(w->bytes + a->from, w->bytes + b->from, a->len) == 0)
            return true;
    }
    return false;
}

/* Reads the value at `*at`. Where it is fine, `*at` is behind it, and `*out_second` says whether a name occurs twice,
 * or, where `asked` is a position, whether the name there does. */
static tg_status walk_all(ref_text_of t, size_t *at, unsigned most, size_t asked, bool *out_second)
{
    walk w = {t, *at, most, 0, NULL, NULL, 0, 0};
    w.names = (name *)calloc(t.len / 2 + 1, sizeof *w.names);
    w.bytes = (uint8_t *)malloc(t.len * 2 + 4); /* names, and the string of the moment behind them */
    FUZZ_CHECK(w.names != NULL && w.bytes != NULL, "no memory for the second reader");
    tg_status status = read_value(&w, 0);
    *at = w.at;
    *out_second = false;
    for (size_t i = 0; status == TG_OK && i < w.num_names && !*out_second; i++)
        *out_second = (asked == SIZE_MAX || w.names[i].at == asked) && is_second(&w, i);
    free(w.names);
    free(w.bytes);
    return status;
}

tg_status ref_json_value(ref_text_of t, size_t *at, unsigned most)
{
    bool twice;
    tg_status status = walk_all(t, at, most, SIZE_MAX, &twice);
    return twice ? TG_E_FIELD_DUPLICATE : status;
}

bool ref_json_is_second(ref_text_of t, size_t at, unsigned most)
{
    size_t from = 0;
    bool second;
    (void)walk_all(t, &from, most, at, &second);
    return second;
}
