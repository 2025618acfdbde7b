/* SPDX-License-Identifier: MIT */
/* The arena (see arena.h). The only file of core that asks for memory. */
#include "arena.h"

/* Budget arithmetic saturates: a budget beyond 2^64-1 is no budget. */
static uint64_t times_header(const tgi_arena *arena, uint64_t factor, uint64_t base)
{
    uint64_t bytes = 0;
    if (!tgi_add_u64(arena->header_bytes, arena->earlier_bytes, &bytes) || !tgi_mul_u64(factor, bytes, &bytes) ||
        !tgi_add_u64(bytes, base, &bytes))
        return UINT64_MAX;
    return bytes;
}

uint64_t tgi_arena_budget(const tgi_arena *arena)
{
    return times_header(arena, arena->factor, arena->base);
}

/* What counts once the blocks that count have `used` bytes. */
static uint64_t counted(const tgi_arena *arena, uint64_t used)
{
    uint64_t bytes = 0;
    return tgi_add_u64(times_header(arena, 3, TGI_ARENA_ASIDE), used, &bytes) ? bytes : UINT64_MAX;
}

uint64_t tgi_arena_counted(const tgi_arena *arena)
{
    return counted(arena, arena->used);
}

void tgi_arena_init(tgi_arena *arena, const tg_allocator *allocator, uint64_t base, uint64_t factor)
{
    arena->allocator = *allocator;
    arena->first = NULL;
    arena->used = 0;
    arena->base = base;
    arena->factor = factor;
    arena->header_bytes = 0;
    arena->earlier_bytes = 0;
}

static void link_block(tgi_arena *arena, tgi_block *block)
{
    if (block->previous != NULL)
        block->previous->next = block;
    else
        arena->first = block;
    if (block->next != NULL)
        block->next->previous = block;
}

static tg_status resize(tgi_arena *arena, void **block, uint64_t size, bool counts)
{
    tgi_block *old = *block != NULL ? (tgi_block *)*block - 1 : NULL;
    size_t old_size = old != NULL ? old->size : 0;
    uint64_t whole = 0, used = arena->used;
    size_t new_size = 0;
    if (!tgi_add_u64(size, sizeof(tgi_block), &whole))
        return counts ? TG_E_LIMIT_HEAP : TG_E_NO_MEMORY;
    if (counts && !tgi_add_u64(arena->used - old_size, whole, &used))
        return TG_E_LIMIT_HEAP;
    if (counts && whole > old_size && counted(arena, used) > tgi_arena_budget(arena))
        return TG_E_LIMIT_HEAP;
    if (!tgi_u64_to_size(whole, &new_size))
        return TG_E_NO_MEMORY;
    tgi_block *now = (tgi_block *)arena->allocator.resize(arena->allocator.context, old, old_size, new_size);
    if (now == NULL)
        return TG_E_NO_MEMORY;
    if (old == NULL) {
        now->previous = NULL;
        now->next = arena->first;
    }
    now->size = new_size;
    now->counted = counts ? new_size : 0;
    link_block(arena, now);
    arena->used = used;
    *block = now + 1;
    return TG_OK;
}

tg_status tgi_arena_resize(tgi_arena *arena, void **block, uint64_t size)
{
    return resize(arena, block, size, true);
}

tg_status tgi_arena_resize_aside(tgi_arena *arena, void **block, uint64_t size)
{
    return resize(arena, block, size, false);
}

void tgi_arena_free(tgi_arena *arena, void *block)
{
    if (block == NULL)
        return;
    tgi_block *old = (tgi_block *)block - 1;
    if (old->previous != NULL)
        old->previous->next = old->next;
    else
        arena->first = old->next;
    if (old->next != NULL)
        old->next->previous = old->previous;
    arena->used -= old->counted;
    (void)arena->allocator.resize(arena->allocator.context, old, old->size, 0);
}

void tgi_arena_release(tgi_arena *arena)
{
    tg_allocator allocator = arena->allocator;
    tgi_block *block = arena->first;
    arena->first = NULL;
    while (block != NULL) {
        tgi_block *next = block->next;
        (void)allocator.resize(allocator.context, block, block->size, 0);
        block = next;
    }
}

tg_status tgi_list_grow(tgi_arena *arena, tgi_list *list, size_t entry_size, uint64_t most)
{
    if (list->count < list->room)
        return TG_OK;
    /* By a quarter: the whole of a list of a million entries must fit the budget while it grows. */
    uint64_t room = list->room + list->room / 4 + 16;
    if (room > most)
        room = most > list->count ? most : list->count + 1;
    uint64_t bytes = 0;
    if (!tgi_mul_u64(room, entry_size, &bytes))
        return TG_E_LIMIT_HEAP;
    tg_status status = tgi_arena_resize(arena, &list->data, bytes);
    if (status == TG_OK)
        list->room = room;
    return status;
}

tg_status tgi_list_reserve(tgi_arena *arena, tgi_list *list, uint64_t len)
{
    if (len < list->room - list->count)
        return TG_OK;
    uint64_t end = 0, room = 0;
    if (!tgi_add_u64(list->count, len, &end) || !tgi_add_u64(end, end / 4 + 64, &room))
        return TG_E_LIMIT_HEAP;
    tg_status status = tgi_arena_resize(arena, &list->data, room);
    if (status == TG_OK)
        list->room = room;
    return status;
}

void tgi_list_trim(tgi_arena *arena, tgi_list *list, size_t entry_size)
{
    if (list->count == list->room)
        return;
    if (list->count == 0) {
        tgi_arena_free(arena, list->data);
        list->data = NULL;
        list->room = 0;
        return;
    }
    /* Shrinking may fail, and then nothing is lost. */
    if (tgi_arena_resize(arena, &list->data, list->count * entry_size) == TG_OK)
        list->room = list->count;
}
