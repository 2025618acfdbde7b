/* SPDX-License-Identifier: MIT */
/* The window (see window.h): every byte is fetched once, into memory that nobody else writes. */
#include "window.h"

tgi_window tgi_window_borrow(const uint8_t *data, uint64_t len)
{
    tgi_window window = {data, (size_t)len, NULL, 0, len};
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
