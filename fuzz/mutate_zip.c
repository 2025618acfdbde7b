/* SPDX-License-Identifier: MIT */
/* Mutation of zip archives. Members are taken from the directory, changed in one to three places (a member's bytes by
 * what they are) and written again, seven times of eight with the lengths and offsets that this gives; then, one time
 * of two, a field of a header, of an entry or of what ends the archive says something else. */
#include "mutate.h"

#include <string.h>

#define MAX_MEMBERS 16
#define MAX_NAME 64
#define MAX_EXTRA 64
#define MAX_COMMENT 256
#define ROOM (1 << 17)
#define LOCAL 30
#define ENTRY 46
#define END 22
#define LOCATOR 20
#define BIG 56
#define SATURATED UINT32_MAX

typedef struct extra_fields {
    uint8_t bytes[MAX_EXTRA];
    size_t len;
} extra_fields;

typedef struct member {
    const uint8_t *gap, *data; /* what stands between the one in front and the header; the bytes as they are packed */
    size_t gap_len, data_len;
    uint8_t local[LOCAL], entry[ENTRY], name[MAX_NAME];
    size_t name_len;
    extra_fields local_extra, extra;
} member;

typedef struct archive {
    member members[MAX_MEMBERS];
    size_t num;
    const uint8_t *behind; /* the last member, up to the directory */
    size_t behind_len;
    uint8_t end[END], locator[LOCATOR], big[BIG], comment[MAX_COMMENT];
    size_t comment_len;
    bool zip64;
} archive;

static uint64_t load(const uint8_t *p, size_t width)
{
    return mutate_load(p, width, false);
}

static void store(uint8_t *p, size_t width, uint64_t value)
{
    mutate_store(p, width, width < 8 ? value & ((UINT64_C(1) << 8 * width) - 1) : value, false);
}

/* ---- Taking apart --------------------------------------------------------------------------------- */

/* Where the end record is whose comment ends with the file; `size` where there is none. */
static size_t find_end(const uint8_t *data, size_t size)
{
    for (size_t back = END; back <= size && back <= END + MAX_COMMENT; back++) {
        const uint8_t *at = data + (size - back);
        if (at[0] == 'P' && memcmp(at, "PK\5\6", 4) == 0 && load(at + 20, 2) == back - END)
            return size - back;
    }
    return size;
}

/* The zip64 field among extra fields: where its numbers begin, and how many bytes they have. */
static uint8_t *find_zip64(extra_fields *extra, size_t *out_len)
{
    *out_len = 0;
    for (size_t at = 0; at + 4 <= extra->len; at += 4 + (size_t)load(extra->bytes + at + 2, 2)) {
        size_t len = (size_t)load(extra->bytes + at + 2, 2);
        if (load(extra->bytes + at, 2) != 1)
            continue;
        *out_len = len < extra->len - at - 4 ? len : extra->len - at - 4;
        return extra->bytes + at + 4;
    }
    return NULL;
}

/* The number at `field`, or the one of zip64 that stands for it; `*skip` counts the bytes that were used up there. */
static uint64_t widened(const uint8_t *field, extra_fields *extra, size_t *skip)
{
    size_t len;
    const uint8_t *numbers = find_zip64(extra, &len);
    if (load(field, 4) != SATURATED || numbers == NULL || *skip + 8 > len)
        return load(field, 4);
    *skip += 8;
    return load(numbers + *skip - 8, 8);
}

static void take_bytes(uint8_t *out, size_t most, size_t *out_len, const uint8_t *from, size_t len)
{
    *out_len = len < most ? len : most;
    if (*out_len > 0)
        memcpy(out, from, *out_len);
}

