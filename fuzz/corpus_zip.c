/* SPDX-License-Identifier: MIT */
/* Zip archives for the corpus: a stored model that can be used in place, and what can be wrong around it. */
#include "corpus_gen.h"

#include "gguf_build.h"
#include "zip_build.h"

#include <stdio.h>
#include <string.h>

static void add_zip(corpus *c, zb_archive *z, const char *path)
{
    char whole[256];
    (void)snprintf(whole, sizeof whole, "zip/%s.zip", path);
    corpus_add(c, whole, z->file.data, z->file.len);
}

/* One number of an archive with one stored model, changed. */
static void add_with(corpus *c, zb_archive *z, uint64_t at, unsigned width, uint64_t value, const char *path)
{
    zb_write(z);
    for (unsigned i = 0; i < width; i++)
        bytes_put_u8(&z->file, at + i, (uint8_t)(value >> (8 * i) & 0xFF));
    add_zip(c, z, path);
}

static void start(zb_archive *z, const gb_model *m)
{
    memset(z, 0, sizeof *z);
    (void)zb_add(z, "model.gguf", m->file.data, m->file.len);
    zb_write(z);
}

/* The end record. */
static void ends(corpus *c, const gb_model *m)
{
    zb_archive z;
    start(&z, m);
    uint64_t end = z.at.end;
    add_with(c, &z, end + 4, 2, 1, "reject/E_ZIP_END--on-disk-1");
    add_with(c, &z, end + 6, 2, 1, "reject/E_ZIP_END--directory-on-disk-1");
    add_with(c, &z, end + 4, 2, 0xFFFF, "accept/disk-65535");
    add_with(c, &z, end + 8, 2, 9, "reject/E_ZIP_END--more-entries-here-than-in-all");
    add_with(c, &z, end + 8, 4, 0x00090009, "reject/E_ZIP_END--more-entries-than-bytes");
    add_with(c, &z, end + 12, 4, 1, "reject/E_ZIP_END--directory-does-not-end-here");
    add_with(c, &z, end + 16, 4, UINT32_MAX, "reject/E_ZIP_END--directory-behind-the-file");
    add_with(c, &z, end + 20, 2, 1, "reject/E_MAGIC--comment-longer-than-the-file");
    z.comment = 30;
    zb_write(&z);
    add_zip(c, &z, "accept/comment");
    zb_free(&z);
}

/* A locator of zip64 at the start of the file: its end record would be in front of that. */
static void lonely_locator(corpus *c)
{
    bytes file = bytes_new(false);
    bytes_raw(&file, "PK\6\7", 4);
    bytes_fill(&file, 16, 0);
    bytes_raw(&file, "PK\5\6", 4);
    bytes_fill(&file, 18, 0);
    corpus_add(c, "zip/reject/E_ZIP_END--locator-with-no-room-for-the-record.zip", file.data, file.len);
    bytes_free(&file);
}

