/* SPDX-License-Identifier: MIT */
/* A keyed hash (SipHash-1-3) and the table of names built on it. The key comes from outside core, so that
 * nobody can make a file whose names all fall on one slot. */
#ifndef TGI_CORE_HASH_H
#define TGI_CORE_HASH_H

#include "arena.h"

typedef struct tgi_hash_key {
    uint64_t k0, k1;
    uint64_t mask; /* all ones; tests take bits away to make names collide */
} tgi_hash_key;

uint64_t tgi_hash(const tgi_hash_key *key, const char *bytes, size_t len);

/* Entries of `stride` bytes each, every one beginning with a tg_bytes: its name. */
typedef struct tgi_entries {
    const void *first;
    uint64_t count; /* below 2^32 */
    size_t stride;
} tgi_entries;

typedef struct tgi_slot {
    uint32_t hash;
    uint32_t number; /* of the entry, counted from 1; 0 in an empty slot */
} tgi_slot;

/* A table from name to entry, open addressing, never more than three quarters full. */
typedef struct tgi_names {
    tgi_slot *slots;
    uint64_t size; /* a power of two; 0 where there are no entries */
} tgi_names;

/* Puts all entries into a new table. Where a name occurs twice, stores the numbers (from 0) of the first pair
 * found, in table order, in `*out_later` and `*out_earlier` and returns TG_OK with `*out_duplicate` true.
 * Fails as tgi_arena_resize. */
TGI_NODISCARD tg_status tgi_names_build(tgi_arena *arena, tgi_names *names, const tgi_hash_key *key,
                                        const tgi_entries *entries, bool *out_duplicate, uint64_t *out_later,
                                        uint64_t *out_earlier);

/* Puts the last of `entries`, whose name no other has, into the table that holds all others. Fails as
 * tgi_arena_resize. */
TGI_NODISCARD tg_status tgi_names_add(tgi_arena *arena, tgi_names *names, const tgi_hash_key *key,
                                      const tgi_entries *entries);

/* Returns the entry with that name, or NULL. */
const void *tgi_names_find(const tgi_names *names, const tgi_hash_key *key, const tgi_entries *entries, tg_bytes name);

#endif
