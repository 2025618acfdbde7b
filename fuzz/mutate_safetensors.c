/* SPDX-License-Identifier: MIT */
/* Mutation of safetensors files by structure. The header is split into its entries; those of tensors are read as far as
 * they are written plainly, the rest is kept as text. Three times of four, what depends on a change is repaired: the
 * offsets, the length of the header, the length of the data. Text that cannot be split is changed as text, between its
 * tokens. */
#include "mutate.h"

#include <stdio.h>
#include <string.h>

#define MAX_ENTRIES 48
#define MAX_DIMS 9
#define MAX_DATA 2048
#define ROOM (1 << 16)

typedef struct piece {
    const uint8_t *bytes;
    size_t len;
} piece;

/* An entry of the header. `text` is its value, where that is not a plain tensor. */
typedef struct entry {
    piece name; /* with its quotes */
    bool plain;
    piece text, dtype; /* with its quotes */
    uint64_t dims[MAX_DIMS], begin, end;
    size_t rank;
} entry;

typedef struct doc {
    entry entries[MAX_ENTRIES];
    size_t num;
    piece data;
} doc;

static piece word(const char *text)
{
    piece p = {(const uint8_t *)text, strlen(text)};
    return p;
}

/* ---- Taking apart --------------------------------------------------------------------------------- */

typedef struct reader {
    const uint8_t *text;
    size_t len, at;
    bool failed;
} reader;

static void space(reader *r)
{
    while (r->at < r->len && r->text[r->at] != 0 && strchr(" \t\r\n", r->text[r->at]) != NULL)
        r->at++;
}

static bool take(reader *r, char byte)
{
    space(r);
    bool here = r->at < r->len && r->text[r->at] == (uint8_t)byte;
    r->at += here;
    return here;
}

static void want(reader *r, char byte)
{
    r->failed = r->failed || !take(r, byte);
}

static piece string(reader *r)
{
    space(r);
    piece p = {r->text + r->at, 0};
    want(r, '"');
    while (!r->failed && r->at < r->len && r->text[r->at] != '"')
        r->at += r->text[r->at] == '\\' && r->len - r->at > 1 ? 2 : 1;
    want(r, '"');
    p.len = r->failed ? 0 : r->at - (size_t)(p.bytes - r->text);
    return p;
}

static uint64_t number(reader *r)
{
    space(r);
    uint64_t value = 0;
    size_t start = r->at;
    for (; r->at < r->len && r->text[r->at] >= '0' && r->text[r->at] <= '9' && value < UINT64_MAX / 16; r->at++)
        value = value * 10 + (r->text[r->at] - (uint64_t)'0');
    r->failed = r->failed || r->at == start;
    return value;
}

/* Reads past a value, by its brackets. */
static piece any_value(reader *r)
{
    space(r);
    piece p = {r->text + r->at, 0};
    for (size_t depth = 0; !r->failed;) {
        space(r);
        if (r->at == r->len) {
            r->failed = true;
            break;
        }
        uint8_t byte = r->text[r->at];
        if (byte == '"') {
            (void)string(r);
        } else if (depth == 0 && (byte == ',' || byte == '}' || byte == ']')) {
            break;
        } else {
            depth += byte == '{' || byte == '[';
            depth -= byte == '}' || byte == ']';
            r->at++;
        }
        if (depth == 0 && (byte == '"' || byte == '}' || byte == ']'))
            break;
    }
    p.len = (size_t)(r->text + r->at - p.bytes);
    r->failed = r->failed || p.len == 0;
    return p;
}

static bool is(piece p, const char *text)
{
    return p.len == strlen(text) && memcmp(p.bytes, text, p.len) == 0;
}

/* An object of the three fields, once each or not at all. */
static bool plain_tensor(piece text, entry *e)
{
    reader r = {text.bytes, text.len, 0, false};
    want(&r, '{');
    do {
        piece field = string(&r);
        want(&r, ':');
        if (is(field, "\"dtype\"")) {
            e->dtype = string(&r);
        } else if (is(field, "\"shape\"")) {
            want(&r, '[');
            for (e->rank = 0; e->rank < MAX_DIMS && !r.failed && !take(&r, ']'); (void)take(&r, ','))
                e->dims[e->rank++] = number(&r);
        } else if (is(field, "\"data_offsets\"")) {
            want(&r, '[');
            e->begin = number(&r);
            want(&r, ',');
            e->end = number(&r);
            want(&r, ']');
        } else {
            return false;
        }
    } while (!r.failed && take(&r, ','));
    want(&r, '}');
    return !r.failed && r.at == r.len && e->dtype.len > 0;
}