/* The header and the bytes of a member that follow `from`, in front of `end`: false where they are not there. */
static bool take_member(member *m, const uint8_t *data, size_t from, size_t end, size_t *out_end)
{
    size_t skip = 0;
    (void)widened(m->entry + 24, &m->extra, &skip);
    uint64_t packed = widened(m->entry + 20, &m->extra, &skip), offset = widened(m->entry + 42, &m->extra, &skip);
    if (offset > end || end - offset < LOCAL || memcmp(data + offset, "PK\3\4", 4) != 0)
        return false;
    const uint8_t *local = data + offset;
    size_t name_len = (size_t)load(local + 26, 2), extra_len = (size_t)load(local + 28, 2);
    size_t left = end - (size_t)offset - LOCAL;
    if (name_len > left || extra_len > left - name_len)
        return false;
    left -= name_len + extra_len;
    memcpy(m->local, local, LOCAL);
    take_bytes(m->local_extra.bytes, MAX_EXTRA, &m->local_extra.len, local + LOCAL + name_len, extra_len);
    m->data = local + LOCAL + name_len + extra_len;
    m->data_len = packed < left ? (size_t)packed : left;
    m->gap = data + from;
    m->gap_len = offset > from ? (size_t)offset - from : 0;
    *out_end = (size_t)(m->data - data) + m->data_len;
    return true;
}

static bool take_apart(archive *a, const uint8_t *data, size_t size)
{
    size_t end = find_end(data, size), from = 0;
    if (end == size)
        return false;
    memset(a, 0, sizeof *a);
    memcpy(a->end, data + end, END);
    take_bytes(a->comment, MAX_COMMENT, &a->comment_len, data + end + END, size - end - END);
    uint64_t at = load(a->end + 16, 4);
    a->zip64 = end >= LOCATOR + BIG && memcmp(data + end - LOCATOR, "PK\6\7", 4) == 0;
    if (a->zip64) {
        memcpy(a->locator, data + end - LOCATOR, LOCATOR);
        memcpy(a->big, data + end - LOCATOR - BIG, BIG);
        at = load(a->big + 48, 8);
    }
    size_t directory = at < end ? (size_t)at : end;
    for (at = directory; end - at >= ENTRY && a->num < MAX_MEMBERS && memcmp(data + at, "PK\1\2", 4) == 0;) {
        member *m = &a->members[a->num];
        size_t name_len = (size_t)load(data + at + 28, 2), extra_len = (size_t)load(data + at + 30, 2);
        uint64_t len = ENTRY + name_len + extra_len + load(data + at + 32, 2);
        if (len > end - at)
            break;
        memset(m, 0, sizeof *m);
        memcpy(m->entry, data + at, ENTRY);
        take_bytes(m->name, MAX_NAME, &m->name_len, data + at + ENTRY, name_len);
        take_bytes(m->extra.bytes, MAX_EXTRA, &m->extra.len, data + at + ENTRY + name_len, extra_len);
        a->num += take_member(m, data, from, directory, &from);
        at += len;
    }
    a->behind = data + from;
    a->behind_len = directory > from ? directory - from : 0;
    return true;
}

/* ---- Putting together --------------------------------------------------------------------------------- */

/* Where what was written stands, for the field that lies. */
typedef struct places {
    size_t locals[MAX_MEMBERS], entries[MAX_MEMBERS], num, big, locator, end;
} places;

/* Says `value` at the field, or in the zip64 field where the field points there. */
static void say(uint8_t *field, extra_fields *extra, size_t *skip, uint64_t value)
{
    size_t len;
    uint8_t *numbers = find_zip64(extra, &len);
    if (load(field, 4) != SATURATED || numbers == NULL) {
        store(field, 4, value);
    } else if (*skip + 8 <= len) {
        store(numbers + *skip, 8, value);
        *skip += 8;
    }
}

static void repair_member(member *m, uint64_t offset)
{
    size_t local_skip = 0, skip = 0;
    bool stored = load(m->entry + 10, 2) == 0;
    memcpy(m->local + 6, m->entry + 8, 4);   /* flags and method */
    memcpy(m->local + 14, m->entry + 16, 4); /* the checksum */
    if (stored || load(m->entry + 24, 4) == SATURATED) {
        say(m->local + 22, &m->local_extra, &local_skip, m->data_len);
        say(m->entry + 24, &m->extra, &skip, m->data_len);
    }
    say(m->local + 18, &m->local_extra, &local_skip, m->data_len);
    say(m->entry + 20, &m->extra, &skip, m->data_len);
    say(m->entry + 42, &m->extra, &skip, offset);
    store(m->local + 26, 2, m->name_len);
    store(m->local + 28, 2, m->local_extra.len);
    store(m->entry + 28, 2, m->name_len);
    store(m->entry + 30, 2, m->extra.len);
    store(m->entry + 32, 2, 0);
}

