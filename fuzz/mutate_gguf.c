/* SPDX-License-Identifier: MIT */
/* Mutation of GGUF files by structure: taken apart as far as they can be, changed in one to four places, put together
 * again. Three times of four, what depends on a change is repaired: counts, offsets, padding, the length of the data;
 * else it is left wrong, which is what readers must notice. Reads leniently and bounds everything itself. */
#include "mutate.h"

#include <string.h>

#define MAX_ENTRIES 48
#define MAX_DIMS 4
#define SCRATCH 32768
#define MAX_DATA 2048 /* bytes of tensor data that are written */

typedef struct piece {
    const uint8_t *bytes;
    size_t len;
} piece;

typedef struct tensor {
    piece name;
    uint32_t rank, type;
    uint64_t dims[MAX_DIMS], offset;
} tensor;

typedef struct doc {
    uint32_t version;               /* as it stands in the file, in its order */
    bool big, narrow;               /* narrow: lengths of four bytes */
    uint64_t num_tensors, num_keys; /* as declared */
    piece keys[MAX_ENTRIES];
    size_t keys_here;
    tensor tensors[MAX_ENTRIES];
    size_t tensors_here;
    piece tail; /* what could not be taken apart, or the data */
    bool whole; /* `tail` is the data */
    uint64_t alignment;
    uint8_t scratch[SCRATCH]; /* new pieces */
    size_t used;
} doc;

/* ---- Taking apart ------------------------------------------------------------------------------- */

typedef struct reader {
    const uint8_t *data;
    size_t size, at;
    bool big, narrow, failed;
} reader;

static const uint8_t *take(reader *r, uint64_t n)
{
    if (r->failed || n > r->size - r->at) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *p = r->data + r->at;
    r->at += (size_t)n;
    return p;
}

static uint64_t number(reader *r, size_t width)
{
    const uint8_t *p = take(r, width);
    return p != NULL ? mutate_load(p, width, r->big) : 0;
}

static uint64_t length(reader *r)
{
    return number(r, r->narrow ? 4 : 8);
}

static size_t type_size(uint64_t type)
{
    static const uint8_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < sizeof sizes ? sizes[type] : 0;
}

/* Reads past a value of `type`; arrays in arrays to a fixed depth. */
static void skip_value(reader *r, uint64_t type, int depth)
{
    if (type == 8) {
        (void)take(r, length(r));
    } else if (type == 9) {
        uint64_t element = number(r, 4), count = length(r);
        size_t size = type_size(element);
        if (size > 0 && count <= r->size)
            (void)take(r, count * size);
        else if (size == 0 && depth < 5 && (element == 8 || element == 9))
            for (; count > 0 && !r->failed; count--)
                skip_value(r, element, depth + 1);
        else
            r->failed = true;
    } else if (type_size(type) > 0) {
        (void)take(r, type_size(type));
    } else {
        r->failed = true;
    }
}

static bool read_key(reader *r, piece *out)
{
    size_t start = r->at;
    (void)take(r, length(r));
    skip_value(r, number(r, 4), 0);
    out->bytes = r->data + start;
    out->len = r->at - start;
    return !r->failed;
}

static bool read_tensor(reader *r, tensor *t)
{
    memset(t, 0, sizeof *t);
    t->name.len = (size_t)length(r);
    t->name.bytes = take(r, t->name.len);
    t->rank = (uint32_t)number(r, 4);
    if (t->rank > MAX_DIMS)
        r->failed = true;
    for (uint32_t i = 0; i < t->rank && !r->failed; i++)
        t->dims[i] = length(r);
    t->type = (uint32_t)number(r, 4);
    t->offset = number(r, 8);
    return !r->failed;
}

static bool is_alignment(const doc *d, const piece *key)
{
    size_t width = d->narrow ? 4 : 8;
    return key->len == width + 17 + 8 && memcmp(key->bytes + width, "general.alignment", 17) == 0;
}