/* Where the header ends; as much as there is where its length says more. */
static size_t header_end(const uint8_t *data, size_t size)
{
    uint64_t len = mutate_load(data, 8, false);
    return len < size - 8 ? 8 + (size_t)len : size;
}

static bool take_apart(doc *d, const uint8_t *data, size_t size)
{
    size_t end = header_end(data, size);
    reader r = {data + 8, end - 8, 0, false};
    d->num = 0;
    d->data.bytes = data + end;
    d->data.len = size - end;
    want(&r, '{');
    if (take(&r, '}'))
        return !r.failed;
    do {
        entry e;
        memset(&e, 0, sizeof e);
        e.name = string(&r);
        want(&r, ':');
        e.text = any_value(&r);
        e.plain = !r.failed && plain_tensor(e.text, &e);
        if (!r.failed && d->num < MAX_ENTRIES)
            d->entries[d->num++] = e;
    } while (!r.failed && take(&r, ','));
    want(&r, '}');
    return !r.failed;
}

/* ---- Putting together --------------------------------------------------------------------------------- */

static void add_text(mutate_writer *w, const char *text)
{
    mutate_add(w, text, strlen(text));
}

static void add_decimal(mutate_writer *w, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    add_text(w, text);
}

static void add_tensor(mutate_writer *w, const entry *e)
{
    add_text(w, "{\"dtype\":");
    mutate_add(w, e->dtype.bytes, e->dtype.len);
    add_text(w, ",\"shape\":[");
    for (size_t i = 0; i < e->rank; i++) {
        add_text(w, i > 0 ? "," : "");
        add_decimal(w, e->dims[i]);
    }
    add_text(w, "],\"data_offsets\":[");
    add_decimal(w, e->begin);
    add_text(w, ",");
    add_decimal(w, e->end);
    add_text(w, "]}");
}

static size_t put_together(mutation *m, const doc *d, uint8_t *out, size_t max, uint64_t data_len)
{
    mutate_writer w = {out, max, 0, false, false, false};
    mutate_add_number(&w, 8, 0);
    add_text(&w, "{");
    for (size_t i = 0; i < d->num; i++) {
        const entry *e = &d->entries[i];
        add_text(&w, i > 0 ? "," : "");
        mutate_add(&w, e->name.bytes, e->name.len);
        add_text(&w, ":");
        if (e->plain)
            add_tensor(&w, e);
        else
            mutate_add(&w, e->text.bytes, e->text.len);
    }
    add_text(&w, "}");
    if (mutate_chance(m, 1, 16))
        add_text(&w, "  \n");
    if (w.at < 8)
        return w.at;
    uint64_t len = w.at - 8;
    mutate_store(out, 8, mutate_chance(m, 1, 16) ? mutate_number(m, len, len + data_len) : len, false);
    for (uint64_t i = 0; i < data_len && !w.full; i++)
        mutate_add(&w, i < d->data.len ? d->data.bytes + i : (const uint8_t *)"", 1);
    return w.at;
}

