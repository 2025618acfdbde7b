/* SPDX-License-Identifier: MIT */
/* The allocator of the oracle: counts, checks what it is told, refuses above a cap, and fails on demand. */
#ifndef FUZZ_HEAP_H
#define FUZZ_HEAP_H

#include "tensorgate.h"

typedef struct fuzz_heap {
    uint64_t live, peak; /* bytes that the library holds, and the most that it ever held */
    uint64_t num_blocks; /* that it holds */
    uint64_t num_calls;  /* for memory; frees do not count */
    uint64_t fail_at;    /* the number of the call, from 1, that gets no memory; 0: none */
    bool failed;         /* one got none */
    bool fail_after;     /* all calls after that one get none either */
} fuzz_heap;

/* An allocator over `heap`, which must be zeroed and outlive the model. */
tg_allocator fuzz_heap_allocator(fuzz_heap *heap);

#endif
