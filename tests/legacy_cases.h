/* SPDX-License-Identifier: MIT */
/* What a test expects of a file of the ggml family before GGUF. */
#ifndef TESTS_LEGACY_CASES_H
#define TESTS_LEGACY_CASES_H

#include "expect.h"
#include "legacy_build.h"

lb_file *lc_make(const char *layout, const char *container);
tg_options lc_options(const char *layout); /* NULL: nobody says what it is */

bool lc_is_one_of(const char *name, const char *const *list, size_t count);
#define IS_ONE_OF(name, list) lc_is_one_of(name, list, sizeof(list) / sizeof(list)[0])

/* Is it one of the layouts that the error is about? */
bool lc_error_names(const tg_error *error, const char *layout);

/* The hint of the error that `f` is rejected with; "" where there is none. */
const char *lc_hint(const lb_file *f, const tg_options *options);

/* Rejected when it is read as its layout; and so too when nobody says what it is. */
void lc_named(const lb_file *f, tg_status status, uint64_t offset, uint64_t found, uint64_t limit, int line);
void lc_guessed(const lb_file *f, tg_status status, uint64_t offset, uint64_t found, uint64_t limit, int line);
#define NAMED(f, ...) lc_named(f, __VA_ARGS__, __LINE__)
#define BOTH(f, ...) lc_guessed(f, __VA_ARGS__, __LINE__)

void lc_fine(const lb_file *f, int line);
#define FINE(f) lc_fine(f, __LINE__)

/* Patches one field, expects that status (TG_OK: accepted), and restores it. */
void lc_with(lb_file *f, const char *field, uint32_t value, tg_status status, uint64_t limit, int line);
#define WITH(f, field, value, status, limit) lc_with(f, field, value, status, limit, __LINE__)

/* The groups of the test program: each runs its tests and returns how many failed. */
int run_legacy_record_rules(void);

#endif