static void repair_end(archive *a, uint64_t directory, uint64_t end)
{
    uint64_t values[3] = {a->num, end - directory, directory};
    if (a->zip64) {
        memcpy(a->locator, "PK\6\7", 4);
        memcpy(a->big, "PK\6\6", 4);
        store(a->big + 4, 8, BIG - 12);
        store(a->big + 24, 8, values[0]);
        for (size_t i = 0; i < 3; i++)
            store(a->big + 32 + 8 * i, 8, values[i]);
        store(a->locator + 8, 8, end);
        store(a->locator + 16, 4, 1);
    }
    store(a->end + 8, 2, values[0]);
    store(a->end + 10, 2, values[0]);
    store(a->end + 12, 4, a->zip64 ? SATURATED : values[1]);
    store(a->end + 16, 4, a->zip64 ? SATURATED : values[2]);
    store(a->end + 20, 2, a->comment_len);
}

static size_t put_together(archive *a, bool repaired, uint8_t *out, size_t max, places *p)
{
    mutate_writer w = {out, max, 0, false, false, false};
    p->num = a->num;
    for (size_t i = 0; i < a->num; i++) {
        member *m = &a->members[i];
        mutate_add(&w, m->gap, m->gap_len);
        p->locals[i] = w.at;
        if (repaired)
            repair_member(m, w.at);
        mutate_add(&w, m->local, LOCAL);
        mutate_add(&w, m->name, m->name_len);
        mutate_add(&w, m->local_extra.bytes, m->local_extra.len);
        mutate_add(&w, m->data, m->data_len);
    }
    mutate_add(&w, a->behind, a->behind_len);
    size_t directory = w.at;
    for (size_t i = 0; i < a->num; i++) {
        const member *m = &a->members[i];
        p->entries[i] = w.at;
        mutate_add(&w, m->entry, ENTRY);
        mutate_add(&w, m->name, m->name_len);
        mutate_add(&w, m->extra.bytes, m->extra.len);
    }
    if (repaired)
        repair_end(a, directory, w.at);
    p->big = w.at;
    p->locator = w.at + BIG;
    if (a->zip64) {
        mutate_add(&w, a->big, BIG);
        mutate_add(&w, a->locator, LOCATOR);
    }
    p->end = w.at;
    mutate_add(&w, a->end, END);
    mutate_add(&w, a->comment, a->comment_len);
    return w.full ? 0 : w.at;
}

/* ---- Changes --------------------------------------------------------------------------------------------- */

/* A field of a record: how far from its start, and how wide. */
typedef struct field {
    uint8_t at, width;
} field;

static const field local_fields[] = {{4, 2}, {6, 2}, {8, 2}, {14, 4}, {18, 4}, {22, 4}, {26, 2}, {28, 2}};
static const field entry_fields[] = {{8, 2},  {10, 2}, {16, 4}, {20, 4}, {24, 4},
                                     {28, 2}, {30, 2}, {32, 2}, {34, 2}, {42, 4}};
static const field end_fields[] = {{4, 2}, {6, 2}, {8, 2}, {10, 2}, {12, 4}, {16, 4}, {20, 2}};
static const field locator_fields[] = {{4, 4}, {8, 8}, {16, 4}};
static const field big_fields[] = {{4, 8}, {16, 4}, {20, 4}, {24, 8}, {32, 8}, {40, 8}, {48, 8}};
#define NUM(fields) (sizeof(fields) / sizeof(fields)[0])

