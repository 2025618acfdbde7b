/* SPDX-License-Identifier: MIT */
/* What a test expects of a file: accepted, accepted with one warning, or rejected at one field.
 *
 * Each of these opens the written file of a description from every source. A warning is expected three
 * times: in an accepted model, and as the error that TG_STRICT and tg_options.strict make of it. The
 * statuses that the library has given where they were expected are remembered: see status_seen.
 */
#ifndef TESTS_EXPECT_H
#define TESTS_EXPECT_H

#include "gguf_build.h"
#include "sources.h"

/* Stands for any number, in `index`, `found`, `limit` and `count`, where the header leaves it open. */
#define ANY (UINT64_MAX - 1)

typedef struct expected {
    tg_status status;
    uint64_t offset, index, found, limit;
    uint64_t count; /* of a warning */
} expected;

#define INT63_MAX ((uint64_t)INT64_MAX)

/* EXPECT_REJECTED(m, options, status, offset, index, found, limit)
 * EXPECT_WARNED(m, options, status, offset, index, found, limit, count): this warning and no other
 * EXPECT_CLEAN(m, options): accepted without a warning
 * EXPECT_ACCEPTED(m, options): accepted, with any warnings
 * EXPECT_BYTES_REJECTED(bytes, options, …): the same as the first, for bytes that are no description */
#define EXPECT_REJECTED(m, options, ...)                                                                               \
    expect_rejected(&(m)->file, (options), (expected){__VA_ARGS__, 0}, __FILE__, __LINE__)
#define EXPECT_BYTES_REJECTED(b, options, ...)                                                                         \
    expect_rejected((b), (options), (expected){__VA_ARGS__, 0}, __FILE__, __LINE__)
#define EXPECT_WARNED(m, options, ...) expect_warned(&(m)->file, (options), (expected){__VA_ARGS__}, __FILE__, __LINE__)
#define EXPECT_CLEAN(m, options) expect_accepted(&(m)->file, (options), true, __FILE__, __LINE__)
#define EXPECT_ACCEPTED(m, options) expect_accepted(&(m)->file, (options), false, __FILE__, __LINE__)

void expect_rejected(const bytes *file, const tg_options *options, expected e, const char *in, int line);
void expect_warned(const bytes *file, const tg_options *options, expected e, const char *in, int line);
void expect_accepted(const bytes *file, const tg_options *options, bool clean, const char *in, int line);

/* Whether the library gave `status`, as an error or as a warning, where a test of this program expected it. */
bool status_seen(tg_status status);

/* Options with these flags, with these limits, and those of `--profile llama.cpp`. */
tg_options options_with_flags(uint32_t flags);
tg_options options_with_limits(const tg_limits *limits);
tg_options options_with_profile(void);
tg_limits default_limits(void); /* all zero but for the size */

#endif
