/* SPDX-License-Identifier: MIT */
/* The strict reader of zip archives (see zip.h). One archive, on one disk, at the very end of the file, whose offsets
 * count from its first byte; what the format says twice must be said alike. */
#include "zip.h"

#include "../core/sort.h"

#define SATURATED_16 UINT16_MAX
#define SATURATED_32 UINT32_MAX

/* Flags of a member. */
#define ENCRYPTED 0x0001u
#define SIZES_BEHIND 0x0008u /* the header in front does not know them yet */
#define PATCHED 0x0020u
#define STRONGLY_ENCRYPTED 0x0040u
#define MASKED 0x2000u
#define NOT_IN_PLACE (ENCRYPTED | SIZES_BEHIND | PATCHED | STRONGLY_ENCRYPTED | MASKED)

static uint16_t u16(const uint8_t *bytes)
{
    return tgi_load_u16(bytes, false);
}

static uint32_t u32(const uint8_t *bytes)
{
    return tgi_load_u32(bytes, false);
}

static uint64_t u64(const uint8_t *bytes)
{
    return tgi_load_u64(bytes, false);
}

/* ---- The end ---- */

/* The last end record whose comment ends with the file, or NULL: stores its place in `tail`. */
static const uint8_t *find_record(const tgi_cursor *tail, size_t *out_at)
{
    const uint8_t *record, *found = NULL;
    for (size_t at = 0; (record = tgi_zip_next_record(tail, &at)) != NULL; at++) {
        if (u16(record + 20) != tail->len - at - 22)
            continue;
        *out_at = at;
        found = record;
    }
    return found;
}

static tgi_step end_error(tgi_parse *p, uint64_t offset, uint64_t found, uint64_t limit, const char *what)
{
    return tgi_report(p, TG_E_ZIP_END, offset, found, limit, what);
}

/* The records of zip64, right in front of the end record at `at`: they say what does not fit there. `*out_stop` is
 * where they begin, if they are there. */
static tgi_step read_zip64(tgi_parse *p, const tgi_cursor *tail, size_t at, const uint8_t *record, tgi_zip_end *out,
                           uint64_t *out_stop)
{
    tgi_cursor c = *tail;
    const uint8_t *locator = NULL, *big = NULL;
    if (at < 20 || !tgi_seek(&c, at - 20) || !tgi_take(&c, 20, &locator) || !tgi_zip_begins(locator, "PK\6\7"))
        return TGI_OK;
    uint64_t locator_offset = tail->origin + at - 20;
    if (at < 76)
        return end_error(p, locator_offset, at, 76, "zip64 end record");
    uint64_t big_offset = locator_offset - 56;
    if (u64(locator + 8) != big_offset || u32(locator + 4) != 0 || u32(locator + 16) > 1)
        return end_error(p, locator_offset, u64(locator + 8), big_offset, "zip64 locator");
    if (!tgi_seek(&c, at - 76) || !tgi_take(&c, 56, &big) || !tgi_zip_begins(big, "PK\6\6") || u64(big + 4) != 44 ||
        u32(big + 16) != 0 || u32(big + 20) != 0 || u64(big + 24) != u64(big + 32))
        return end_error(p, big_offset, 0, 0, "zip64 end record");
    out->count = u64(big + 32);
    out->len = u64(big + 40);
    out->offset = u64(big + 48);
    *out_stop = big_offset;
    bool agree = (u16(record + 10) == SATURATED_16 || u16(record + 10) == out->count) &&
                 (u32(record + 12) == SATURATED_32 || u32(record + 12) == out->len) &&
                 (u32(record + 16) == SATURATED_32 || u32(record + 16) == out->offset);
    if (!agree)
        return end_error(p, big_offset + 32, out->count, u16(record + 10), "zip64 end record");
    return TGI_OK;
}

