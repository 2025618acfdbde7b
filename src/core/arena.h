/* SPDX-License-Identifier: MIT */
/* The arena: all memory of one model, taken through the caller's allocator and freed at once. What the header asks
 * for is counted against a budget that grows with the header; the model itself and the copy of the header, whose
 * sizes nobody can choose, are not, but room for them is set aside. So the verdict is the same whether the header was
 * copied or is used in place. */
#ifndef TGI_CORE_ARENA_H
#define TGI_CORE_ARENA_H

#include "check.h"
#include "status.h"

/* Stands in front of each block. */
typedef struct tgi_block {
    struct tgi_block *previous, *next;
    size_t size;    /* bytes, this struct included */
    size_t counted; /* the same, or 0 where it is not counted */
} tgi_block;

typedef struct tgi_arena {
    tg_allocator allocator;
    tgi_block *first;
    uint64_t used;          /* bytes of the blocks that count */
    uint64_t base, factor;  /* budget = base + factor x (header_bytes + earlier_bytes) */
    uint64_t header_bytes;  /* that were parsed so far */
    uint64_t earlier_bytes; /* headers of the files of the model that came before this one */
} tgi_arena;

void tgi_arena_init(tgi_arena *arena, const tg_allocator *allocator, uint64_t base, uint64_t factor);

/* Changes the size of `*block` to `size` bytes, which is not 0; `*block` NULL makes a new one, which is
 * not zeroed. Returns TG_OK, TG_E_NO_MEMORY or TG_E_LIMIT_HEAP; on failure the block stays as it was. */
TGI_NODISCARD tg_status tgi_arena_resize(tgi_arena *arena, void **block, uint64_t size);

/* The same for the few blocks that do not count. Never returns TG_E_LIMIT_HEAP. */
TGI_NODISCARD tg_status tgi_arena_resize_aside(tgi_arena *arena, void **block, uint64_t size);

/* Frees one block; NULL is fine. */
void tgi_arena_free(tgi_arena *arena, void *block);

/* Frees every block. The arena itself may live in one of them. */
void tgi_arena_release(tgi_arena *arena);

/* The budget of this moment, and what counts against it, in bytes: the blocks that count, and what is set aside for
 * the others, three times the header and TGI_ARENA_ASIDE. */
uint64_t tgi_arena_budget(const tgi_arena *arena);
uint64_t tgi_arena_counted(const tgi_arena *arena);

#define TGI_ARENA_ASIDE UINT64_C(262144)

/* A list that grows. `data` is a block of the arena with room for `room` entries of one fixed size. */
typedef struct tgi_list {
    void *data;
    uint64_t count, room;
} tgi_list;

/* Makes room for one more entry of `entry_size` bytes. It never asks for room for more than `most` entries,
 * which the caller knows to be the largest count possible (or UINT64_MAX). */
TGI_NODISCARD tg_status tgi_list_grow(tgi_arena *arena, tgi_list *list, size_t entry_size, uint64_t most);

/* Makes room for `len` more bytes in a list of bytes, whose `data` is not NULL after that. */
TGI_NODISCARD tg_status tgi_list_reserve(tgi_arena *arena, tgi_list *list, uint64_t len);

/* Gives back the room that is not used. */
void tgi_list_trim(tgi_arena *arena, tgi_list *list, size_t entry_size);

#endif