/* ---- Changes --------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    unsigned bits;
} dtypes[] = {{"\"U8\"", 8},      {"\"I8\"", 8},   {"\"BOOL\"", 8},       {"\"F8_E5M2\"", 8}, {"\"F8_E4M3\"", 8},
              {"\"F8_E8M0\"", 8}, {"\"F4\"", 4},   {"\"F6_E2M3\"", 6},    {"\"F6_E3M2\"", 6}, {"\"F16\"", 16},
              {"\"BF16\"", 16},   {"\"I16\"", 16}, {"\"U16\"", 16},       {"\"F32\"", 32},    {"\"I32\"", 32},
              {"\"U32\"", 32},    {"\"F64\"", 64}, {"\"I64\"", 64},       {"\"U64\"", 64},    {"\"C64\"", 64},
              {"\"f32\"", 32},    {"\"\"", 8},     {"\"F8_E4M3FNUZ\"", 8}};
#define NUM_DTYPES (sizeof dtypes / sizeof dtypes[0])

static piece pick_word(mutation *m, const char *const *words, size_t num)
{
    return word(words[mutate_pick(m, num)]);
}

static piece any_name(mutation *m)
{
    static const char *const names[] = {"\"a\"",
                                        "\"b\"",
                                        "\"w\"",
                                        "\"\\u0061\"",
                                        "\"\"",
                                        "\"\\u0000\"",
                                        "\"\\ud83d\\ude00\"",
                                        "\"\\ud800\"",
                                        "\"\xE2\x96\x81\"",
                                        "\"\xC3\"",
                                        "\"__metadata__\"",
                                        "\"x\\ny\"",
                                        "\"dtype\"",
                                        "\"model.layers.0.weight\""};
    return pick_word(m, names, sizeof names / sizeof names[0]);
}

static piece any_text(mutation *m)
{
    static const char *const texts[] = {
        "null",
        "{}",
        "[]",
        "\"pt\"",
        "{\"format\":\"pt\"}",
        "{\"a\":\"b\",\"\\u0061\":\"\"}",
        "{\"a\":1}",
        "{\"\":\"x\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":[1,-2.5e3,true]}",
        "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":{\"y\":{},\"y\":0}}",
        "{\"shape\":[],\"dtype\":\"U8\",\"data_offsets\":[0]}",
        "{\"shape\":[1.0],\"dtype\":\"U8\",\"data_offsets\":[0,1]}",
        "{\"dtype\":\"U8\",\"d\\u0074ype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}",
        "[[[[[0]]]]]"};
    return pick_word(m, texts, sizeof texts / sizeof texts[0]);
}

static entry fresh_entry(mutation *m)
{
    entry e;
    memset(&e, 0, sizeof e);
    e.name = any_name(m);
    e.plain = !mutate_chance(m, 1, 4);
    e.text = any_text(m);
    if (mutate_chance(m, 1, 8))
        e.name = word("\"__metadata__\"");
    e.dtype = word(dtypes[mutate_pick(m, NUM_DTYPES)].name);
    e.rank = (size_t)mutate_pick(m, 4);
    for (size_t i = 0; i < e.rank; i++)
        e.dims[i] = mutate_pick(m, 5);
    return e;
}

static void change_entry(mutation *m, doc *d, entry *e)
{
    const entry *other = &d->entries[mutate_pick(m, d->num)];
    switch (mutate_pick(m, 8)) {
    case 0:
        e->name = mutate_chance(m, 1, 2) ? other->name : any_name(m);
        break;
    case 1:
        e->plain = false;
        e->text = any_text(m);
        break;
    case 2:
        e->dtype = word(dtypes[mutate_pick(m, NUM_DTYPES)].name);
        break;
    case 3:
        e->rank = (size_t)mutate_pick(m, MAX_DIMS + 1);
        break;
    case 4:
        if (e->rank > 0)
            e->dims[mutate_pick(m, e->rank)] = mutate_number(m, e->dims[0], e->dims[e->rank - 1]);
        break;
    case 5:
        e->begin = mutate_number(m, e->begin, other->begin);
        break;
    case 6:
        e->end = mutate_number(m, e->end, other->end);
        break;
    default:
        if (e->rank > 0)
            e->dims[mutate_pick(m, e->rank)] = mutate_pick(m, 9);
    }
}

static void change_doc(mutation *m, doc *d)
{
    size_t n = d->num, at = (size_t)mutate_pick(m, n), other = (size_t)mutate_pick(m, n);
    uint64_t how = mutate_pick(m, n == 0 ? 1 : 8);
    switch (how) {
    case 0:
        if (n < MAX_ENTRIES)
            d->entries[d->num++] = fresh_entry(m);
        break;
    case 1:
    case 2:
    case 3:
        d->num = mutate_items(d->entries, sizeof d->entries[0], n, MAX_ENTRIES, at, other, (mutate_move)(how - 1));
        break;
    default:
        change_entry(m, d, &d->entries[at]);
    }
}

static uint64_t size_of(const entry *e)
{
    uint64_t elements = 1;
    unsigned bits = 8;
    for (size_t i = 0; i < NUM_DTYPES; i++)
        if (is(e->dtype, dtypes[i].name))
            bits = dtypes[i].bits;
    for (size_t i = 0; i < e->rank; i++) {
        if (e->dims[i] > MAX_DATA)
            return 0;
        elements *= e->dims[i];
        if (elements > MAX_DATA)
            return 0;
    }
    return elements * bits / 8;
}

/* Lays the tensors one behind the other, and returns how many bytes they need. */
static uint64_t repair(mutation *m, doc *d)
{
    uint64_t at = 0;
    bool backwards = mutate_chance(m, 1, 8);
    for (size_t i = 0; i < d->num; i++) {
        entry *e = &d->entries[backwards ? d->num - 1 - i : i];
        if (!e->plain)
            continue;
        e->begin = at;
        e->end = at += size_of(e);
    }
    return at < MAX_DATA ? at : MAX_DATA;
}

