/* SPDX-License-Identifier: MIT */
/* The folder that the files of a set are in. Files in it are opened by bare name: callers have made sure that a name
 * has no separator in it. */
#ifndef TGI_SOURCE_FOLDER_H
#define TGI_SOURCE_FOLDER_H

#include "source.h"

#include <stdbool.h>

#define TGI_FOLDER_PATH 4096 /* bytes of the path of a folder, on Windows */

typedef struct tgi_folder {
#if defined(_WIN32)
    char path[TGI_FOLDER_PATH]; /* what stands before a name */
#else
    int fd;
#endif
} tgi_folder;

/* Where the bare name begins in `path`, as its system sees it. */
size_t tgi_path_name(const char *path);

/* Opens the folder that holds the file at `path`. */
tgi_fault tgi_folder_open(tgi_folder *folder, const char *path);
void tgi_folder_close(tgi_folder *folder);

/* Opens the file called `name`. A symbolic link is followed, or refused with TG_E_LINK. No such file is
 * TG_E_PART_MISSING. */
tgi_fault tgi_folder_source(const tgi_folder *folder, const char *name, bool follow, tgi_source *out_source);

/* The names in a folder, in any order; those that do not fit in `size` bytes with their NUL are left out. */
typedef struct tgi_folder_list {
    void *handle;
} tgi_folder_list;

bool tgi_folder_list_open(tgi_folder_list *list, const tgi_folder *folder);
bool tgi_folder_next(tgi_folder_list *list, char *out_name, size_t size);
void tgi_folder_list_close(tgi_folder_list *list);

#endif