tgi_step tgi_zip_find(tgi_parse *p, const tgi_cursor *tail, tgi_zip_end *out)
{
    size_t at = 0;
    tgi_zip_end end = {true, 0, 0, 0};
    out->found = false;
    const uint8_t *record = find_record(tail, &at);
    if (record == NULL)
        return TGI_OK;
    uint64_t offset = tail->origin + at, stop = offset, directory_end = 0;
    if ((u16(record + 4) != 0 && u16(record + 4) != SATURATED_16) ||
        (u16(record + 6) != 0 && u16(record + 6) != SATURATED_16))
        return end_error(p, offset + 4, u16(record + 4), 0, "number of this disk");
    if (u16(record + 8) != u16(record + 10))
        return end_error(p, offset + 8, u16(record + 8), u16(record + 10), "number of members");
    end.count = u16(record + 10);
    end.len = u32(record + 12);
    end.offset = u32(record + 16);
    TGI_TRY(read_zip64(p, tail, at, record, &end, &stop));
    if (!tgi_add_u64(end.offset, end.len, &directory_end) || directory_end != stop)
        return end_error(p, offset + 16, end.offset, stop, "offset of the directory");
    if (end.count > end.len / 46)
        return end_error(p, offset + 10, end.count, end.len / 46, "number of members");
    if (end.len > TGI_ZIP_MOST_DIRECTORY)
        return tgi_report(p, TG_E_LIMIT_ZIP, offset + 12, end.len, TGI_ZIP_MOST_DIRECTORY, "bytes of the directory");
    *out = end;
    return TGI_OK;
}

/* ---- The directory ---- */

static tgi_step entry_error(tgi_parse *p, uint64_t offset, uint64_t found, uint64_t limit, const char *what)
{
    /* An error is no warning: what the caller would go on with was not read. */
    tgi_step step = tgi_report(p, TG_E_ZIP_DIRECTORY, offset, found, limit, what);
    return step == TGI_OK ? TGI_FAIL : step;
}

/* Takes a number from the zip64 field, if the short one says that it is there. */
static bool widen_from(tgi_cursor *field, uint64_t *value)
{
    return *value != SATURATED_32 || tgi_read_u64(field, value);
}

/* Walks over extra fields: false where they do not fit, or where there are two of zip64. `*out_zip64` is empty where
 * there is none. */
static bool find_zip64(const uint8_t *extra, size_t len, tgi_cursor *out_zip64)
{
    tgi_cursor c = {extra, len, 0, 0, false}, none = {extra, 0, 0, 0, false};
    bool seen = false;
    *out_zip64 = none;
    while (tgi_left(&c) > 0) {
        uint16_t id = 0, size = 0;
        const uint8_t *bytes;
        if (!tgi_read_u16(&c, &id) || !tgi_read_u16(&c, &size) || !tgi_take(&c, size, &bytes))
            return false;
        if (id != 1)
            continue;
        if (seen)
            return false;
        seen = true;
        out_zip64->base = bytes;
        out_zip64->len = size;
    }
    return true;
}

/* One entry of the directory. */
static tgi_step read_entry(tgi_parse *p, tgi_cursor *c, tgi_zip_member *m)
{
    const uint8_t *e = NULL, *extra = NULL, *comment;
    m->entry_offset = tgi_tell(c);
    if (!tgi_take(c, 46, &e) || !tgi_zip_begins(e, "PK\1\2"))
        return entry_error(p, m->entry_offset, 0, 0, "entry");
    m->flags = u16(e + 8);
    m->method = u16(e + 10);
    m->crc = u32(e + 16);
    m->packed_size = u32(e + 20);
    m->size = u32(e + 24);
    m->name_len = u16(e + 28);
    m->header_offset = u32(e + 42);
    size_t extra_len = u16(e + 30), comment_len = u16(e + 32);
    if (m->name_len + extra_len + comment_len > tgi_left(c))
        return entry_error(p, m->entry_offset + 28, m->name_len + extra_len + comment_len, tgi_left(c), "lengths");
    if (!tgi_take(c, m->name_len, &m->name) || m->name_len == 0 || memchr(m->name, 0, m->name_len) != NULL)
        return entry_error(p, m->entry_offset + 46, 0, 0, "name");
    tgi_cursor zip64;
    if (!tgi_take(c, extra_len, &extra) || !find_zip64(extra, extra_len, &zip64) || !widen_from(&zip64, &m->size) ||
        !widen_from(&zip64, &m->packed_size) || !widen_from(&zip64, &m->header_offset))
        return entry_error(p, m->entry_offset + 46 + m->name_len, 0, 0, "extra fields");
    if (!tgi_take(c, comment_len, &comment) || u16(e + 34) != 0)
        return entry_error(p, m->entry_offset + 34, u16(e + 34), 0, "number of the disk");
    if (m->method == 0 && (m->flags & ENCRYPTED) == 0 && m->packed_size != m->size)
        return entry_error(p, m->entry_offset + 20, m->packed_size, m->size, "size of a stored member");
    return TGI_OK;
}

