/* SPDX-License-Identifier: MIT */
/* Mutation of files of the ggml family before GGUF. What stands in front of the tensors depends on the layout, which
 * the file does not say: it is changed as numbers and bytes. The tensor records are looked for and taken apart, changed
 * in one to three places and written again; three times of four with data and padding as the record now says. */
#include "legacy_magics.h"
#include "mutate.h"

#include <string.h>

#define MAX_RECORDS 64
#define MAX_DIMS 4
#define MAX_DATA 4096
#define ROOM (1 << 17)

typedef struct record {
    uint32_t rank, type, dims[MAX_DIMS];
    const uint8_t *name, *data;
    size_t name_len, data_len;
} record;

typedef struct doc {
    uint32_t padding; /* of data: 32 in ggjt and ggla, else 1 */
    bool today;       /* blocks as they are since ggjt 3 */
    const uint8_t *front, *tail;
    size_t front_len, tail_len;
    record records[MAX_RECORDS];
    size_t num;
} doc;

/* ---- Taking apart --------------------------------------------------------------------------------- */

static uint64_t data_size(const doc *d, const record *r)
{
    static const uint8_t blocks[][3] = {{1, 4, 4},   {1, 2, 2},    {32, 20, 18}, {32, 24, 20}, {32, 20, 0},
                                        {32, 24, 0}, {32, 22, 22}, {32, 24, 24}, {32, 36, 34}};
    if (r->type >= sizeof blocks / sizeof blocks[0])
        return 0;
    uint64_t elements = 1;
    for (uint32_t i = 0; i < r->rank && i < MAX_DIMS; i++) {
        if (r->dims[i] > MAX_DATA)
            return 0;
        elements *= r->dims[i];
        if (elements > MAX_DATA)
            return 0;
    }
    return elements / blocks[r->type][0] * blocks[r->type][d->today ? 2 : 1];
}

/* Reads a record at `*at`: false where there is none. */
static bool read_record(const doc *d, const uint8_t *file, size_t size, size_t *at, record *out)
{
    size_t here = *at;
    if (size - here < 16)
        return false;
    memset(out, 0, sizeof *out);
    out->rank = (uint32_t)mutate_load(file + here, 4, false);
    out->name_len = (size_t)mutate_load(file + here + 4, 4, false);
    out->type = (uint32_t)mutate_load(file + here + 8, 4, false);
    here += 12;
    if (out->rank < 1 || out->rank > MAX_DIMS || out->name_len < 1 || out->name_len > 128 || out->type > 31 ||
        size - here < 4 * out->rank + out->name_len)
        return false;
    for (uint32_t i = 0; i < out->rank; i++, here += 4)
        out->dims[i] = (uint32_t)mutate_load(file + here, 4, false);
    out->name = file + here;
    for (size_t i = 0; i < out->name_len; i++)
        if (out->name[i] <= ' ' || out->name[i] > '~')
            return false;
    here += out->name_len;
    here = (here + d->padding - 1) / d->padding * d->padding;
    out->data_len = (size_t)data_size(d, out);
    if (here > size || out->data_len > size - here)
        return false;
    out->data = file + here;
    *at = here + out->data_len;
    return true;
}

/* The records begin where two follow each other, or one that ends the file. */
static void take_apart(doc *d, const uint8_t *file, size_t size)
{
    record r;
    bool versioned = memcmp(file, "tjgg", 4) == 0 || memcmp(file, "algg", 4) == 0;
    d->padding = versioned ? 32 : 1;
    d->today = versioned && size > 8 && file[4] >= 3;
    d->num = 0;
    size_t start = 4, at = size;
    for (; start + 16 <= size; start++) {
        at = start;
        if (file[start] >= 1 && file[start] <= MAX_DIMS && read_record(d, file, size, &at, &r) &&
            (at == size || read_record(d, file, size, &at, &r)))
            break;
    }
    if (start + 16 > size)
        start = size;
    d->front = file;
    d->front_len = at = start;
    while (d->num < MAX_RECORDS && read_record(d, file, size, &at, &d->records[d->num]))
        d->num++;
    d->tail = file + at;
    d->tail_len = size - at;
}

/* ---- Putting together --------------------------------------------------------------------------------- */

static void add_record(mutation *m, mutate_writer *w, const doc *d, const record *r, bool repaired)
{
    size_t len = repaired ? (size_t)data_size(d, r) : r->data_len;
    mutate_add_number(w, 4, r->rank);
    mutate_add_number(w, 4, mutate_chance(m, 1, 64) ? mutate_number(m, r->name_len, 65535) : r->name_len);
    mutate_add_number(w, 4, r->type);
    for (uint32_t i = 0; i < r->rank && i < MAX_DIMS; i++)
        mutate_add_number(w, 4, r->dims[i]);
    mutate_add(w, r->name, r->name_len);
    while (w->at % d->padding != 0 && !w->full)
        mutate_add(w, "", 1);
    for (size_t i = 0; i < len && !w->full; i++)
        mutate_add(w, i < r->data_len ? r->data + i : (const uint8_t *)"", 1);
}

