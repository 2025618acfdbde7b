/* SPDX-License-Identifier: MIT */
/* Zip archives for tests: see zip_build.h. */
#include "zip_build.h"

#include <string.h>

zb_member *zb_add(zb_archive *z, const char *name, const void *data, size_t len)
{
    must(z->num_members < ZB_MAX, "too many members");
    zb_member *m = &z->members[z->num_members++];
    memset(m, 0, sizeof *m);
    m->name = name;
    m->data = data;
    m->len = len;
    return m;
}

/* No reader looks at the data to compare it: any number that is the same in both places will do. */
static uint32_t checksum(const zb_member *m)
{
    return (uint32_t)m->len ^ 0x5A5A5A5Au;
}

static uint32_t narrow(const zb_member *m, uint64_t value)
{
    return m->zip64 ? UINT32_MAX : (uint32_t)value;
}

static void write_local(zb_archive *z, zb_member *m)
{
    bytes *f = &z->file;
    size_t extra = (m->zip64 ? 20u : 0u) + (m->padding > 0 ? 4 + m->padding : 0u);
    m->at.local = f->len;
    bytes_raw(f, "PK\3\4", 4);
    bytes_u16(f, 45);
    bytes_u16(f, m->flags);
    bytes_u16(f, m->method);
    bytes_u32(f, 0);
    bytes_u32(f, checksum(m));
    bytes_u32(f, narrow(m, m->len));
    bytes_u32(f, narrow(m, m->len));
    bytes_u16(f, (uint16_t)strlen(m->name));
    bytes_u16(f, (uint16_t)extra);
    bytes_raw(f, m->name, strlen(m->name));
    if (m->padding > 0) {
        bytes_u16(f, 0xD935);
        bytes_u16(f, (uint16_t)m->padding);
        bytes_fill(f, m->padding, 0);
    }
    if (m->zip64) {
        bytes_u16(f, 1);
        bytes_u16(f, 16);
        m->at.local_zip64 = f->len;
        bytes_u64(f, m->len);
        bytes_u64(f, m->len);
    }
    m->at.data = f->len;
    bytes_raw(f, m->data, m->len);
}

static void write_entry(zb_archive *z, zb_member *m)
{
    bytes *f = &z->file;
    uint64_t offset = m->at.local - z->offset_lie;
    m->at.entry = f->len;
    bytes_raw(f, "PK\1\2", 4);
    bytes_u16(f, 45);
    bytes_u16(f, 45);
    bytes_u16(f, m->flags);
    bytes_u16(f, m->method);
    bytes_u32(f, 0);
    bytes_u32(f, checksum(m));
    bytes_u32(f, narrow(m, m->len));
    bytes_u32(f, narrow(m, m->len));
    bytes_u16(f, (uint16_t)strlen(m->name));
    bytes_u16(f, m->zip64 ? 28 : 0);
    bytes_u16(f, 0);
    bytes_u16(f, 0);
    bytes_u16(f, 0);
    bytes_u32(f, 0);
    bytes_u32(f, narrow(m, offset));
    m->at.name = f->len;
    bytes_raw(f, m->name, strlen(m->name));
    if (m->zip64) {
        bytes_u16(f, 1);
        bytes_u16(f, 24);
        m->at.entry_zip64 = f->len;
        bytes_u64(f, m->len);
        bytes_u64(f, m->len);
        bytes_u64(f, offset);
    }
}

static void write_zip64_end(zb_archive *z, uint64_t len)
{
    bytes *f = &z->file;
    z->at.zip64_end = f->len;
    bytes_raw(f, "PK\6\6", 4);
    bytes_u64(f, 44);
    bytes_u16(f, 45);
    bytes_u16(f, 45);
    bytes_u32(f, 0);
    bytes_u32(f, 0);
    bytes_u64(f, z->num_members);
    bytes_u64(f, z->num_members);
    bytes_u64(f, len);
    bytes_u64(f, z->at.directory - z->offset_lie);
    z->at.locator = f->len;
    bytes_raw(f, "PK\6\7", 4);
    bytes_u32(f, 0);
    bytes_u64(f, z->at.zip64_end - z->offset_lie);
    bytes_u32(f, 1);
}

void zb_write(zb_archive *z)
{
    bytes_free(&z->file);
    z->file = bytes_new(false);
    bytes *f = &z->file;
    bytes_raw(f, z->before, z->before_len);
    for (size_t i = 0; i < z->num_members; i++)
        write_local(z, &z->members[i]);
    z->at.directory = f->len;
    for (size_t i = 0; i < z->num_members; i++)
        write_entry(z, &z->members[i]);
    uint64_t len = f->len - z->at.directory;
    if (z->zip64)
        write_zip64_end(z, len);
    z->at.end = f->len;
    bytes_raw(f, "PK\5\6", 4);
    bytes_u16(f, 0);
    bytes_u16(f, 0);
    bytes_u16(f, z->zip64 ? UINT16_MAX : (uint16_t)z->num_members);
    bytes_u16(f, z->zip64 ? UINT16_MAX : (uint16_t)z->num_members);
    bytes_u32(f, z->zip64 ? UINT32_MAX : (uint32_t)len);
    bytes_u32(f, z->zip64 ? UINT32_MAX : (uint32_t)(z->at.directory - z->offset_lie));
    bytes_u16(f, (uint16_t)z->comment);
    bytes_fill(f, z->comment, ' ');
}

void zb_free(zb_archive *z)
{
    bytes_free(&z->file);
}