/* Where a member is: at least its header, its name and its bytes. */
typedef struct zip_range {
    uint64_t start, end, entry_offset;
} zip_range;

static tgi_step place_member(tgi_parse *p, const tgi_zip_member *m, const tgi_zip_end *end, zip_range *out)
{
    zip_range range = {m->header_offset, 0, m->entry_offset};
    if (!tgi_add_u64(m->header_offset, TGI_ZIP_LOCAL + m->name_len, &range.end) ||
        !tgi_add_u64(range.end, m->packed_size, &range.end) || range.end > end->offset)
        return tgi_report(p, TG_E_ZIP_RANGE, m->entry_offset + 42, m->header_offset, end->offset, "member");
    *out = range;
    return TGI_OK;
}

/* No two members share a byte. Stores where the one after the chosen one begins. */
static tgi_step check_overlap(tgi_parse *p, const zip_range *ranges, tgi_sorted *items, uint64_t count,
                              tgi_zip_member *chosen)
{
    tgi_sorted *spare = items + count;
    for (uint64_t i = 0; i < count; i++) {
        items[i].key = ranges[i].start;
        items[i].index = i;
    }
    tgi_sort(&items, &spare, count);
    for (uint64_t i = 1; i < count; i++) {
        const zip_range *before = &ranges[items[i - 1].index], *here = &ranges[items[i].index];
        p->index = items[i].index;
        if (here->start < before->end)
            return tgi_report(p, TG_E_ZIP_OVERLAP, here->entry_offset + 42, here->start, before->end, "member");
        if (chosen != NULL && items[i - 1].index == chosen->index)
            chosen->next_offset = here->start;
    }
    return TGI_OK;
}

static bool is_meant(const tgi_parse *p, const tgi_zip_member *m)
{
    const char *wanted = p->settings->member;
    if (wanted == NULL)
        return tgi_zip_is_model_name(m->name, m->name_len);
    return strlen(wanted) == m->name_len && memcmp(wanted, m->name, m->name_len) == 0;
}

/* Tells the caller of every member that could have been meant. */
static void tell_members(tgi_parse *p, tgi_cursor directory, uint64_t count, bool all)
{
    tgi_zip_member m;
    if (p->settings->member_seen == NULL)
        return;
    for (uint64_t i = 0; i < count && read_entry(p, &directory, &m) == TGI_OK; i++)
        if (all || tgi_zip_is_model_name(m.name, m.name_len))
            p->settings->member_seen(p->settings->member_context, (const char *)m.name, m.name_len, m.size);
}

/* The walk over all entries. */
typedef struct zip_walk {
    zip_range *ranges;
    tgi_zip_member chosen;
    uint64_t num_meant;
} zip_walk;

static tgi_step walk_entries(tgi_parse *p, tgi_cursor c, const tgi_zip_end *end, zip_walk *w)
{
    for (uint64_t i = 0; i < end->count; i++) {
        tgi_zip_member m;
        p->index = i;
        TGI_TRY(read_entry(p, &c, &m));
        TGI_TRY(place_member(p, &m, end, &w->ranges[i]));
        m.index = i;
        m.next_offset = end->offset;
        if (is_meant(p, &m) && w->num_meant++ == 0)
            w->chosen = m;
    }
    p->index = TG_NO_INDEX;
    if (tgi_left(&c) > 0)
        return entry_error(p, tgi_tell(&c), tgi_left(&c), 0, "bytes behind the last entry");
    return TGI_OK;
}

/* None, or several, or one that cannot be used in place? */
static tgi_step judge_choice(tgi_parse *p, const tgi_cursor *directory, const tgi_zip_end *end, const zip_walk *w)
{
    const tgi_zip_member *m = &w->chosen;
    bool named = p->settings->member != NULL;
    p->index = TG_NO_INDEX;
    if (w->num_meant == 0 && named) {
        tell_members(p, *directory, end->count, true);
        return tgi_report(p, TG_E_ZIP_MEMBER, end->offset, 0, 0, NULL);
    }
    if (w->num_meant == 0)
        return TGI_OK;
    p->index = m->index;
    if (w->num_meant > 1 && named)
        return tgi_report(p, TG_E_ZIP_DUPLICATE, m->entry_offset, w->num_meant, 1, "name");
    if (w->num_meant > 1) {
        tell_members(p, *directory, end->count, false);
        return tgi_report(p, TG_E_ZIP_SEVERAL, m->entry_offset, w->num_meant, 1, "models");
    }
    if (m->method != 0 || (m->flags & NOT_IN_PLACE) != 0)
        return tgi_report(p, TG_E_ZIP_STORED, m->entry_offset + (m->method != 0 ? 10 : 8),
                          m->method != 0 ? m->method : m->flags, 0, m->method != 0 ? "method" : "flags");
    return TGI_OK;
}

