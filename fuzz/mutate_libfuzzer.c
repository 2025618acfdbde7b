/* SPDX-License-Identifier: MIT */
/* The mutator as libFuzzer calls it; other engines pass the two functions over. */
#include "mutate.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t max, unsigned seed);

/* libFuzzer's own mutator: not there where another engine drives. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return mutate_change(data, size, max, seed, LLVMFuzzerMutate);
}

/* libFuzzer calls one as often as the other, which is far too many: where this one declines, it calls again. */
#define CROSS_ONE_IN 12

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other, size_t other_size,
                                 uint8_t *out, size_t max, unsigned seed)
{
    if (seed % CROSS_ONE_IN != 0)
        return 0;
    return mutate_cross(data, size, other, other_size, out, max, seed, LLVMFuzzerMutate);
}