/* A record that was written, and its fields. */
typedef struct record {
    size_t at;
    const field *fields;
    size_t num;
} record;

/* One field says something else: an edge, or where something of the archive is. */
static void lie(mutation *m, const archive *a, const places *p, uint8_t *out)
{
    const size_t i = (size_t)mutate_pick(m, p->num);
    record records[5] = {{p->end, end_fields, NUM(end_fields)}};
    size_t near[4] = {p->end, p->big, 0, 0}, num = 1;
    if (p->num > 0) {
        records[num++] = (record){p->locals[i], local_fields, NUM(local_fields)};
        records[num++] = (record){p->entries[i], entry_fields, NUM(entry_fields)};
        near[2] = p->locals[i];
        near[3] = p->entries[i];
    }
    if (a->zip64) {
        records[num++] = (record){p->locator, locator_fields, NUM(locator_fields)};
        records[num++] = (record){p->big, big_fields, NUM(big_fields)};
    }
    const size_t kind = (size_t)mutate_pick(m, num);
    const field *f = &records[kind].fields[mutate_pick(m, records[kind].num)];
    uint8_t *at = out + records[kind].at + f->at;
    store(at, f->width, mutate_number(m, load(at, f->width), near[mutate_pick(m, NUM(near))]));
}

/* The bytes of one member, by what they are. */
static void change_data(mutation *m, member *of, size_t room)
{
    static uint8_t data[ROOM];
    size_t most = of->data_len + room < sizeof data ? of->data_len + room : sizeof data;
    if (of->data_len > most || of->data == data || most == 0)
        return;
    if (of->data_len > 0)
        memcpy(data, of->data, of->data_len);
    of->data_len = mutate_change(data, of->data_len, most, mutate_pick(m, UINT64_MAX), m->leaf);
    of->data = data;
}

/* With a zip64 field that says what the others then point to; or without it. */
static void toggle_zip64(member *of)
{
    static const uint8_t head[] = {1, 0, 24, 0};
    static const uint8_t at[] = {24, 20, 42};
    extra_fields *both[] = {&of->extra, &of->local_extra};
    size_t len;
    bool had = find_zip64(&of->extra, &len) != NULL;
    for (size_t i = 0; i < 2; i++) {
        extra_fields *e = both[i];
        if (had)
            e->len = 0;
        if (had || e->len + sizeof head + 24 > MAX_EXTRA)
            continue;
        memcpy(e->bytes + e->len, head, sizeof head);
        memset(e->bytes + e->len + sizeof head, 0, 24);
        if (i == 1)
            e->bytes[e->len + 2] = 16;
        e->len += sizeof head + (i == 1 ? 16 : 24);
    }
    for (size_t i = 0; i < sizeof at; i++)
        store(of->entry + at[i], 4, had ? 0 : SATURATED);
    store(of->local + 18, 4, had ? 0 : SATURATED);
    store(of->local + 22, 4, had ? 0 : SATURATED);
}

static void change_name(mutation *m, member *of, const member *other)
{
    static const char *const names[] = {"a.gguf", "b.GGUF", "x", "dir/m.gguf", ".gguf", "gguf", "model.safetensors"};
    const char *name = names[mutate_pick(m, NUM(names))];
    if (mutate_chance(m, 1, 3)) {
        memcpy(of->name, other->name, MAX_NAME);
        of->name_len = other->name_len;
    } else if (mutate_chance(m, 1, 3) && of->name_len > 0) {
        of->name[mutate_pick(m, of->name_len)] ^= (uint8_t)(1u << mutate_pick(m, 8));
    } else {
        take_bytes(of->name, MAX_NAME, &of->name_len, (const uint8_t *)name, strlen(name));
    }
}