/* False where not even the fixed header is there. */
static bool take_apart(doc *d, const uint8_t *data, size_t size)
{
    reader r = {data, size, 4, false, false, false};
    d->used = d->keys_here = d->tensors_here = 0;
    d->version = (uint32_t)number(&r, 4);
    d->big = r.big = (d->version & 0xFFFF) == 0;
    uint32_t real = d->big ? d->version >> 24 : d->version;
    d->narrow = r.narrow = real == 1;
    d->num_tensors = length(&r);
    d->num_keys = length(&r);
    if (r.failed)
        return false;
    d->alignment = 32;
    size_t before = r.at;
    while (d->keys_here < d->num_keys && d->keys_here < MAX_ENTRIES && read_key(&r, &d->keys[d->keys_here])) {
        if (is_alignment(d, &d->keys[d->keys_here]))
            d->alignment = mutate_load(r.data + r.at - 4, 4, d->big);
        d->keys_here++;
        before = r.at;
    }
    while (d->keys_here == d->num_keys && d->tensors_here < d->num_tensors && d->tensors_here < MAX_ENTRIES &&
           read_tensor(&r, &d->tensors[d->tensors_here])) {
        d->tensors_here++;
        before = r.at;
    }
    d->whole = d->keys_here == d->num_keys && d->tensors_here == d->num_tensors;
    if (d->alignment == 0 || d->alignment > 4096)
        d->alignment = 32;
    if (d->whole) {
        size_t rest = (size_t)(before % d->alignment);
        before += rest > 0 && d->num_tensors > 0 ? (size_t)d->alignment - rest : 0;
    }
    d->tail.bytes = data + (before < size ? before : size);
    d->tail.len = before < size ? size - before : 0;
    return true;
}

/* ---- Putting together --------------------------------------------------------------------------------- */

static void add_tensor(mutate_writer *w, const tensor *t)
{
    mutate_add_number(w, w->narrow ? 4 : 8, t->name.len);
    mutate_add(w, t->name.bytes, t->name.len);
    mutate_add_number(w, 4, t->rank);
    for (uint32_t i = 0; i < t->rank && i < MAX_DIMS; i++)
        mutate_add_number(w, w->narrow ? 4 : 8, t->dims[i]);
    mutate_add_number(w, 4, t->type);
    mutate_add_number(w, 8, t->offset);
}

static void add_data(mutate_writer *w, const doc *d, uint64_t data_size)
{
    while (d->num_tensors > 0 && w->at % d->alignment != 0 && !w->full)
        mutate_add(w, "", 1);
    for (uint64_t i = 0; i < data_size && !w->full; i++)
        mutate_add(w, i < d->tail.len ? &d->tail.bytes[i] : (const uint8_t *)"", 1);
}

static size_t put_together(const doc *d, uint8_t *out, size_t max, uint64_t data_size)
{
    mutate_writer w = {out, max, 0, false, d->narrow, false};
    mutate_add(&w, "GGUF", 4);
    mutate_add_number(&w, 4, d->version);
    w.big = d->big;
    mutate_add_number(&w, d->narrow ? 4 : 8, d->num_tensors);
    mutate_add_number(&w, d->narrow ? 4 : 8, d->num_keys);
    for (size_t i = 0; i < d->keys_here; i++)
        mutate_add(&w, d->keys[i].bytes, d->keys[i].len);
    for (size_t i = 0; i < d->tensors_here; i++)
        add_tensor(&w, &d->tensors[i]);
    if (d->whole)
        add_data(&w, d, data_size);
    else
        mutate_add(&w, d->tail.bytes, d->tail.len);
    return w.at;
}

/* ---- Repair ------------------------------------------------------------------------------------------- */

/* Bytes of a tensor; what is absurd counts as nothing. */
static uint64_t tensor_size(const tensor *t)
{
    static const uint16_t blocks[][2] = {
        {1, 4},    {1, 2},    {32, 18},  {32, 20},   {0, 0},     {0, 0},     {32, 22},   {32, 24},
        {32, 34},  {32, 36},  {256, 84}, {256, 110}, {256, 144}, {256, 176}, {256, 210}, {256, 292},
        {256, 66}, {256, 74}, {256, 98}, {256, 50},  {32, 18},   {256, 110}, {256, 82},  {256, 136},
        {1, 1},    {1, 2},    {1, 4},    {1, 8},     {1, 8},     {256, 56},  {1, 2}};
    if (t->type >= sizeof blocks / sizeof blocks[0] || blocks[t->type][0] == 0)
        return 0;
    uint64_t elements = 1;
    for (uint32_t i = 0; i < t->rank && i < MAX_DIMS; i++) {
        if (t->dims[i] > MAX_DATA)
            return 0;
        elements *= t->dims[i];
    }
    return elements / blocks[t->type][0] * blocks[t->type][1];
}

