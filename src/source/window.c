/* SPDX-License-Identifier: MIT */
/* The window (see window.h): every byte is fetched once, into memory that nobody else writes. */
#include "window.h"

#include <string.h>

tgi_window tgi_window_borrow(const uint8_t *data, uint64_t len)
{
    tgi_window window = {data, (size_t)len, NULL, 0, len, {false, NULL, 0, 0, NULL, 0}};
    return window;
}

/* Room doubles, so that little is copied: what is not read into is never touched. */
static tg_status make_room(tgi_window *window, tgi_arena *arena, uint64_t len)
{
    if (len <= window->room)
        return TG_OK;
    uint64_t room = window->room < window->most / 2 ? window->room * 2 : window->most;
    if (room < len)
        room = len;
    tg_status status = tgi_arena_resize_aside(arena, &window->block, room);
    if (status == TG_OK)
        window->room = room;
    return status;
}

tgi_fault tgi_window_grow(tgi_window *window, tgi_arena *arena, const tgi_source *source, uint64_t parsed,
                          uint64_t need)
{
    /* In proportion to what was parsed, so that reads are few; not more, since what is read too much costs too. */
    uint64_t ahead = parsed / 4 > TGI_READ_AHEAD ? parsed / 4 : TGI_READ_AHEAD, target;
    tgi_fault fault = {TG_E_INTERNAL, 0};
    if (need <= window->len || need > window->most || !tgi_add_u64(parsed, ahead, &target))
        return fault;
    if (target < need)
        target = need;
    if (target > window->most)
        target = window->most;
    size_t len;
    if (!tgi_u64_to_size(target, &len)) {
        fault.status = TG_E_NO_MEMORY;
        return fault;
    }
    fault.status = make_room(window, arena, len);
    if (fault.status != TG_OK)
        return fault;
    uint8_t *data = (uint8_t *)window->block;
    window->data = data;
    tgi_pages_expect(data + window->len, len - window->len);
    fault = tgi_source_read(source, window->len, data + window->len, len - window->len);
    if (fault.status == TG_OK)
        window->len = len;
    return fault;
}

/* Puts the bytes that are here to the front of a block with room for `len`. */
static tg_status make_far_room(tgi_far *far, tgi_arena *arena, uint64_t len)
{
    uint8_t *block = (uint8_t *)far->block;
    if (far->len > 0 && far->data != block)
        memmove(block, far->data, far->len);
    far->data = block;
    if (len <= far->room)
        return TG_OK;
    tg_status status = tgi_arena_resize_aside(arena, &far->block, len);
    if (status != TG_OK)
        return status;
    far->data = (const uint8_t *)far->block;
    far->room = (size_t)len;
    return TG_OK;
}

/* The first jump: takes over what was read beyond the bytes that stay. */
static tgi_fault first_jump(tgi_window *window, tgi_arena *arena, uint64_t offset, size_t keep)
{
    tgi_far *far = &window->far;
    tgi_fault fault = {TG_OK, 0};
    if (offset < window->len) {
        size_t left = window->len - (size_t)offset;
        fault.status = make_far_room(far, arena, left);
        if (fault.status != TG_OK)
            return fault;
        memcpy(far->block, window->data + offset, left);
        far->len = left;
    }
    far->here = true;
    tgi_window_trim(window, arena, keep);
    return fault;
}

tgi_fault tgi_window_jump(tgi_window *window, tgi_arena *arena, const tgi_source *source, uint64_t offset, size_t keep)
{
    tgi_far *far = &window->far;
    tgi_fault fault = {TG_OK, 0};
    if (window->block == NULL) { /* borrowed, and all of it is here */
        far->here = true;
        far->data = source->memory + source->base + offset;
        far->len = (size_t)(source->size - offset);
    } else if (!far->here) {
        fault = first_jump(window, arena, offset, keep);
    } else {
        uint64_t step = offset - far->origin;
        size_t gone = step < far->len ? (size_t)step : far->len;
        far->data = far->len > 0 ? far->data + gone : far->data;
        far->len -= gone;
    }
    far->origin = offset;
    return fault;
}

tgi_fault tgi_window_grow_far(tgi_window *window, tgi_arena *arena, const tgi_source *source, uint64_t parsed,
                              uint64_t need)
{
    tgi_far *far = &window->far;
    tgi_fault fault = {TG_E_INTERNAL, 0};
    if (window->block == NULL || parsed < far->origin || parsed - far->origin > far->len || need > source->size ||
        need <= far->origin + far->len)
        return fault;
    far->data = far->len > 0 ? far->data + (parsed - far->origin) : far->data;
    far->len -= (size_t)(parsed - far->origin);
    far->origin = parsed;
    uint64_t len = need - parsed > TGI_READ_FAR ? need - parsed : TGI_READ_FAR;
    if (len > source->size - parsed)
        len = source->size - parsed;
    fault.status = make_far_room(far, arena, len);
    if (fault.status != TG_OK)
        return fault;
    size_t more = (size_t)len - far->len;
    fault = tgi_source_read(source, parsed + far->len, (uint8_t *)far->block + far->len, more);
    if (fault.status == TG_OK)
        far->len += more;
    return fault;
}

void tgi_window_trim(tgi_window *window, tgi_arena *arena, size_t len)
{
    if (window->block == NULL || len == 0 || len >= window->room)
        return;
    /* Shrinking may fail, and then nothing is lost. */
    if (tgi_arena_resize_aside(arena, &window->block, len) == TG_OK)
        window->data = (const uint8_t *)window->block;
    window->room = len;
    window->len = len;
}

void tgi_window_leave(tgi_window *window, tgi_arena *arena)
{
    static const tgi_far none = {false, NULL, 0, 0, NULL, 0};
    tgi_arena_free(arena, window->far.block);
    window->far = none;
}
