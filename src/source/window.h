/* SPDX-License-Identifier: MIT */
/* The window: the bytes of a file from its first on, as far as the parser has needed them; and, where it jumps, the
 * few bytes behind the jump. */
#ifndef TGI_SOURCE_WINDOW_H
#define TGI_SOURCE_WINDOW_H

#include "../core/arena.h"
#include "source.h"

/* Reads end at most this many bytes beyond what is needed, or as many as were parsed before, if that is more. */
#define TGI_READ_AHEAD 65536

/* Reads behind a jump bring at least this many bytes, where the file has them. */
#define TGI_READ_FAR 1024

/* What is behind a jump: bytes from `origin` on, which make room for what comes later. */
typedef struct tgi_far {
    bool here; /* a jump was made */
    const uint8_t *data;
    uint64_t origin;
    size_t len;
    void *block; /* of the arena, `room` bytes, `data` points into it */
    size_t room;
} tgi_far;

typedef struct tgi_window {
    const uint8_t *data;
    size_t len;    /* bytes that are here */
    void *block;   /* of the arena, where the bytes were copied; else NULL */
    uint64_t room; /* bytes of `block` */
    uint64_t most; /* never more than this many bytes: the size of the file or the limit of headers */
    tgi_far far;
} tgi_window;

/* A window that shows the first `len` bytes at `data`, without copying. */
tgi_window tgi_window_borrow(const uint8_t *data, uint64_t len);

/* Brings bytes until at least `need`, at most `most`, are here. `parsed` of them were looked at already. */
TGI_NODISCARD tgi_fault tgi_window_grow(tgi_window *window, tgi_arena *arena, const tgi_source *source, uint64_t parsed,
                                        uint64_t need);

/* Goes on at byte `offset`, which is behind all bytes that were parsed. Bytes of it that are here already are not
 * fetched again. Of the bytes from the first on, `keep` stay. */
TGI_NODISCARD tgi_fault tgi_window_jump(tgi_window *window, tgi_arena *arena, const tgi_source *source, uint64_t offset,
                                        size_t keep);

/* Brings the bytes from `parsed`, which is not before the last jump, to `need` at least. */
TGI_NODISCARD tgi_fault tgi_window_grow_far(tgi_window *window, tgi_arena *arena, const tgi_source *source,
                                            uint64_t parsed, uint64_t need);

/* Forgets what is behind jumps. */
void tgi_window_leave(tgi_window *window, tgi_arena *arena);

/* Gives back the room behind the first `len` bytes. */
void tgi_window_trim(tgi_window *window, tgi_arena *arena, size_t len);

#endif
