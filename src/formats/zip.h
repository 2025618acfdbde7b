/* SPDX-License-Identifier: MIT */
/* Zip archives at the end of a file, as far as it takes to find one stored member (PKWARE's APPNOTE 6.3.9, sections
 * 4.3 and 4.5.3). All functions work on private copies of parts of the file, whose cursors say where they are from. */
#ifndef TGI_FORMATS_ZIP_H
#define TGI_FORMATS_ZIP_H

#include "../core/parse.h"

#include <string.h>

/* Bytes at the end of a file that tell whether it is a zip archive: the end record, the longest comment, and the two
 * records of zip64 in front. */
#define TGI_ZIP_TAIL (22 + 65535 + 20 + 56)

/* The largest directory that is looked at, in bytes: some 10 000 members. */
#define TGI_ZIP_MOST_DIRECTORY ((uint64_t)1 << 20)

/* Where the directory is. */
typedef struct tgi_zip_end {
    bool found;
    uint64_t count;  /* members */
    uint64_t offset; /* of the directory */
    uint64_t len;    /* bytes of it */
} tgi_zip_end;

/* Looks for the end record in `tail`, the last TGI_ZIP_TAIL bytes of the file. None: TGI_OK, and `found` is false. */
TGI_NODISCARD tgi_step tgi_zip_find(tgi_parse *p, const tgi_cursor *tail, tgi_zip_end *out);

/* A member, as the directory describes it. */
typedef struct tgi_zip_member {
    const uint8_t *name; /* in the bytes of the directory */
    size_t name_len;
    uint64_t index;
    uint64_t entry_offset;
    uint16_t flags, method;
    uint32_t crc;
    uint64_t packed_size, size; /* bytes: as stored, and unpacked */
    uint64_t header_offset;     /* of the header in front of its bytes */
    uint64_t next_offset;       /* where the next member, or the directory, begins: it must end before */
} tgi_zip_member;

/* Judges the whole directory, and stores the member that is meant: the one named settings->member, or else the only
 * one whose name ends in .gguf. Where there is none, `found` is false, and it is TG_E_ZIP_MEMBER if one was named. */
TGI_NODISCARD tgi_step tgi_zip_choose(tgi_parse *p, const tgi_cursor *directory, const tgi_zip_end *end,
                                      tgi_zip_member *out, bool *out_found);

/* Bytes of the fixed part of the header in front of a member, and of the whole of it, as that part says. */
#define TGI_ZIP_LOCAL 30
uint64_t tgi_zip_local_len(tgi_cursor fixed);

/* Compares the header in front of the member, which `local` holds, with the directory. Stores where the bytes of the
 * member begin. */
TGI_NODISCARD tgi_step tgi_zip_check_local(tgi_parse *p, const tgi_cursor *local, const tgi_zip_member *member,
                                           uint64_t *out_offset);

/* Do these four bytes say what kind of record it is? */
static inline bool tgi_zip_begins(const uint8_t *bytes, const char *signature)
{
    return memcmp(bytes, signature, 4) == 0;
}

/* ---- zip_search.c: end records, and what other programs might take for a directory ---- */

/* The next end record in `tail` from `*at` on: stores its place in `*at`, and returns it, or NULL. */
const uint8_t *tgi_zip_next_record(const tgi_cursor *tail, size_t *at);

/* Places where lenient programs would look for a directory. */
#define TGI_ZIP_PLACES 5

/* Stores the offsets where the directory of the end record at `at` could be, and returns how many. */
size_t tgi_zip_places(const tgi_cursor *tail, size_t at, const uint8_t *record, uint64_t out_places[TGI_ZIP_PLACES]);

typedef enum tgi_zip_names {
    TGI_ZIP_NAMES_NONE = 0, /* no directory, or one that names no model */
    TGI_ZIP_NAMES_MODEL,
    TGI_ZIP_NAMES_CUT, /* the bytes end inside a directory */
} tgi_zip_names;

/* Does a directory at `directory` name a model? As far as it can be followed. */
tgi_zip_names tgi_zip_names_model(tgi_cursor directory);

/* Does a name say that the member is a model? Programs that compare without case exist. */
bool tgi_zip_is_model_name(const uint8_t *name, size_t len);

#endif