/* Lays the tensors one behind the other, now and then in another order, and returns the bytes of data they need. */
static uint64_t repair(mutation *m, doc *d)
{
    uint64_t at = 0, end = 0;
    d->num_keys = d->keys_here;
    d->num_tensors = d->tensors_here;
    bool backwards = mutate_chance(m, 1, 8);
    for (size_t i = 0; i < d->tensors_here; i++) {
        tensor *t = &d->tensors[backwards ? d->tensors_here - 1 - i : i];
        uint64_t size = tensor_size(t);
        t->offset = at;
        end = at + size;
        at = (end + d->alignment - 1) / d->alignment * d->alignment;
        if (mutate_chance(m, 1, 16))
            at += d->alignment;
    }
    return end < MAX_DATA ? end : MAX_DATA;
}

/* ---- New pieces ----------------------------------------------------------------------------------------- */

static uint8_t *room(doc *d, size_t len)
{
    if (len > SCRATCH - d->used)
        return NULL;
    uint8_t *p = d->scratch + d->used;
    d->used += len;
    return p;
}

static piece text(mutation *m, doc *d)
{
    static const char *const known[] = {"general.alignment",
                                        "general.quantization_version",
                                        "general.architecture",
                                        "w",
                                        "k",
                                        "A",
                                        "a..b",
                                        "\xE2\x96\x81",
                                        "\xC3",
                                        "a\x01",
                                        ""};
    piece p = {(const uint8_t *)"", 0};
    if (mutate_chance(m, 3, 4)) {
        const char *name = known[mutate_pick(m, sizeof known / sizeof known[0])];
        p.bytes = (const uint8_t *)name;
        p.len = strlen(name);
        return p;
    }
    size_t len = (size_t)mutate_pick(m, mutate_chance(m, 1, 8) ? 100 : 12);
    uint8_t *bytes = room(d, len);
    if (bytes == NULL)
        return p;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)('a' + mutate_pick(m, 26));
    p.bytes = bytes;
    p.len = len;
    return p;
}

static void add_string(mutation *m, doc *d, mutate_writer *w)
{
    piece p = text(m, d);
    size_t nul = mutate_chance(m, 1, 16); /* as the first writer did it: the length counts a NUL */
    mutate_add_number(w, w->narrow ? 4 : 8, p.len + nul);
    mutate_add(w, p.bytes, p.len);
    mutate_add(w, "", nul);
}

static void add_value(mutation *m, doc *d, mutate_writer *w, uint32_t type, int depth)
{
    if (type == 8) {
        add_string(m, d, w);
    } else if (type == 9 && depth < 6) {
        uint32_t element = (uint32_t)mutate_pick(m, mutate_chance(m, 1, 16) ? 15 : 13);
        if (depth > 0 && mutate_chance(m, 1, 2))
            element = 9;
        uint64_t count = mutate_pick(m, element == 8 && mutate_chance(m, 1, 8) ? 70 : 5);
        mutate_add_number(w, 4, element);
        mutate_add_number(w, w->narrow ? 4 : 8, mutate_chance(m, 1, 16) ? mutate_number(m, count, count) : count);
        for (; count > 0; count--)
            add_value(m, d, w, element, depth + 1);
    } else {
        size_t size = type_size(type);
        mutate_add_number(w, size,
                          type == 7 ? mutate_pick(m, mutate_chance(m, 1, 8) ? 256 : 2) : mutate_number(m, 1, 32));
    }
}

