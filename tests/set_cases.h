/* SPDX-License-Identifier: MIT */
/* What a test expects of a model of several files, in a temporary folder. */
#ifndef TESTS_SET_CASES_H
#define TESTS_SET_CASES_H

#include "expect.h"
#include "set_build.h"

#define NONE TG_NO_INDEX

/* Opens a file of the folder; the error is all zero where it was accepted. */
tg_status open_in(tempfolder *f, const char *name, uint32_t flags, tg_model **out_model, tg_error *out_error);

void assert_rejected(tempfolder *f, const char *name, tg_status status, uint32_t file, const char *file_name,
                     uint64_t offset, int line);
#define ASSERT_REJECTED(f, name, status, file, file_name, offset)                                                      \
    assert_rejected(f, name, status, file, file_name, offset, __LINE__)

tg_model *assert_opens(tempfolder *f, const char *name, uint32_t flags, uint32_t num_files, uint64_t num_warnings,
                       int line);
#define ASSERT_OPENS(f, name, flags, num_files, num_warnings)                                                          \
    assert_opens(f, name, flags, num_files, num_warnings, __LINE__)

void assert_warned(tempfolder *f, const char *name, tg_status status, uint32_t file, uint64_t offset, uint64_t count);

void assert_usable(const tg_model *model);

/* Remembers that a test expected `status` and got it, and whether one did (those of expect.h count too). */
void set_note_status(tg_status status);
bool set_status_seen(tg_status status);

/* The groups of the test program: each runs its tests and returns how many failed. */
int run_split_tests(void);
int run_index_tests(void);
int run_set_file_tests(void);

#endif
