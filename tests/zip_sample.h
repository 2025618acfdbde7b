/* SPDX-License-Identifier: MIT */
/* The archive that tests of zip begin with, opened from every source, and what they expect of it. */
#ifndef TESTS_ZIP_SAMPLE_H
#define TESTS_ZIP_SAMPLE_H

#include "gguf_build.h"
#include "sources.h"
#include "zip_build.h"

/* A program with a text, a model and a last member of one byte in its archive. */
typedef struct zip_sample {
    gb_model *m;
    zb_archive z;
    zb_member *text, *model, *last;
} zip_sample;

#define ZS_PROGRAM 21 /* bytes, with the NUL */
extern const char zs_program[ZS_PROGRAM];

void zs_make(zip_sample *s, bool zip64);
void zs_free(zip_sample *s);

/* Options with that member, or none for NULL; and the archive opened with them. */
tg_options zs_options(const char *member);
opened zs_open(const zb_archive *z, const char *member);

/* The archive opens as the model `m` in `member`: the numbers and the bytes are those of the model alone. */
void zs_assert_model(const zb_archive *z, const char *member, const zb_member *in, const gb_model *m);

/* It does not open, and that is why. */
void zs_expect(const zb_archive *z, const char *member, tg_status status, uint64_t offset);

/* The same with a field patched, which is put right afterwards. */
void zs_expect_u16(zip_sample *s, uint64_t at, uint16_t value, tg_status status, uint64_t offset);
void zs_expect_u32(zip_sample *s, uint64_t at, uint32_t value, tg_status status, uint64_t offset);
void zs_expect_u64(zip_sample *s, uint64_t at, uint64_t value, tg_status status, uint64_t offset);

void zs_put_u16(bytes *b, uint64_t at, uint16_t value);

/* The tests of archives that lie: returns how many failed. */
int zip_tests_lies(void);

#endif
