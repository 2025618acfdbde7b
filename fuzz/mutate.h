/* SPDX-License-Identifier: MIT */
/* The mutator that knows the formats: one core, whatever engine calls it. A format is a row: how it is told, and how
 * it is changed. Engines reach it through mutate_libfuzzer.c and mutate_afl.c. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Changes the `size` bytes at `data`, which has room for `max`, as the engine does by itself; NULL: a flip of bits. */
typedef size_t (*mutate_leaf)(uint8_t *data, size_t size, size_t max);

typedef struct mutation {
    uint64_t random; /* the state of the random numbers */
    mutate_leaf leaf;
} mutation;

typedef struct mutate_format {
    const char *name;
    bool (*is)(const uint8_t *data, size_t size);
    /* Returns the new size, at most `max`; 0 where nothing could be done. */
    size_t (*change)(mutation *m, uint8_t *data, size_t size, size_t max);
    /* Puts a part of `other` into a copy of `data`. */
    size_t (*cross)(mutation *m, const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                    uint8_t *out, size_t max);
} mutate_format;

extern const mutate_format mutate_gguf, mutate_safetensors, mutate_legacy, mutate_sets, mutate_zip;

/* The entry points of the adapters. Never return 0 bytes unless `max` is 0. */
size_t mutate_change(uint8_t *data, size_t size, size_t max, uint64_t seed, mutate_leaf leaf);
size_t mutate_cross(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size, uint8_t *out, size_t max,
                    uint64_t seed, mutate_leaf leaf);

/* For formats. */
uint64_t mutate_pick(mutation *m, uint64_t below); /* 0 where `below` is 0 */
bool mutate_chance(mutation *m, unsigned of, unsigned in);
uint64_t mutate_number(mutation *m, uint64_t old, uint64_t near); /* a number where readers go wrong */

/* What changes a list whatever is in it: doubles item `at` at the end, where there is room for `most`; swaps it with
 * `other`; or puts the last in its place. Returns how many items there are then. */
typedef enum mutate_move {
    MUTATE_DOUBLE,
    MUTATE_SWAP,
    MUTATE_REMOVE
} mutate_move;

size_t mutate_items(void *items, size_t item_size, size_t num, size_t most, size_t at, size_t other, mutate_move how);

/* Numbers of `width` bytes, at most 8. */
uint64_t mutate_load(const uint8_t *p, size_t width, bool big);
void mutate_store(uint8_t *p, size_t width, uint64_t value, bool big);

/* Writes up to `max` bytes; what does not fit is left out, with all that follows. */
typedef struct mutate_writer {
    uint8_t *out;
    size_t max, at;
    bool big, narrow, full; /* narrow: lengths have 4 bytes, not 8 */
} mutate_writer;

void mutate_add(mutate_writer *w, const void *bytes, size_t len);
void mutate_add_number(mutate_writer *w, size_t width, uint64_t value);

#endif
