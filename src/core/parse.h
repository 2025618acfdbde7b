/* SPDX-License-Identifier: MIT */
/* What every format works with: the cursor over the bytes that are here, and how a step ends.
 *
 * A format is a chain of restartable steps. A step reads through a copy of `at`, and ends with tgi_commit, which
 * stores the copy back and makes the step's warnings count. If bytes are missing that the file has, it returns
 * TGI_MORE with `need` set instead, and has changed nothing; the driver brings more bytes and calls it again.
 * So the verdict depends on the bytes of the file alone, never on how they arrived.
 *
 * Headers that lie scattered in a file are reached with TGI_JUMP, forwards only. After the first jump, bytes are
 * here for the length of one step: what is to be kept is copied (tgi_pool_add), but for the first `keep` bytes.
 */
#ifndef TGI_CORE_PARSE_H
#define TGI_CORE_PARSE_H

#include "cursor.h"
#include "model.h"

typedef enum tgi_step {
    TGI_OK = 0,   /* complete: call the next */
    TGI_DONE = 1, /* complete, and it was the last */
    TGI_MORE = 2, /* bring the bytes up to `need` and call again */
    TGI_FAIL = 3, /* `error` says why */
    TGI_JUMP = 4, /* complete: go on at byte `need`, which is not before the cursor, and call the next */
} tgi_step;

/* The caller's options, checked and filled in. */
typedef struct tgi_settings {
    tg_limits limits;
    tg_allocator allocator;
    tgi_hash_key hash;
    uint32_t flags;
    uint32_t profile;
    uint64_t strict; /* bit n: warning TGI_FIRST_WARNING + n is an error */
    uint64_t region_offset, region_len;
    const char *member; /* or NULL */
    void (*member_seen)(void *context, const char *name, size_t len, uint64_t size);
    void *member_context;
    tg_layout layout; /* that the caller asked for; TG_LAYOUT_NONE: any */
} tgi_settings;

#define TGI_MAX_ARRAY_DEPTH 16 /* the largest max_array_depth */
#define TGI_MAX_PENDING 16     /* different warnings of one step */

typedef struct tgi_parse {
    tgi_model *model;
    const tgi_settings *settings;
    tgi_cursor at;    /* over the bytes of the file from its first on */
    uint64_t need;    /* after TGI_MORE: the step reads up to this offset, which is inside the file */
    uint64_t skipped; /* bytes that jumps have passed over: they are not part of the header */
    uint64_t keep;    /* bytes from the first on that the model points into; 0: all that were parsed */
    tgi_entry entry;  /* what the step is about, for errors */
    uint64_t index;
    uint32_t file; /* which file of the model the bytes are of */
    tg_error *error;
    tg_warning pending[TGI_MAX_PENDING]; /* of the step that runs */
    uint64_t num_pending;
} tgi_parse;

/* The one macro that hides a return: passes on anything but TGI_OK. */
#define TGI_TRY(step)                                                                                                  \
    do {                                                                                                               \
        tgi_step tgi_tried = (step);                                                                                   \
        if (tgi_tried != TGI_OK)                                                                                       \
            return tgi_tried;                                                                                          \
    } while (0)

/* All verdicts go through here. A TG_E_ status fills the error and returns TGI_FAIL, and so does a TG_W_ status
 * that is strict; any other is kept for tgi_commit, and TGI_OK is returned. */
TGI_NODISCARD tgi_step tgi_report(tgi_parse *p, tg_status status, uint64_t offset, uint64_t found, uint64_t limit,
                                  const char *what);

/* Adds the pending warnings to those of the model. */
void tgi_commit_warnings(tgi_parse *p);

/* Ends a step, or a part of one that need not be read again. */
static inline void tgi_commit(tgi_parse *p, const tgi_cursor *c)
{
    p->at = *c;
    if (p->num_pending > 0)
        tgi_commit_warnings(p);
}

/* Bytes of the header so far. */
static inline uint64_t tgi_parsed(const tgi_parse *p)
{
    return tgi_tell(&p->at) - p->skipped;
}

/* For statuses of tgi_arena_resize and what is built on it: TGI_OK for TG_OK. */
TGI_NODISCARD tgi_step tgi_allocated(tgi_parse *p, tg_status status);

/* Makes room for one more entry of a list, as tgi_list_grow does. */
TGI_NODISCARD tgi_step tgi_grow(tgi_parse *p, tgi_list *list, size_t entry_size, uint64_t most);

/* Why a read of `n` bytes at `c` did not fit: TGI_FAIL if the file or the limit on headers ends before,
 * else TGI_MORE. */
TGI_NODISCARD tgi_step tgi_short(tgi_parse *p, const tgi_cursor *c, uint64_t n, const char *what);

/* Reads that know what to do when they do not fit: they never return TGI_OK without having read. */
static inline TGI_NODISCARD tgi_step tgi_get_bytes(tgi_parse *p, tgi_cursor *c, uint64_t n, const uint8_t **out,
                                                   const char *what)
{
    if (tgi_take(c, n, out))
        return TGI_OK;
    return tgi_short(p, c, n, what) == TGI_MORE ? TGI_MORE : TGI_FAIL;
}

static inline TGI_NODISCARD tgi_step tgi_get_u32(tgi_parse *p, tgi_cursor *c, uint32_t *out, const char *what)
{
    if (tgi_read_u32(c, out))
        return TGI_OK;
    return tgi_short(p, c, 4, what) == TGI_MORE ? TGI_MORE : TGI_FAIL;
}

static inline TGI_NODISCARD tgi_step tgi_get_u64(tgi_parse *p, tgi_cursor *c, uint64_t *out, const char *what)
{
    if (tgi_read_u64(c, out))
        return TGI_OK;
    return tgi_short(p, c, 8, what) == TGI_MORE ? TGI_MORE : TGI_FAIL;
}

#endif
