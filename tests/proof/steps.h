/* SPDX-License-Identifier: MIT */
/* What the analyses of the parsers share (see steps.cmake): a step of a format begins in any state that earlier steps
 * may have left, over an unknown buffer of SIZE bytes. */
#ifndef TGI_PROOF_STEPS_H
#define TGI_PROOF_STEPS_H

#include "core/parse.h"
#include "core/utf8.h"

#include "__fc_builtin.h"
#include "steps_notes.h"

#ifndef SIZE
#define SIZE 40
#endif

long proof_taken, proof_rest, proof_name, proof_field;
bool proof_peeked;
unsigned proof_failed;
size_t proof_grown, proof_type;

static uint64_t any(uint64_t least, uint64_t most)
{
    return Frama_C_unsigned_long_interval(least, most);
}

static bool any_bool(void)
{
    return Frama_C_unsigned_int_interval(0, 1) != 0;
}

/* For the functions over text, whose contracts are proved and which therefore need not be run here: that they get what
 * their contracts ask for, and anything that they may answer. */
tgi_text_fault tgi_check_text(const uint8_t *text, size_t len, size_t *out_at)
{
    if (len == 0 || any_bool())
        return TGI_TEXT_FINE;
    *out_at = any(0, len - 1);
    return text[0] == 0 || text[len - 1] == 0 ? TGI_TEXT_NUL : TGI_TEXT_NOT_UTF8;
}

bool tgi_is_common_text(const uint8_t *text, size_t len, size_t room)
{
    //@ assert len <= room;
    if (room > 0 && (text[0] == 0 || text[room - 1] == 0))
        return false;
    return any_bool();
}

/* That of the C library: it gets bytes that are there, and finds one of them or none. */
void *memchr(const void *s, int c, size_t n)
{
    const uint8_t *text = s;
    (void)c;
    if (n == 0 || (text[0] != 0 && text[n - 1] != 0 && any_bool()))
        return NULL;
    return (void *)(text + any(0, n - 1));
}

/* A list of the arena with room for ROOM entries, of which any number is there. One list may grow in a step, once and
 * in place; or memory is out, as it always is with NO_GROWTH. */
#define ROOM 32
#define BLOCK 8192
#define LIST(type, name)                                                                                               \
    static struct {                                                                                                    \
        tgi_block block;                                                                                               \
        type entries[BLOCK / sizeof(type)];                                                                            \
    } name

/* `number` makes the sizes of blocks differ, by which proof_grown tells the lists apart. */
static tgi_list any_list(tgi_block *block, size_t entry_size, size_t number)
{
    tgi_list list = {block + 1, any(0, ROOM), ROOM};
    block->size = sizeof *block + ROOM * entry_size + number;
    block->counted = block->size;
    return list;
}
#define ANY_LIST(name, number) any_list(&(name).block, sizeof(name).entries[0], number)

static void *resize(void *context, void *block, size_t old_size, size_t new_size)
{
    (void)context;
#ifdef NO_GROWTH
    return NULL;
#endif
    if (block == NULL || proof_grown != 0 || new_size > BLOCK || any_bool())
        return NULL;
    proof_grown = old_size;
    return block;
}

LIST(tgi_key, keys);
LIST(tgi_array, arrays);
LIST(uint64_t, marks);
LIST(tgi_tensor, tensors);
LIST(uint64_t, dims);
LIST(uint8_t, pool);
static tgi_model model;
static tgi_settings settings;
static tg_error error;
static uint8_t bytes[SIZE];

static void any_settings(void)
{
    settings.limits.struct_size = sizeof settings.limits;
    Frama_C_make_unknown((char *)&settings.limits, sizeof settings.limits);
    settings.limits.max_array_depth = (uint32_t)any(1, TGI_MAX_ARRAY_DEPTH);
    settings.flags = (uint32_t)any(0, UINT32_MAX);
    settings.profile = (uint32_t)any(0, 1);
    settings.strict = any(0, UINT64_MAX);
}

static void any_model(void)
{
    static const tg_allocator allocator = {resize, NULL};
    tgi_arena_init(&model.arena, &allocator, any(0, TGI_MAX), any(0, 64));
    model.arena.used = any(1 << 20, UINT64_C(1) << 40);
    model.version = (uint32_t)any(1, 3);
    model.alignment = (uint64_t)1 << any(0, 20);
    model.file_size = any(SIZE, TGI_MAX);
    model.keys = ANY_LIST(keys, 0);
    model.arrays = ANY_LIST(arrays, 1);
    model.marks = ANY_LIST(marks, 2);
    model.tensors = ANY_LIST(tensors, 3);
    model.dims = ANY_LIST(dims, 4);
    model.pool = ANY_LIST(pool, 5);
    model.num_warnings = any(0, TGI_MAX_WARNINGS);
}

/* The cursor is over the buffer, anywhere. */
static tgi_parse any_parse(void)
{
    tgi_parse p;
    /* The bounds of lists, where loops settle. */
    /*@ widen_hints global:"all", 8, 16, 32, 56, 64; */
    memset(&p, 0, sizeof p);
    any_settings();
    any_model();
    Frama_C_make_unknown((char *)bytes, SIZE);
    p.model = &model;
    p.settings = &settings;
    p.error = &error;
    p.index = TG_NO_INDEX;
    p.at.base = bytes;
    p.at.len = SIZE;
    p.at.pos = any(0, SIZE);
    p.at.big_endian = any_bool();
    return p;
}

/* What every step keeps. */
static void check_parse(const tgi_parse *p)
{
    //@ assert p->at.base == &bytes[0] && p->at.pos <= SIZE;
    //@ assert model.keys.count <= model.keys.room && model.keys.room * sizeof(tgi_key) <= BLOCK;
    //@ assert model.arrays.count <= model.arrays.room && model.arrays.room * sizeof(tgi_array) <= BLOCK;
    //@ assert model.marks.count <= model.marks.room && model.marks.room * sizeof(uint64_t) <= BLOCK;
    //@ assert model.tensors.count <= model.tensors.room && model.tensors.room * sizeof(tgi_tensor) <= BLOCK;
    //@ assert model.dims.count <= model.dims.room && model.dims.room * sizeof(uint64_t) <= BLOCK;
    //@ assert model.pool.count <= model.pool.room && model.pool.room <= BLOCK;
    //@ assert p->num_pending <= TGI_MAX_PENDING && model.num_warnings <= TGI_MAX_WARNINGS;
}

#endif
