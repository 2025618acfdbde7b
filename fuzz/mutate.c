/* SPDX-License-Identifier: MIT */
/* The core of the mutator (see mutate.h): the table of formats, random numbers, interesting numbers. Uses nothing of
 * the library, so that it can be loaded into an engine. */
#include "mutate.h"

#include <string.h>

/* In this order: a set may end with an archive, and an archive may begin with a model. */
static const mutate_format *const formats[] = {&mutate_sets, &mutate_zip, &mutate_gguf, &mutate_safetensors,
                                               &mutate_legacy};
#define NUM_FORMATS (sizeof formats / sizeof formats[0])

#if defined(__clang__)
__attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
static uint64_t
next_random(mutation *m)
{
    uint64_t z = m->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t mutate_pick(mutation *m, uint64_t below)
{
    return below > 0 ? next_random(m) % below : 0;
}

bool mutate_chance(mutation *m, unsigned of, unsigned in)
{
    return mutate_pick(m, in) < of;
}

#if defined(__clang__)
__attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
uint64_t
mutate_number(mutation *m, uint64_t old, uint64_t near)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     3,
                                     4,
                                     5,
                                     7,
                                     8,
                                     12,
                                     13,
                                     31,
                                     32,
                                     33,
                                     64,
                                     128,
                                     255,
                                     256,
                                     65535,
                                     65536,
                                     1048576,
                                     0x7FFFFFFF,
                                     0x80000000,
                                     0xFFFFFFFF,
                                     0x100000000,
                                     0x3FFFFFFFFFFFFFFF,
                                     0x4000000000000000,
                                     0x7FFFFFFFFFFFFFFF,
                                     0x8000000000000000,
                                     0xFFFFFFFFFFFFFFE0,
                                     0xFFFFFFFFFFFFFFFF};
    switch (mutate_pick(m, 6)) {
    case 0:
        return old + 1;
    case 1:
        return old - 1;
    case 2:
        return near + mutate_pick(m, 5) - 2;
    case 3:
        return UINT64_C(1) << mutate_pick(m, 64);
    case 4:
        return mutate_pick(m, 64);
    default:
        return edges[mutate_pick(m, sizeof edges / sizeof edges[0])];
    }
}

size_t mutate_items(void *items, size_t item_size, size_t num, size_t most, size_t at, size_t other, mutate_move how)
{
    uint8_t *here = (uint8_t *)items + at * item_size, *there = (uint8_t *)items + other * item_size;
    uint8_t *end = (uint8_t *)items + num * item_size;
    switch (how) {
    case MUTATE_DOUBLE:
        if (num < most)
            memcpy(end, here, item_size);
        return num < most ? num + 1 : num;
    case MUTATE_SWAP:
        for (size_t i = 0; i < item_size; i++) {
            uint8_t swap = here[i];
            here[i] = there[i];
            there[i] = swap;
        }
        return num;
    case MUTATE_REMOVE:
        memmove(here, end - item_size, item_size);
        return num - 1;
    }
    return num;
}

uint64_t mutate_load(const uint8_t *p, size_t width, bool big)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | p[big ? i : width - 1 - i];
    return value;
}

void mutate_store(uint8_t *p, size_t width, uint64_t value, bool big)
{
    for (size_t i = 0; i < width; i++)
        p[big ? width - 1 - i : i] = (uint8_t)(value >> 8 * i & 0xFF);
}

void mutate_add(mutate_writer *w, const void *bytes, size_t len)
{
    if (w->full || len > w->max - w->at) {
        w->full = true;
        return;
    }
    if (len > 0)
        memcpy(w->out + w->at, bytes, len);
    w->at += len;
}

void mutate_add_number(mutate_writer *w, size_t width, uint64_t value)
{
    uint8_t raw[8];
    mutate_store(raw, width, value, w->big);
    mutate_add(w, raw, width);
}

/* What every engine can do, for those that offer nothing. */
static size_t flip(mutation *m, uint8_t *data, size_t size, size_t max)
{
    if (size == 0 || (size < max && mutate_chance(m, 1, 8))) {
        data[size] = (uint8_t)mutate_pick(m, 256);
        return size + 1;
    }
    for (uint64_t n = 1 + mutate_pick(m, 4); n > 0; n--) {
        uint64_t at = mutate_pick(m, size);
        bool any = mutate_chance(m, 1, 2);
        uint64_t byte = any ? mutate_pick(m, 256) : data[at] ^ UINT64_C(1) << mutate_pick(m, 8);
        data[at] = (uint8_t)(byte & 0xFF);
    }
    return size;
}

static size_t plain(mutation *m, uint8_t *data, size_t size, size_t max)
{
    size_t now = m->leaf != NULL ? m->leaf(data, size, max) : flip(m, data, size, max);
    return now > 0 || max == 0 ? now : flip(m, data, 0, max);
}

static const mutate_format *format_of(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < NUM_FORMATS; i++)
        if (formats[i]->is(data, size))
            return formats[i];
    return NULL;
}

size_t mutate_change(uint8_t *data, size_t size, size_t max, uint64_t seed, mutate_leaf leaf)
{
    mutation m = {seed, leaf};
    if (max == 0)
        return 0;
    static bool inside; /* of a file that holds files, which call this: an archive in an archive is none */
    const mutate_format *format = format_of(data, size);
    bool holds_files = format == &mutate_sets || format == &mutate_zip;
    /* What is no file of a known format, and one of two that are, is changed without knowledge: the two find different
     * things, and trials say that neither alone finds most. */
    if (format == NULL || (inside && holds_files) || mutate_chance(&m, 1, 2))
        return plain(&m, data, size, max);
    inside = inside || holds_files;
    size_t now = format->change(&m, data, size, max);
    inside = inside && !holds_files;
    return now > 0 ? now : plain(&m, data, size, max);
}

size_t mutate_cross(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size, uint8_t *out, size_t max,
                    uint64_t seed, mutate_leaf leaf)
{
    mutation m = {seed, leaf};
    const mutate_format *format = format_of(data, size);
    size_t now = 0;
    if (format != NULL && format == format_of(other, other_size))
        now = format->cross(&m, data, size, other, other_size, out, max);
    if (now > 0 || max == 0)
        return now;
    /* The front of one, the back of the other. */
    size_t front = (size_t)mutate_pick(&m, size + 1), back = (size_t)mutate_pick(&m, other_size + 1);
    if (front > max)
        front = max;
    if (back > max - front)
        back = max - front;
    memcpy(out, data, front);
    memcpy(out + front, other + (other_size - back), back);
    return front + back > 0 ? front + back : plain(&m, out, 0, max);
}
