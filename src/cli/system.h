/* SPDX-License-Identifier: MIT */
/* What the command asks of the system, apart from files of models: its start, folders, and words for codes. Paths are
 * UTF-8 on Windows, and bytes elsewhere. */
#ifndef TENSORGATE_CLI_SYSTEM_H
#define TENSORGATE_CLI_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* system_start makes output arrive as it was written, and returns the arguments, and their number in `*argc`: on
 * Windows in UTF-8, where the system has them. */
char **system_start(int *argc, char **argv);

/* Stores the system's words for a code in tg_error.os_code; false where it has none. */
bool system_reason(int32_t code, char *out, size_t size);

/* Does the code say that a folder was opened? */
bool system_is_folder_code(int32_t code);

/* Did the last write fail because nobody reads what is written? errno stays as it is. */
bool system_is_unread(void);

/* What a path is. PATH_OTHER: nothing that can be looked at, a device, or a link to a folder. */
typedef enum path_kind {
    PATH_OTHER,
    PATH_FILE,
    PATH_FOLDER
} path_kind;

path_kind system_kind(const char *path);

/* The same, but a link to a folder is a folder. */
path_kind system_kind_followed(const char *path);

bool system_is_separator(char c);

/* system_list calls `each` for every name in a folder but `.` and `..`, in any order, until it returns false. False
 * where that happened or the folder could not be read; the reason is in errno then. */
bool system_list(const char *folder, bool (*each)(void *context, const char *name), void *context);

#endif
