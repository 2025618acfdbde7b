/* SPDX-License-Identifier: MIT */
/* The mutator as AFL++ calls it: a library that afl-fuzz loads (AFL_CUSTOM_MUTATOR_LIBRARY). */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

/* Large enough for every target; afl-fuzz says how much it wants at most. */
#define ROOM ((size_t)1 << 20)

typedef struct state {
    uint64_t seed;
    uint8_t out[ROOM];
} state;

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                       size_t max);
void afl_custom_deinit(void *data);

void *afl_custom_init(void *afl, unsigned seed)
{
    (void)afl;
    state *s = (state *)calloc(1, sizeof *s);
    if (s != NULL)
        s->seed = (uint64_t)seed << 32;
    return s;
}

size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                       size_t max)
{
    state *s = (state *)data;
    if (max > ROOM)
        max = ROOM;
    if (size > max)
        size = max;
    *out = s->out;
    s->seed++;
    if (other != NULL && s->seed % 8 == 0)
        return mutate_cross(input, size, other, other_size, s->out, max, s->seed, NULL);
    memcpy(s->out, input, size);
    return mutate_change(s->out, size, max, s->seed, NULL);
}

void afl_custom_deinit(void *data)
{
    free(data);
}