/* A key that was never there. */
static piece fresh_key(mutation *m, doc *d)
{
    piece key = {(const uint8_t *)"", 0}, name = text(m, d);
    uint8_t *bytes = room(d, 2048);
    if (bytes == NULL)
        return key;
    mutate_writer w = {bytes, 2048, 0, d->big, d->narrow, false};
    uint32_t type = (uint32_t)mutate_pick(m, d->narrow ? 10 : 13);
    bool alignment = name.len == 17 && memcmp(name.bytes, "general.alignment", 17) == 0;
    if (alignment && mutate_chance(m, 7, 8))
        type = 4;
    mutate_add_number(&w, d->narrow ? 4 : 8, name.len);
    mutate_add(&w, name.bytes, name.len);
    mutate_add_number(&w, 4, type);
    if (alignment && type == 4) {
        uint64_t value = UINT64_C(1) << mutate_pick(m, 10);
        mutate_add_number(&w, 4, value);
        d->alignment = value;
    } else {
        add_value(m, d, &w, type, 0);
    }
    key.bytes = bytes;
    key.len = w.at;
    return key;
}

/* ---- Changes ------------------------------------------------------------------------------------------------ */

/* A copy of a key that may be written to. */
static uint8_t *own(doc *d, piece *key)
{
    uint8_t *bytes = room(d, key->len + 16);
    if (bytes == NULL)
        return NULL;
    memcpy(bytes, key->bytes, key->len);
    key->bytes = bytes;
    return bytes;
}

/* The bytes of one key, without regard to what they mean; or one number in it. */
static void change_key(mutation *m, doc *d, piece *key)
{
    size_t width = d->narrow ? 4 : 8;
    uint8_t *bytes = own(d, key);
    if (bytes == NULL || key->len < width + 5)
        return;
    uint64_t name = mutate_load(bytes, width, d->big);
    size_t type_at = name < key->len - width - 4 ? width + (size_t)name : width;
    size_t value_at = type_at + 4;
    switch (mutate_pick(m, 6)) {
    case 0:
        mutate_store(bytes, width, mutate_number(m, name, key->len), d->big);
        break;
    case 1:
        mutate_store(bytes + type_at, 4, mutate_pick(m, 15), d->big);
        break;
    case 2:
    case 3: {
        size_t left = key->len - value_at, size = left >= 8 ? 8 : left >= 4 ? 4 : left >= 1 ? 1 : 0;
        if (size > 0)
            mutate_store(bytes + value_at, size, mutate_number(m, mutate_load(bytes + value_at, size, d->big), left),
                         d->big);
        break;
    }
    case 4: /* the count of an array */
        if (key->len - value_at >= 4 + width)
            mutate_store(bytes + value_at + 4, width,
                         mutate_number(m, mutate_load(bytes + value_at + 4, width, d->big), key->len), d->big);
        break;
    default:
        if (m->leaf != NULL)
            key->len = m->leaf(bytes, key->len, key->len + 16);
        else
            bytes[mutate_pick(m, key->len)] = (uint8_t)mutate_pick(m, 256);
    }
}

static void change_keys(mutation *m, doc *d)
{
    size_t n = d->keys_here, at = (size_t)mutate_pick(m, n), other = (size_t)mutate_pick(m, n);
    uint64_t how = mutate_pick(m, n == 0 ? 1 : 6);
    switch (how) {
    case 0:
        if (n < MAX_ENTRIES)
            d->keys[d->keys_here++] = fresh_key(m, d);
        break;
    case 1:
        d->keys[at] = fresh_key(m, d);
        break;
    case 2:
    case 3:
    case 4:
        d->keys_here = mutate_items(d->keys, sizeof d->keys[0], n, MAX_ENTRIES, at, other, (mutate_move)(how - 2));
        break;
    default:
        change_key(m, d, &d->keys[at]);
    }
}

static void change_tensor(mutation *m, doc *d, tensor *t)
{
    switch (mutate_pick(m, 6)) {
    case 0:
        t->rank = (uint32_t)mutate_pick(m, mutate_chance(m, 1, 8) ? 7 : 5);
        break;
    case 1:
        if (t->rank > 0 && t->rank <= MAX_DIMS) {
            uint64_t *dim = &t->dims[mutate_pick(m, t->rank)];
            *dim = mutate_chance(m, 1, 2) ? mutate_number(m, *dim, 256) : mutate_pick(m, 6);
        }
        break;
    case 2:
        t->type = (uint32_t)mutate_pick(m, mutate_chance(m, 1, 8) ? 64 : 43);
        break;
    case 3:
        t->name = text(m, d);
        break;
    case 4: /* whole blocks again */
        t->dims[0] = 256;
        t->rank = t->rank > 0 ? t->rank : 1;
        break;
    default: {
        const tensor *other = &d->tensors[mutate_pick(m, d->tensors_here)];
        t->offset = mutate_number(m, t->offset, other->offset);
        if (mutate_chance(m, 1, 2))
            t->offset = other->offset / d->alignment * d->alignment;
    }
    }
}

