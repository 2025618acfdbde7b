/* SPDX-License-Identifier: MIT */
/* The oracle: opens one file in every way that the library has, and ends the process where anything is not as
 * tensorgate.h promises. Always on, in release builds too. */
#ifndef FUZZ_ORACLE_H
#define FUZZ_ORACLE_H

#include "ref_gguf.h"

/* How a file is opened. */
typedef struct oracle_options {
    uint32_t flags, profile;
    tg_limits limits;   /* 0: the default */
    uint64_t tail;      /* zero bytes that follow the data, on paper only */
    const char *layout; /* of a file of the ggml family before GGUF; NULL: any */
} oracle_options;

/* What one open said. */
typedef struct oracle_verdict {
    tg_status status;
    tg_error error;       /* where it was rejected */
    uint64_t digest;      /* where it was accepted */
    uint64_t warnings;    /* of an accepted model: bit n is warning REF_FIRST_WARNING + n */
    uint64_t calls, peak; /* of the allocator */
} oracle_verdict;

typedef enum oracle_source {
    ORACLE_MEMORY = 0, /* the header is copied */
    ORACLE_STABLE,     /* the header is used in place */
    ORACLE_READER,
    ORACLE_FILE, /* a descriptor, and the library's own allocator */
} oracle_source;

/* The options that belong to an input: bits of its hash. The second form is for targets of one format: three times of
 * four it gives none, so that the depths of the format are reached. */
oracle_options oracle_options_from(uint64_t hash);
oracle_options oracle_options_seldom(uint64_t hash);

/* The same for the library. `key` is that of the hash of names, or NULL. */
tg_options oracle_given(const oracle_options *options, const uint64_t *key);

/* Everything about one input. `hash` chooses what is tried beside the ways that always are. Returns the verdict
 * under `options`. */
oracle_verdict oracle_run(const uint8_t *data, size_t size, const oracle_options *options, uint64_t hash);

/* One open. `how` may be NULL. */
typedef struct oracle_how {
    int64_t fail_at;     /* the number of the call of the allocator that gets no memory; negative: all from there on */
    bool look;           /* hold an accepted model against every invariant, not only take its digest */
    const ref_gguf *ref; /* and against what the second reader found */
    void (*also)(const tg_model *model, void *context); /* is shown an accepted model too; or NULL */
    void *context;
} oracle_how;

oracle_verdict oracle_open(const ref_file *file, const oracle_options *options, oracle_source source,
                           const oracle_how *how);

/* What may be changed in a file or in the options with a known effect on the verdict: one of these, by `hash`. */
void oracle_vary(const ref_file *file, const oracle_options *options, const oracle_verdict *base, uint64_t hash);

/* Does the file hold the mark of the end of a zip archive, at whose members models are looked for? */
bool oracle_may_be_zip(const ref_file *file);

/* Does the file begin as one of the ggml family before GGUF? */
bool oracle_is_legacy(const ref_file *file);

/* Two opens of the same bytes must say the same. */
void oracle_same(const oracle_verdict *a, const oracle_verdict *b, const char *what);

/* The steps of the format, driven with as few bytes at a time as they ask for: see steps.c. */
oracle_verdict oracle_steps(const ref_file *file, const tg_options *options);

#endif
