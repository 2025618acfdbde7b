/* SPDX-License-Identifier: MIT */
/* SipHash-1-3 and the table of names (see hash.h). SipHash is by Aumasson and Bernstein; the numbers below
 * are those of its definition. */
#include "hash.h"

#include "cursor.h"

/* A hash wraps on purpose: the only additions in core that may. */
#if defined(__clang__)
#define MAY_WRAP __attribute__((no_sanitize("unsigned-integer-overflow", "unsigned-shift-base")))
#else
#define MAY_WRAP
#endif

typedef struct sip_state {
    uint64_t v0, v1, v2, v3;
} sip_state;

MAY_WRAP static inline uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

MAY_WRAP static inline void sip_round(sip_state *s)
{
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(sip_state *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

uint64_t tgi_hash(const tgi_hash_key *key, const char *bytes, size_t len)
{
    sip_state s = {
        key->k0 ^ UINT64_C(0x736f6d6570736575),
        key->k1 ^ UINT64_C(0x646f72616e646f6d),
        key->k0 ^ UINT64_C(0x6c7967656e657261),
        key->k1 ^ UINT64_C(0x7465646279746573),
    };
    tgi_cursor c = {(const uint8_t *)bytes, len, 0, 0, false};
    uint64_t word;
    while (tgi_read_u64(&c, &word))
        sip_word(&s, word);
    uint64_t last = (uint64_t)(len & 0xFF) << 56;
    uint8_t byte;
    for (unsigned shift = 0; tgi_read_u8(&c, &byte); shift += 8)
        last |= (uint64_t)byte << shift;
    sip_word(&s, last);
    s.v2 ^= 0xFF;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return (s.v0 ^ s.v1 ^ s.v2 ^ s.v3) & key->mask;
}

static const tg_bytes *entry_name(const tgi_entries *entries, uint64_t index)
{
    return (const tg_bytes *)(const void *)((const char *)entries->first + index * entries->stride);
}

static bool same_bytes(tg_bytes a, tg_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Returns the slot that holds `name`, or the empty one where it belongs. */
static tgi_slot *find_slot(const tgi_names *names, const tgi_entries *entries, tg_bytes name, uint64_t hash)
{
    for (uint64_t at = hash & (names->size - 1);; at = (at + 1) & (names->size - 1)) {
        tgi_slot *slot = &names->slots[at];
        if (slot->number == 0)
            return slot;
        if (slot->hash == (uint32_t)(hash >> 32) && same_bytes(*entry_name(entries, slot->number - 1), name))
            return slot;
    }
}

/* Slots are far apart: those of the next names are asked for before they are needed. */
#define AHEAD 16
#if defined(__GNUC__)
#define EXPECT_SOON(address) __builtin_prefetch((address), 1)
#else
#define EXPECT_SOON(address) ((void)(address))
#endif

tg_status tgi_names_build(tgi_arena *arena, tgi_names *names, const tgi_hash_key *key, const tgi_entries *entries,
                          bool *out_duplicate, uint64_t *out_later, uint64_t *out_earlier)
{
    *out_duplicate = false;
    if (entries->count == 0)
        return TG_OK;
    uint64_t size = 4;
    while (size / 4 * 3 < entries->count)
        size *= 2;
    void *block = NULL;
    tg_status status = tgi_arena_resize(arena, &block, size * sizeof(tgi_slot));
    if (status != TG_OK)
        return status;
    memset(block, 0, (size_t)size * sizeof(tgi_slot));
    names->slots = (tgi_slot *)block;
    names->size = size;
    uint64_t hashes[AHEAD];
    for (uint64_t first = 0; first < entries->count; first += AHEAD) {
        uint64_t num = entries->count - first < AHEAD ? entries->count - first : AHEAD;
        for (uint64_t i = 0; i < num; i++) {
            tg_bytes name = *entry_name(entries, first + i);
            hashes[i] = tgi_hash(key, name.ptr, name.len);
            EXPECT_SOON(&names->slots[hashes[i] & (size - 1)]);
        }
        for (uint64_t i = 0; i < num; i++) {
            tgi_slot *slot = find_slot(names, entries, *entry_name(entries, first + i), hashes[i]);
            if (slot->number != 0) {
                *out_duplicate = true;
                *out_later = first + i;
                *out_earlier = slot->number - 1;
                return TG_OK;
            }
            slot->hash = (uint32_t)(hashes[i] >> 32);
            slot->number = (uint32_t)(first + i + 1);
        }
    }
    return TG_OK;
}

tg_status tgi_names_add(tgi_arena *arena, tgi_names *names, const tgi_hash_key *key, const tgi_entries *entries)
{
    if (entries->count > names->size / 4 * 3) {
        tgi_names larger = {NULL, 0};
        bool twice = false;
        uint64_t later, earlier;
        tg_status status = tgi_names_build(arena, &larger, key, entries, &twice, &later, &earlier);
        if (status != TG_OK)
            return status;
        tgi_arena_free(arena, names->slots);
        *names = larger;
        return TG_OK;
    }
    tg_bytes name = *entry_name(entries, entries->count - 1);
    uint64_t hash = tgi_hash(key, name.ptr, name.len);
    tgi_slot *slot = find_slot(names, entries, name, hash);
    slot->hash = (uint32_t)(hash >> 32);
    slot->number = (uint32_t)entries->count;
    return TG_OK;
}

const void *tgi_names_find(const tgi_names *names, const tgi_hash_key *key, const tgi_entries *entries, tg_bytes name)
{
    if (names->size == 0 || (name.ptr == NULL && name.len != 0))
        return NULL;
    const tgi_slot *slot = find_slot(names, entries, name, tgi_hash(key, name.ptr, name.len));
    return slot->number != 0 ? entry_name(entries, slot->number - 1) : NULL;
}
