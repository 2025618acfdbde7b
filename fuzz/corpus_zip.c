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

void corpus_zip(corpus *c)
{
    gb_model *m = gb_base();
    zb_archive z;
    memset(&z, 0, sizeof z);
    (void)zb_add(&z, "model.gguf", m->file.data, m->file.len);
    z.members[0].padding = 7;
    zb_write(&z);
    add_zip(c, &z, "seed/one-model");
    bytes_put_u8(&z.file, z.at.end + 8, 9);
    add_zip(c, &z, "reject/E_ZIP_END--more-entries-here-than-in-all");
    zb_write(&z);
    bytes_put_u8(&z.file, z.at.directory, 0);
    add_zip(c, &z, "reject/E_ZIP_DIRECTORY--no-entry");
    zb_write(&z);
    bytes_put_u8(&z.file, z.members[0].at.entry + 10, 8);
    add_zip(c, &z, "reject/E_ZIP_STORED--deflated");
    zb_write(&z);
    bytes_put_u8(&z.file, z.members[0].at.local, 0);
    add_zip(c, &z, "reject/E_ZIP_LOCAL--no-header");
    zb_write(&z);
    bytes_put_u32(&z.file, z.members[0].at.entry + 42, 1000);
    add_zip(c, &z, "reject/E_ZIP_RANGE--header-in-the-directory");
    (void)zb_add(&z, "model.gguf", m->file.data, m->file.len);
    zb_write(&z);
    add_zip(c, &z, "reject/E_ZIP_SEVERAL--two-of-one-name");
    zb_free(&z);
    memset(&z, 0, sizeof z);
    z.before = m->file.data;
    z.before_len = m->file.len;
    (void)zb_add(&z, "model.gguf", m->file.data, m->file.len);
    zb_write(&z);
    add_zip(c, &z, "reject/E_ZIP_POLYGLOT--a-model-in-front");
    zb_free(&z);
    gb_free(m);
}