static size_t finish(mutation *m, doc *d, uint8_t *data, size_t max)
{
    static uint8_t out[ROOM];
    uint64_t data_len = d->data.len;
    if (mutate_chance(m, 3, 4))
        data_len = repair(m, d);
    if (mutate_chance(m, 1, 16))
        data_len = mutate_pick(m, data_len + 8);
    size_t size = put_together(m, d, out, max < sizeof out ? max : sizeof out, data_len);
    memcpy(data, out, size);
    return size;
}

/* Text that is no header: one token more, or a stretch less or twice; the length is repaired. */
static size_t change_text(mutation *m, uint8_t *data, size_t size, size_t max)
{
    static uint8_t out[ROOM];
    static const char *const tokens[] = {"{", "}", "[",    "]",      ",",       ":", "\"",
                                         "0", "1", "null", "\"a\":", "\\u0061", " "};
    size_t end = header_end(data, size), from = 8 + (size_t)mutate_pick(m, end - 8), to = from;
    piece token = pick_word(m, tokens, sizeof tokens / sizeof tokens[0]);
    uint64_t what = mutate_pick(m, 4);
    if (what != 0)
        to += (size_t)mutate_pick(m, (end - from < 32 ? end - from : 32) + 1);
    mutate_writer w = {out, max < sizeof out ? max : sizeof out, 0, false, false, false};
    mutate_add(&w, data, what == 2 ? to : from);
    if (what < 2)
        mutate_add(&w, token.bytes, token.len);
    mutate_add(&w, data + (what == 2 ? from : to), end - (what == 2 ? from : to));
    if (w.at > 8 && mutate_chance(m, 3, 4))
        mutate_store(out, 8, w.at - 8, false);
    mutate_add(&w, data + end, size - end);
    memcpy(data, out, w.at);
    return w.at;
}

/* ---- The entry points ------------------------------------------------------------------------------------- */

static bool is_safetensors(const uint8_t *data, size_t size)
{
    return size > 9 && data[8] == '{' && mutate_load(data + 3, 5, false) == 0;
}

static size_t change(mutation *m, uint8_t *data, size_t size, size_t max)
{
    static doc d;
    if (!take_apart(&d, data, size) || mutate_chance(m, 1, 12))
        return change_text(m, data, size, max);
    for (uint64_t n = 1 + mutate_pick(m, 3); n > 0; n--)
        change_doc(m, &d);
    return finish(m, &d, data, max);
}

static size_t cross(mutation *m, const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                    uint8_t *out, size_t max)
{
    static doc d, from;
    if (!take_apart(&d, data, size) || !take_apart(&from, other, other_size))
        return 0;
    for (uint64_t n = 1 + mutate_pick(m, 3); n > 0 && from.num > 0 && d.num < MAX_ENTRIES; n--)
        d.entries[d.num++] = from.entries[mutate_pick(m, from.num)];
    return finish(m, &d, out, max);
}

const mutate_format mutate_safetensors = {"safetensors", is_safetensors, change, cross};