/* The records of zip64. */
static void zip64_ends(corpus *c, const gb_model *m)
{
    zb_archive z;
    start(&z, m);
    z.zip64 = true;
    z.members[0].zip64 = true;
    zb_write(&z);
    add_zip(c, &z, "accept/zip64");
    uint64_t big = z.at.zip64_end, locator = z.at.locator, end = z.at.end;
    add_with(c, &z, locator + 4, 4, 1, "reject/E_ZIP_END--zip64-on-disk-1");
    add_with(c, &z, locator + 8, 8, 1, "reject/E_ZIP_END--zip64-record-elsewhere");
    add_with(c, &z, locator + 16, 4, 2, "reject/E_ZIP_END--zip64-of-two-disks");
    add_with(c, &z, locator, 1, 0, "reject/E_ZIP_END--zip64-without-locator");
    add_with(c, &z, big, 1, 0, "reject/E_ZIP_END--zip64-without-record");
    add_with(c, &z, big + 4, 8, 45, "reject/E_ZIP_END--zip64-record-of-another-size");
    add_with(c, &z, big + 16, 4, 1, "reject/E_ZIP_END--zip64-number-of-the-disk");
    add_with(c, &z, big + 20, 4, 1, "reject/E_ZIP_END--zip64-disk-of-the-directory");
    add_with(c, &z, big + 24, 8, 7, "reject/E_ZIP_END--zip64-entries-here-and-in-all");
    add_with(c, &z, big + 40, 8, 7, "reject/E_ZIP_END--zip64-length-of-the-directory");
    add_with(c, &z, big + 48, 8, UINT64_MAX, "reject/E_ZIP_END--zip64-offset-wraps");
    zb_write(&z);
    bytes_put_u64(&z.file, big + 40, big + 64);
    bytes_put_u64(&z.file, big + 48, UINT64_MAX - 63);
    bytes_put_u32(&z.file, end + 12, UINT32_MAX);
    bytes_put_u32(&z.file, end + 16, UINT32_MAX);
    add_zip(c, &z, "reject/E_ZIP_END--zip64-offset-and-length-wrap");
    add_with(c, &z, end + 8, 4, 0x00070007, "reject/E_ZIP_END--zip64-and-another-count");
    add_with(c, &z, end + 12, 4, 7, "reject/E_ZIP_END--zip64-and-another-length");
    add_with(c, &z, end + 16, 4, 7, "reject/E_ZIP_END--zip64-and-another-offset");
    uint64_t extra = z.members[0].at.entry_zip64;
    add_with(c, &z, extra - 2, 2, 8, "reject/E_ZIP_DIRECTORY--zip64-field-too-short");
    add_with(c, &z, extra - 2, 2, 99, "reject/E_ZIP_DIRECTORY--zip64-field-too-long");
    zb_write(&z);
    bytes_put_u64(&z.file, extra, UINT64_MAX - 9);
    bytes_put_u64(&z.file, extra + 8, UINT64_MAX - 9);
    add_zip(c, &z, "reject/E_ZIP_RANGE--zip64-size-wraps");
    add_with(c, &z, extra - 4, 2, 2, "reject/E_ZIP_DIRECTORY--zip64-field-of-another-kind");
    add_with(c, &z, extra, 8, 7, "reject/E_ZIP_DIRECTORY--zip64-another-size");
    add_with(c, &z, extra + 16, 8, UINT64_MAX, "reject/E_ZIP_RANGE--zip64-header-wraps");
    extra = z.members[0].at.local_zip64;
    add_with(c, &z, extra, 8, 7, "reject/E_ZIP_LOCAL--zip64-another-size");
    add_with(c, &z, extra + 8, 8, 7, "reject/E_ZIP_LOCAL--zip64-another-packed-size");
    add_with(c, &z, extra - 2, 2, 0, "reject/E_ZIP_LOCAL--zip64-field-too-short");
    add_with(c, &z, extra - 2, 2, 8, "reject/E_ZIP_LOCAL--zip64-field-of-one-number");
    z.members[0].padding = 7;
    zb_write(&z);
    add_with(c, &z, z.members[0].at.local_zip64 - 15, 2, 1, "reject/E_ZIP_LOCAL--two-zip64-fields");
    zb_free(&z);
}

static void entries(corpus *c, const gb_model *m)
{
    zb_archive z;
    start(&z, m);
    z.members[0].padding = 7;
    zb_write(&z);
    add_zip(c, &z, "accept/one-model");
    uint64_t entry = z.members[0].at.entry, local = z.members[0].at.local;
    add_with(c, &z, entry, 1, 0, "reject/E_ZIP_DIRECTORY--no-entry");
    add_with(c, &z, entry + 8, 2, 1, "reject/E_ZIP_STORED--encrypted");
    add_with(c, &z, entry + 8, 2, 8, "reject/E_ZIP_STORED--sizes-behind");
    add_with(c, &z, entry + 10, 2, 8, "reject/E_ZIP_STORED--deflated");
    add_with(c, &z, entry + 20, 4, 7, "reject/E_ZIP_DIRECTORY--packed-size");
    add_with(c, &z, entry + 20, 8, UINT64_C(0x00FFFFFF00FFFFFF), "reject/E_ZIP_RANGE--behind-the-directory");
    add_with(c, &z, entry + 20, 4, UINT32_MAX, "reject/E_ZIP_DIRECTORY--packed-size-in-a-field-that-is-not-there");
    add_with(c, &z, entry + 24, 4, UINT32_MAX, "reject/E_ZIP_DIRECTORY--size-in-a-field-that-is-not-there");
    add_with(c, &z, local + 18, 4, UINT32_MAX, "reject/E_ZIP_LOCAL--packed-size-in-a-field-that-is-not-there");
    add_with(c, &z, local + 22, 4, UINT32_MAX, "reject/E_ZIP_LOCAL--size-in-a-field-that-is-not-there");
    add_with(c, &z, entry + 28, 2, 0, "reject/E_ZIP_DIRECTORY--no-name");
    add_with(c, &z, entry + 28, 2, 999, "reject/E_ZIP_DIRECTORY--long-name");
    add_with(c, &z, entry + 28, 2, 9, "reject/E_ZIP_DIRECTORY--short-name");
    add_with(c, &z, entry + 30, 2, 999, "reject/E_ZIP_DIRECTORY--long-extra-field");
    add_with(c, &z, entry + 32, 2, 999, "reject/E_ZIP_DIRECTORY--long-comment");
    add_with(c, &z, entry + 34, 2, 1, "reject/E_ZIP_DIRECTORY--on-disk-1");
    add_with(c, &z, entry + 42, 4, 1000, "reject/E_ZIP_RANGE--header-in-the-directory");
    add_with(c, &z, entry + 42, 4, UINT32_MAX, "reject/E_ZIP_DIRECTORY--header-in-a-field-that-is-not-there");
    add_with(c, &z, z.members[0].at.name, 1, 0, "reject/E_ZIP_DIRECTORY--nul-in-the-name");
    add_with(c, &z, z.members[0].at.name + 6, 4, 0x46554747, "reject/E_ZIP_LOCAL--name-in-capitals");
    add_with(c, &z, z.members[0].at.name + 6, 1, 'h', "reject/E_MAGIC--no-model");
    add_with(c, &z, local, 1, 0, "reject/E_ZIP_LOCAL--no-header");
    add_with(c, &z, local + 6, 2, 2, "reject/E_ZIP_LOCAL--flags");
    add_with(c, &z, local + 8, 2, 8, "reject/E_ZIP_LOCAL--method");
    add_with(c, &z, local + 14, 4, 8, "reject/E_ZIP_LOCAL--checksum");
    add_with(c, &z, local + 18, 4, 8, "reject/E_ZIP_LOCAL--packed-size");
    add_with(c, &z, local + 22, 4, 8, "reject/E_ZIP_LOCAL--size");
    add_with(c, &z, local + 26, 2, 9, "reject/E_ZIP_LOCAL--short-name");
    add_with(c, &z, local + 26, 2, 999, "reject/E_ZIP_LOCAL--long-name");
    add_with(c, &z, local + 28, 2, 3, "reject/E_ZIP_LOCAL--half-an-extra-field");
    add_with(c, &z, local + 28, 2, 1, "reject/E_ZIP_LOCAL--a-quarter-of-an-extra-field");
    add_with(c, &z, local + 42, 2, 99, "reject/E_ZIP_LOCAL--extra-field-too-long");
    add_with(c, &z, local + 28, 2, 9999, "reject/E_ZIP_LOCAL--long-extra-field");
    zb_free(&z);
}

