/* SPDX-License-Identifier: MIT */
/* Temporary files: made, changed behind the back of an open model, removed. */
#ifndef TESTS_TEMPFILE_H
#define TESTS_TEMPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tempfile {
    char path[512];
} tempfile;

/* Stores the folder for temporary files, with a slash at its end, and no other separators, on Windows too. */
void tempfile_root(char *out, size_t size);

/* Makes a new file of these bytes. A failure of the system ends the test program. */
tempfile tempfile_new(const void *data, size_t len);
void tempfile_remove(const tempfile *file);

/* Overwrites bytes in place. */
void tempfile_write(const tempfile *file, uint64_t at, const void *data, size_t len);

/* Cuts the file, or extends it with a hole; false where the system refuses. */
bool tempfile_resize(const tempfile *file, uint64_t size);

/* Puts the time of the last change years back, so that the next change is seen even if clocks are coarse. */
void tempfile_make_old(const tempfile *file);

/* Opens for reading, and closes. */
int tempfile_open(const tempfile *file);
void tempfile_close(int fd);

#endif