static size_t put_together(mutation *m, const doc *d, uint8_t *out, size_t max)
{
    bool repaired = mutate_chance(m, 3, 4);
    mutate_writer w = {out, max, 0, false, false, false};
    mutate_add(&w, d->front, d->front_len);
    for (size_t i = 0; i < d->num; i++)
        add_record(m, &w, d, &d->records[i], repaired);
    mutate_add(&w, d->tail, d->tail_len);
    return w.at;
}

/* ---- Changes --------------------------------------------------------------------------------------------- */

static void change_record(mutation *m, doc *d, record *r)
{
    const record *other = &d->records[mutate_pick(m, d->num)];
    uint32_t *dim = &r->dims[mutate_pick(m, r->rank < MAX_DIMS ? r->rank : MAX_DIMS)];
    switch (mutate_pick(m, 6)) {
    case 0:
        r->rank = (uint32_t)(mutate_number(m, r->rank, MAX_DIMS) & (mutate_chance(m, 1, 8) ? UINT32_MAX : 7));
        break;
    case 1:
        r->type = (uint32_t)mutate_pick(m, mutate_chance(m, 1, 8) ? 40 : 10);
        break;
    case 2:
        *dim = (uint32_t)(mutate_number(m, *dim, other->dims[0]) & UINT32_MAX);
        break;
    case 3:
        *dim = mutate_chance(m, 1, 2) ? other->dims[mutate_pick(m, MAX_DIMS)] : (*dim & 0x7FFF) * 2;
        break;
    case 4:
        r->name = other->name;
        r->name_len = other->name_len;
        break;
    default:
        if (r->name_len > 1)
            r->name_len -= 1 + (size_t)mutate_pick(m, r->name_len - 1);
    }
}

static void change_records(mutation *m, doc *d)
{
    size_t n = d->num, at = (size_t)mutate_pick(m, n), other = (size_t)mutate_pick(m, n);
    record swap = d->records[at];
    switch (mutate_pick(m, 6)) {
    case 0:
        if (n < MAX_RECORDS)
            d->records[d->num++] = swap;
        break;
    case 1:
        d->records[at] = d->records[other];
        d->records[other] = swap;
        break;
    case 2:
        memmove(d->records + at, d->records + at + 1, (n - at - 1) * sizeof swap);
        d->num--;
        break;
    default:
        change_record(m, d, &d->records[at]);
    }
}

/* One number of the header, which has four bytes, among the first sixteen or anywhere; or bytes cut or doubled. */
static void change_front(mutation *m, doc *d, uint8_t *front, size_t room)
{
    size_t words = d->front_len / 4;
    if (words < 2)
        return;
    size_t at = 4 * (1 + (size_t)mutate_pick(m, words - 1 < 16 ? words - 1 : 16));
    if (mutate_chance(m, 1, 4) && d->front_len > 8)
        at = 4 + (size_t)mutate_pick(m, d->front_len - 8);
    if (at + 4 > d->front_len)
        return;
    uint64_t old = mutate_load(front + at, 4, false);
    size_t len = 4 * (1 + (size_t)mutate_pick(m, 3));
    switch (mutate_pick(m, 4)) {
    case 0:
        if (at + len <= d->front_len) {
            memmove(front + at, front + at + len, d->front_len - at - len);
            d->front_len -= len;
        }
        break;
    case 1:
        if (at + len <= d->front_len && d->front_len + len <= room) {
            memmove(front + at + len, front + at, d->front_len - at);
            d->front_len += len;
        }
        break;
    default:
        mutate_store(front + at, 4, mutate_number(m, old, d->num) & UINT32_MAX, false);
    }
}

/* ---- The entry points ------------------------------------------------------------------------------------- */

static bool is_legacy(const uint8_t *data, size_t size)
{
    return size >= 16 && has_legacy_magic(data, size);
}

static size_t finish(mutation *m, doc *d, uint8_t *data, size_t max)
{
    static uint8_t out[ROOM];
    size_t size = put_together(m, d, out, max < sizeof out ? max : sizeof out);
    if (size > 0 && mutate_chance(m, 1, 32))
        size = 1 + (size_t)mutate_pick(m, size);
    memcpy(data, out, size);
    return size;
}

static size_t change(mutation *m, uint8_t *data, size_t size, size_t max)
{
    static doc d;
    static uint8_t front[ROOM];
    take_apart(&d, data, size);
    if (d.front_len + 64 > sizeof front)
        return 0;
    memcpy(front, data, d.front_len);
    d.front = front;
    for (uint64_t n = 1 + mutate_pick(m, 3); n > 0; n--) {
        if (d.num == 0 || mutate_chance(m, 1, 3))
            change_front(m, &d, front, sizeof front);
        else
            change_records(m, &d);
    }
    return finish(m, &d, data, max);
}

/* Records of one in the file of the other; or the header of one in front of the records of the other. */
static size_t cross(mutation *m, const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                    uint8_t *out, size_t max)
{
    static doc d, from;
    take_apart(&d, data, size);
    take_apart(&from, other, other_size);
    if (mutate_chance(m, 1, 4)) {
        d.front = from.front;
        d.front_len = from.front_len;
    }
    for (uint64_t n = 1 + mutate_pick(m, 3); n > 0 && from.num > 0 && d.num < MAX_RECORDS; n--)
        d.records[d.num++] = from.records[mutate_pick(m, from.num)];
    return finish(m, &d, out, max);
}

const mutate_format mutate_legacy = {"legacy", is_legacy, change, cross};
