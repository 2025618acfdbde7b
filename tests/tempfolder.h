/* SPDX-License-Identifier: MIT */
/* Temporary folders with files in them, for models of several files. */
#ifndef TESTS_TEMPFOLDER_H
#define TESTS_TEMPFOLDER_H

#include "bytes.h"

#define TEMPFOLDER_MOST 256

typedef struct tempfolder {
    char path[384];
    char names[TEMPFOLDER_MOST][96]; /* of what was put into it */
    size_t count;
    char joined[512]; /* see tempfolder_path */
} tempfolder;

/* Makes an empty folder. A failure of the system ends the test program. */
tempfolder tempfolder_new(void);

/* Removes it with all that was put into it. */
void tempfolder_remove(tempfolder *f);

/* Writes a file, which may be there already. */
void tempfolder_put(tempfolder *f, const char *name, const bytes *data);

/* Makes a symbolic link to `target`, which is relative to the folder; false where there are none. */
bool tempfolder_link(tempfolder *f, const char *target, const char *name);

/* Makes a folder in it. */
void tempfolder_folder(tempfolder *f, const char *name);

/* Takes one file away, or gives it another name. */
void tempfolder_delete(tempfolder *f, const char *name);
void tempfolder_rename(tempfolder *f, const char *name, const char *to);

/* The path of a file in it, which holds until the next call. */
const char *tempfolder_path(tempfolder *f, const char *name);

#endif