static void change_extra(mutation *m, extra_fields *e)
{
    static const uint8_t fields[] = {0x35, 0x75, 1, 0, 7, 1, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    static const field parts[] = {{0, 5}, {5, 12}, {5, 4}, {1, 3}};
    const field *f = &parts[mutate_pick(m, NUM(parts))];
    if (e->len > 0 && mutate_chance(m, 1, 2))
        e->len -= 1 + (size_t)mutate_pick(m, e->len);
    else if (e->len + f->width <= MAX_EXTRA) {
        memcpy(e->bytes + e->len, fields + f->at, f->width);
        e->len += f->width;
    }
}

static void change_member(mutation *m, archive *a, size_t room)
{
    static const uint8_t filler[64] = {'P', 'K'};
    member *of = &a->members[mutate_pick(m, a->num)];
    const member *other = &a->members[mutate_pick(m, a->num)];
    switch (mutate_pick(m, 10)) {
    case 0:
        change_name(m, of, other);
        break;
    case 1:
        change_extra(m, mutate_chance(m, 1, 2) ? &of->extra : &of->local_extra);
        break;
    case 2:
        toggle_zip64(of);
        break;
    case 3: /* flags and method */
        store(of->entry + 8, 2, load(of->entry + 8, 2) ^ UINT64_C(1) << mutate_pick(m, 16));
        store(of->entry + 10, 2, mutate_chance(m, 1, 2) ? 0 : mutate_pick(m, 10));
        break;
    case 4:
        of->gap = filler;
        of->gap_len = (size_t)mutate_pick(m, sizeof filler + 1);
        break;
    case 5:
        of->data = other->data;
        of->data_len = other->data_len;
        break;
    default:
        change_data(m, of, room);
    }
}

static void change_archive(mutation *m, archive *a, size_t room)
{
    size_t at = (size_t)mutate_pick(m, a->num), other = (size_t)mutate_pick(m, a->num);
    uint64_t how = mutate_pick(m, 12);
    if (how < 3 && a->num > 0) {
        a->num = mutate_items(a->members, sizeof a->members[0], a->num, MAX_MEMBERS, at, other, (mutate_move)how);
    } else if (how == 3) {
        a->zip64 = !a->zip64;
    } else if (how == 4) {
        a->comment_len = (size_t)mutate_pick(m, mutate_chance(m, 1, 2) ? 4 : MAX_COMMENT);
        if (mutate_chance(m, 1, 4) && a->comment_len >= END)
            memcpy(a->comment + mutate_pick(m, a->comment_len - END + 1), a->end, END);
    } else if (a->num > 0) {
        change_member(m, a, room);
    }
}

/* ---- The entry points ------------------------------------------------------------------------------------- */

static bool is_zip(const uint8_t *data, size_t size)
{
    return find_end(data, size) != size;
}

static size_t finish(mutation *m, archive *a, uint8_t *out, size_t max)
{
    places p;
    size_t size = put_together(a, mutate_chance(m, 7, 8), out, max, &p);
    if (size > 0 && mutate_chance(m, 1, 2))
        lie(m, a, &p, out);
    return size;
}

static size_t change(mutation *m, uint8_t *data, size_t size, size_t max)
{
    static archive a;
    static uint8_t out[ROOM];
    if (!take_apart(&a, data, size))
        return 0;
    for (uint64_t n = 1 + mutate_pick(m, 3); n > 0; n--)
        change_archive(m, &a, max - size);
    size_t now = finish(m, &a, out, max < sizeof out ? max : sizeof out);
    if (now > 0)
        memcpy(data, out, now);
    return now;
}

/* Members of the other, in place of those of the first or behind them. */
static size_t cross(mutation *m, const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                    uint8_t *out, size_t max)
{
    static archive a, from;
    if (!take_apart(&a, data, size) || !take_apart(&from, other, other_size) || from.num == 0)
        return 0;
    for (uint64_t n = 1 + mutate_pick(m, 3); n > 0; n--) {
        size_t at = (size_t)mutate_pick(m, a.num + 1);
        if (at == MAX_MEMBERS)
            continue;
        a.members[at] = from.members[mutate_pick(m, from.num)];
        a.num += at == a.num;
    }
    return finish(m, &a, out, max < ROOM ? max : ROOM);
}

const mutate_format mutate_zip = {"zip", is_zip, change, cross};