/* Several members, or none. */
static void members(corpus *c, const gb_model *m)
{
    zb_archive z;
    start(&z, m);
    (void)zb_add(&z, "README.md", "text", 4);
    (void)zb_add(&z, "tokenizer.json", "{}", 2);
    zb_write(&z);
    add_zip(c, &z, "accept/a-model-and-other-files");
    add_with(c, &z, z.members[1].at.entry + 32, 2, 46, "reject/E_ZIP_DIRECTORY--comment-up-to-half-an-entry");
    add_with(c, &z, z.members[1].at.entry + 28, 4, 0x00010008,
             "reject/E_ZIP_DIRECTORY--another-member-with-an-extra-byte");
    add_with(c, &z, z.members[1].at.entry + 20, 4, 3, "reject/E_ZIP_DIRECTORY--another-member-of-two-sizes");
    bytes_put_u8(&z.file, z.members[1].at.entry + 10, 8);
    add_zip(c, &z, "accept/another-member-is-deflated");
    bytes_put_u8(&z.file, z.members[1].at.entry + 10, 0);
    bytes_put_u8(&z.file, z.members[1].at.entry + 8, 1);
    add_zip(c, &z, "accept/another-member-is-encrypted");
    add_with(c, &z, z.members[2].at.entry + 42, 4, z.members[1].at.local + 3, "reject/E_ZIP_OVERLAP--two-small-files");
    add_with(c, &z, z.members[1].at.entry + 42, 4, 2, "reject/E_ZIP_OVERLAP--into-the-model");
    z.members[0].padding = 7;
    zb_write(&z);
    add_with(c, &z, z.members[1].at.entry + 42, 4, z.members[1].at.local - 5,
             "reject/E_ZIP_RANGE--into-the-next-member");
    (void)zb_add(&z, "a", "a", 1);
    zb_write(&z);
    add_zip(c, &z, "accept/a-file-with-a-name-of-one-letter");
    (void)zb_add(&z, "MODEL.GGUF", m->file.data, m->file.len);
    zb_write(&z);
    add_zip(c, &z, "reject/E_ZIP_SEVERAL--one-in-capitals");
    zb_free(&z);
    start(&z, m);
    (void)zb_add(&z, "model.gguf", m->file.data, m->file.len);
    zb_write(&z);
    add_zip(c, &z, "reject/E_ZIP_SEVERAL--two-of-one-name");
    zb_free(&z);
    memset(&z, 0, sizeof z);
    (void)zb_add(&z, "model.gguf", "", 0);
    zb_write(&z);
    add_zip(c, &z, "reject/E_EMPTY_FILE--an-empty-member");
    zb_free(&z);
    memset(&z, 0, sizeof z);
    zb_write(&z);
    add_zip(c, &z, "reject/E_MAGIC--no-member");
    zb_free(&z);
}