static void change_tensors(mutation *m, doc *d)
{
    size_t n = d->tensors_here, at = (size_t)mutate_pick(m, n), other = (size_t)mutate_pick(m, n);
    tensor fresh;
    uint64_t how = mutate_pick(m, n == 0 ? 1 : 8);
    switch (how) {
    case 0:
        memset(&fresh, 0, sizeof fresh);
        fresh.name = text(m, d);
        fresh.rank = (uint32_t)mutate_pick(m, 5);
        for (uint32_t i = 0; i < MAX_DIMS; i++)
            fresh.dims[i] = 1 + mutate_pick(m, 4);
        fresh.type = mutate_chance(m, 1, 2) ? 24 : 0;
        if (n < MAX_ENTRIES)
            d->tensors[d->tensors_here++] = fresh;
        break;
    case 1:
    case 2:
    case 3:
        d->tensors_here =
            mutate_items(d->tensors, sizeof d->tensors[0], n, MAX_ENTRIES, at, other, (mutate_move)(how - 1));
        break;
    default:
        change_tensor(m, d, &d->tensors[at]);
    }
}

static void change_header(mutation *m, doc *d)
{
    switch (mutate_pick(m, 3)) {
    case 0:
        if (!d->narrow && !d->big)
            d->version = (uint32_t)mutate_pick(m, mutate_chance(m, 1, 8) ? 6 : 2) + 2;
        break;
    case 1:
        d->num_keys = mutate_number(m, d->num_keys, d->keys_here);
        break;
    default:
        d->num_tensors = mutate_number(m, d->num_tensors, d->tensors_here);
    }
}

/* ---- The entry points ------------------------------------------------------------------------------------------ */

static bool is_gguf(const uint8_t *data, size_t size)
{
    return size >= 16 && memcmp(data, "GGUF", 4) == 0;
}

static size_t finish(mutation *m, doc *d, uint8_t *data, size_t max)
{
    uint64_t data_size = d->tail.len;
    if (mutate_chance(m, 3, 4) && d->whole)
        data_size = repair(m, d);
    if (mutate_chance(m, 1, 16))
        data_size = mutate_pick(m, d->tail.len + 40);
    if (mutate_chance(m, 1, 8))
        change_header(m, d);
    static uint8_t out[1 << 17];
    size_t size = put_together(d, out, max < sizeof out ? max : sizeof out, data_size);
    if (size > 0 && mutate_chance(m, 1, 32))
        size = 1 + (size_t)mutate_pick(m, size);
    memcpy(data, out, size);
    return size;
}

static size_t change(mutation *m, uint8_t *data, size_t size, size_t max)
{
    static doc d;
    if (!take_apart(&d, data, size))
        return 0;
    for (uint64_t n = 1 + mutate_pick(m, 3); n > 0; n--) {
        if (d.whole && mutate_chance(m, 1, 2))
            change_tensors(m, &d);
        else if (d.whole || d.keys_here > 0)
            change_keys(m, &d);
    }
    return finish(m, &d, data, max);
}

static size_t cross(mutation *m, const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                    uint8_t *out, size_t max)
{
    static doc d, from;
    if (!take_apart(&d, data, size) || !take_apart(&from, other, other_size))
        return 0;
    bool alike = d.big == from.big && d.narrow == from.narrow;
    for (uint64_t n = 1 + mutate_pick(m, 3); n > 0; n--) {
        size_t key = (size_t)mutate_pick(m, from.keys_here), t = (size_t)mutate_pick(m, from.tensors_here);
        if (alike && key < from.keys_here && d.keys_here < MAX_ENTRIES && mutate_chance(m, 1, 2))
            d.keys[d.keys_here++] = from.keys[key];
        else if (t < from.tensors_here && d.tensors_here < MAX_ENTRIES)
            d.tensors[d.tensors_here++] = from.tensors[t];
    }
    return finish(m, &d, out, max);
}

const mutate_format mutate_gguf = {"gguf", is_gguf, change, cross};
