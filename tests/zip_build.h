/* SPDX-License-Identifier: MIT */
/* Zip archives for tests: describe the members, write them, and know where every field went. The writer checks
 * nothing. It knows the format from its specification and shares no code with the library. */
#ifndef TESTS_ZIP_BUILD_H
#define TESTS_ZIP_BUILD_H

#include "bytes.h"

#define ZB_MAX 16

typedef struct zb_member {
    const char *name;
    const void *data;
    size_t len;
    uint16_t flags, method;
    bool zip64;     /* sizes and offset in extra fields */
    size_t padding; /* bytes of another extra field in front of the data */
    struct {
        uint64_t local, data, entry, name; /* header, bytes, entry in the directory, and its name */
        uint64_t local_zip64, entry_zip64; /* the 8-byte numbers of the extra fields: size first */
    } at;
} zb_member;

typedef struct zb_archive {
    const void *before; /* what stands in front, such as a program */
    size_t before_len;
    zb_member members[ZB_MAX];
    size_t num_members;
    bool zip64;          /* write the end records of zip64 */
    size_t comment;      /* bytes of the comment at the end */
    uint64_t offset_lie; /* taken off every offset, as if `before` were shorter */
    bytes file;
    struct {
        uint64_t directory, zip64_end, locator, end;
    } at;
} zb_archive;

/* Adds a stored member, and returns it. */
zb_member *zb_add(zb_archive *z, const char *name, const void *data, size_t len);

/* Writes `z->file` afresh, and all `at`. */
void zb_write(zb_archive *z);
void zb_free(zb_archive *z);

#endif