tgi_step tgi_zip_choose(tgi_parse *p, const tgi_cursor *directory, const tgi_zip_end *end, tgi_zip_member *out,
                        bool *out_found)
{
    tgi_arena *arena = &p->model->arena;
    void *ranges = NULL, *items = NULL;
    zip_walk w;
    memset(&w, 0, sizeof w);
    p->entry = TGI_ENTRY_MEMBER;
    /* Room for one more, so that none is no special case. */
    tgi_step step = tgi_allocated(p, tgi_arena_resize(arena, &ranges, (end->count + 1) * sizeof(zip_range)));
    if (step == TGI_OK)
        step = tgi_allocated(p, tgi_arena_resize(arena, &items, (end->count + 1) * 2 * sizeof(tgi_sorted)));
    w.ranges = (zip_range *)ranges;
    if (step == TGI_OK)
        step = walk_entries(p, *directory, end, &w);
    if (step == TGI_OK)
        step = check_overlap(p, w.ranges, (tgi_sorted *)items, end->count, w.num_meant > 0 ? &w.chosen : NULL);
    if (step == TGI_OK)
        step = judge_choice(p, directory, end, &w);
    tgi_arena_free(arena, ranges);
    tgi_arena_free(arena, items);
    if (step != TGI_OK)
        return step;
    *out = w.chosen;
    *out_found = w.num_meant > 0;
    return TGI_OK;
}

/* ---- The header in front of the member ---- */

uint64_t tgi_zip_local_len(tgi_cursor fixed)
{
    const uint8_t *h;
    return tgi_take(&fixed, TGI_ZIP_LOCAL, &h) ? TGI_ZIP_LOCAL + (uint64_t)u16(h + 26) + u16(h + 28) : TGI_ZIP_LOCAL;
}

tgi_step tgi_zip_check_local(tgi_parse *p, const tgi_cursor *local, const tgi_zip_member *m, uint64_t *out_offset)
{
    tgi_cursor c = *local, zip64;
    const uint8_t *h = NULL, *name = NULL, *extra = NULL;
    uint64_t start = tgi_tell(&c), end = 0;
    p->entry = TGI_ENTRY_MEMBER;
    p->index = m->index;
    if (!tgi_take(&c, 30, &h) || !tgi_zip_begins(h, "PK\3\4"))
        return tgi_report(p, TG_E_ZIP_LOCAL, start, 0, 0, "signature");
    uint64_t packed_size = u32(h + 18), size = u32(h + 22);
    size_t name_len = u16(h + 26), extra_len = u16(h + 28);
    if (!tgi_take(&c, name_len, &name) || name_len != m->name_len || memcmp(name, m->name, name_len) != 0)
        return tgi_report(p, TG_E_ZIP_LOCAL, start + 26, name_len, m->name_len, "name");
    if (u16(h + 6) != m->flags || u16(h + 8) != m->method || u32(h + 14) != m->crc)
        return tgi_report(p, TG_E_ZIP_LOCAL, start + 6, 0, 0, "flags, method or checksum");
    if (!tgi_take(&c, extra_len, &extra) || !find_zip64(extra, extra_len, &zip64) || !widen_from(&zip64, &size) ||
        !widen_from(&zip64, &packed_size))
        return tgi_report(p, TG_E_ZIP_LOCAL, start + 28, extra_len, tgi_left(&c), "extra fields");
    if (size != m->size || packed_size != m->packed_size)
        return tgi_report(p, TG_E_ZIP_LOCAL, start + 18, packed_size, m->packed_size, "size");
    if (!tgi_add_u64(tgi_tell(&c), m->size, &end) || end > m->next_offset)
        return tgi_report(p, TG_E_ZIP_RANGE, start + 18, m->size, m->next_offset - start, "size");
    if (m->size == 0)
        return tgi_report(p, TG_E_EMPTY_FILE, tgi_tell(&c), 0, 0, "member");
    *out_offset = tgi_tell(&c);
    return TGI_OK;
}
