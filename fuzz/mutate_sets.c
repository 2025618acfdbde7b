/* SPDX-License-Identifier: MIT */
/* Mutation of inputs that hold several files (set_check.h): one of the files is changed as its own format is, the
 * others stay; or files are left out, doubled, swapped, given each other's names. */
#include "mutate.h"

#include <string.h>

#define MARK "@@file:"
#define MAX_FILES 12
#define ROOM (1 << 17)

typedef struct part {
    const uint8_t *bytes; /* the mark, the name and the newline; then the file */
    size_t head, len;
} part;

static size_t take_apart(const uint8_t *data, size_t size, part *parts)
{
    size_t num = 0, mark = sizeof MARK - 1;
    for (size_t at = 0; at + mark <= size && num < MAX_FILES; at++) {
        if (memcmp(data + at, MARK, mark) != 0)
            continue;
        const uint8_t *end = (const uint8_t *)memchr(data + at, '\n', size - at);
        if (end == NULL)
            break;
        if (num > 0)
            parts[num - 1].len = at - (size_t)(parts[num - 1].bytes - data);
        parts[num].bytes = data + at;
        parts[num].head = (size_t)(end + 1 - data) - at;
        parts[num].len = size - at;
        at += parts[num++].head - 1;
    }
    return num;
}

static size_t put_together(const part *parts, size_t num, uint8_t *out, size_t max)
{
    mutate_writer w = {out, max, 0, false, false, false};
    for (size_t i = 0; i < num; i++)
        mutate_add(&w, parts[i].bytes, parts[i].len);
    return w.at;
}

static bool is_set(const uint8_t *data, size_t size)
{
    return size > sizeof MARK && memcmp(data, MARK, sizeof MARK - 1) == 0;
}

/* One of the files, by what it is. */
static size_t change_file(mutation *m, part *parts, size_t num, uint8_t *out, size_t max)
{
    static uint8_t whole[ROOM];
    part *p = &parts[mutate_pick(m, num)];
    size_t file = p->len - p->head, all = put_together(parts, num, out, max);
    if (p->len > sizeof whole || all > max)
        return 0;
    size_t room = sizeof whole - p->head, left = file + (max - all);
    memcpy(whole, p->bytes, p->len);
    p->len = p->head + mutate_change(whole + p->head, file, left < room ? left : room, m->random, m->leaf);
    p->bytes = whole;
    return put_together(parts, num, out, max);
}

static size_t change(mutation *m, uint8_t *data, size_t size, size_t max)
{
    static uint8_t out[ROOM], names[ROOM];
    part parts[MAX_FILES];
    size_t num = take_apart(data, size, parts), now;
    if (max > sizeof out)
        max = sizeof out;
    if (num == 0)
        return 0;
    size_t at = (size_t)mutate_pick(m, num), other = (size_t)mutate_pick(m, num);
    part swap = parts[at];
    switch (mutate_pick(m, 12)) {
    case 0:
        parts[at] = parts[other];
        parts[other] = swap;
        break;
    case 1: /* without this one */
        if (num > 1)
            parts[at] = parts[--num];
        break;
    case 2: { /* under the name of another */
        size_t len = swap.len - swap.head;
        if (parts[other].head + len > sizeof names)
            return 0;
        memcpy(names, parts[other].bytes, parts[other].head);
        memcpy(names + parts[other].head, swap.bytes + swap.head, len);
        parts[at].bytes = names;
        parts[at].head = parts[other].head;
        parts[at].len = parts[other].head + len;
        break;
    }
    default:
        now = change_file(m, parts, num, out, max);
        memcpy(data, out, now);
        return now;
    }
    now = put_together(parts, num, out, max);
    memcpy(data, out, now);
    return now;
}

/* A file of the other input in place of one of this, or behind them. */
static size_t cross(mutation *m, const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                    uint8_t *out, size_t max)
{
    part parts[MAX_FILES], from[MAX_FILES];
    size_t num = take_apart(data, size, parts), others = take_apart(other, other_size, from);
    if (num == 0 || others == 0)
        return 0;
    size_t at = (size_t)mutate_pick(m, num + 1);
    if (at == num && num < MAX_FILES)
        num++;
    if (at < num)
        parts[at] = from[mutate_pick(m, others)];
    return put_together(parts, num, out, max);
}

const mutate_format mutate_sets = {"sets", is_set, change, cross};
