/* SPDX-License-Identifier: MIT */
/* The files that check goes over: those that were named, and those below folders. */
#ifndef TENSORGATE_CLI_SCAN_H
#define TENSORGATE_CLI_SCAN_H

#include "../tensorgate.h"

/* One file. */
typedef struct scanned {
    char *path;
    size_t order; /* in which it is judged */
    size_t head;  /* the entry that opens the set it is a part of, by its name; else NO_HEAD */
    bool found;   /* below a folder: it may be something else than a model */
    bool judged;
    bool covered; /* by the verdict on its set */
} scanned;

#define NO_HEAD SIZE_MAX

typedef struct scan {
    scanned *files; /* sorted by path */
    size_t *order;  /* their numbers, as they were given */
    size_t count, room;
    const char *failed; /* the path of what could not be read, and why; errno */
    int reason;
} scan;

/* scan_add adds a file that was named; or, where `recurse`, all files below it that are called like models, if it is a
 * folder. Links to files are followed, links to folders are not. False where something could not be read. */
bool scan_add(scan *s, const char *path, bool recurse);

/* scan_sort finds out, by their names, which files are parts of a set whose first file or index is among them. */
bool scan_sort(scan *s);

/* scan_cover marks the file called `name` in the folder of `head` as covered, if it is among the files. */
void scan_cover(scan *s, const scanned *head, const char *name);

void scan_free(scan *s);

#endif