/* Behind a model, an archive whose zip64 end record is not right in front of its locator, and whose other numbers lead
 * nowhere: found through the locator alone. */
static void far_record(corpus *c, const gb_model *m)
{
    zb_archive z;
    start(&z, m);
    z.before = m->file.data;
    z.before_len = m->file.len;
    z.zip64 = true;
    zb_write(&z);
    bytes file = bytes_new(false);
    bytes_raw(&file, z.file.data, (size_t)z.at.locator);
    bytes_fill(&file, 8, 0);
    bytes_raw(&file, z.file.data + z.at.locator, z.file.len - (size_t)z.at.locator);
    bytes_put_u32(&file, z.at.end + 8 + 12, 0); /* the directory has no bytes, and is nowhere */
    bytes_put_u32(&file, z.at.end + 8 + 16, UINT32_MAX);
    corpus_add(c, "zip/reject/E_ZIP_POLYGLOT--record-far-from-its-locator.zip", file.data, file.len);
    bytes_put_u8(&file, z.at.locator + 8, 0);
    corpus_add(c, "zip/seed/record-without-a-locator.zip", file.data, file.len);
    bytes_free(&file);
    zb_free(&z);
}

/* A model with an archive behind it: would another program find a model there? */
static void polyglots(corpus *c, const gb_model *m)
{
    zb_archive z;
    start(&z, m);
    z.before = m->file.data;
    z.before_len = m->file.len;
    zb_write(&z);
    add_zip(c, &z, "reject/E_ZIP_POLYGLOT--a-model-in-front");
    z.offset_lie = m->file.len;
    zb_write(&z);
    add_zip(c, &z, "reject/E_ZIP_POLYGLOT--offsets-from-the-archive");
    z.zip64 = true;
    zb_write(&z);
    add_zip(c, &z, "reject/E_ZIP_POLYGLOT--zip64-offsets-from-the-archive");
    z.offset_lie = 0;
    add_with(c, &z, z.at.end + 20, 2, 5, "reject/E_ZIP_POLYGLOT--zip64-and-a-comment-that-is-not-there");
    uint64_t locator = z.at.locator, big = z.at.zip64_end;
    z.comment = 9;
    zb_write(&z);
    add_zip(c, &z, "reject/E_ZIP_POLYGLOT--comment");
    z.comment = 0;
    add_with(c, &z, locator, 1, 0, "seed/polyglot-without-locator");
    add_with(c, &z, locator + 8, 8, UINT32_MAX, "seed/polyglot-with-a-lost-record");
    add_with(c, &z, big, 1, 0, "seed/polyglot-with-a-wrong-record");
    add_with(c, &z, big + 48, 8, UINT64_MAX, "seed/polyglot-with-a-lost-directory");
    add_with(c, &z, big + 40, 8, UINT64_MAX, "seed/polyglot-with-a-directory-of-all-ones");
    z.zip64 = false;
    zb_write(&z);
    uint64_t entry = z.members[0].at.entry;
    add_with(c, &z, entry, 1, 0, "seed/polyglot-without-entry");
    add_with(c, &z, entry + 28, 2, 9999, "seed/polyglot-with-a-long-name");
    add_with(c, &z, entry + 30, 2, 9999, "seed/polyglot-with-a-long-field");
    add_with(c, &z, z.members[0].at.name + 6, 1, 'h', "seed/archive-without-a-model");
    add_with(c, &z, z.at.end + 12, 4, UINT32_MAX, "seed/polyglot-with-a-long-directory");
    zb_write(&z);
    bytes_put_u8(&z.file, z.members[0].at.name + 6, 'h');
    bytes_put_u8(&z.file, entry + 32, 250);
    add_zip(c, &z, "seed/archive-with-a-long-comment-and-no-model");
    zb_free(&z);
    far_record(c, m);
}

/* The smallest model, and an end record alone behind it: no room for what zip64 has in front of that. */
static void small_polyglot(corpus *c)
{
    gb_model *m = gb_new(3, false);
    gb_write(m);
    bytes file = bytes_new(false);
    bytes_raw(&file, m->file.data, 24);
    bytes_raw(&file, "PK\5\6", 4);
    bytes_fill(&file, 18, 0);
    corpus_add(c, "zip/seed/end-record-behind-the-smallest-model.zip", file.data, file.len);
    bytes_free(&file);
    gb_free(m);
}

void corpus_zip(corpus *c)
{
    gb_model *m = gb_base();
    ends(c, m);
    lonely_locator(c);
    zip64_ends(c, m);
    entries(c, m);
    members(c, m);
    polyglots(c, m);
    small_polyglot(c);
    gb_free(m);
}
