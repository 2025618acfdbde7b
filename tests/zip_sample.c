/* SPDX-License-Identifier: MIT */
/* The archive that tests of zip begin with: see zip_sample.h. */
#include "zip_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

tg_options zs_options(const char *member)
{
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.member = member;
    return options;
}

/* Opens the archive from every source. */
opened zs_open(const zb_archive *z, const char *member)
{
    tg_options options = zs_options(member);
    return open_everywhere(z->file.data, z->file.len, &options);
}

/* The archive opens as the model in `member`: the numbers and the bytes are those of the model alone. */
void zs_assert_model(const zb_archive *z, const char *member, const zb_member *in, const gb_model *m)
{
    opened o = zs_open(z, member);
    assert_int_equal(o.status, TG_OK);
    assert_int_equal(tg_model_region_offset(o.model), in->at.data);
    assert_int_equal(tg_model_file_size(o.model), m->file.len);
    assert_int_equal(tg_model_data_offset(o.model), m->at.data);
    const tg_tensor *t = tg_model_tensor(o.model, 0);
    const void *data = NULL;
    size_t len = 0;
    assert_non_null(t);
    assert_int_equal(t->offset, m->at.data);
    assert_int_equal(tg_tensor_data(o.model, t, &data, &len, NULL), TG_OK);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(((const uint8_t *)data)[i], gb_data_byte(0, i));
    opened_close(&o);
}

void zs_expect(const zb_archive *z, const char *member, tg_status status, uint64_t offset)
{
    opened o = zs_open(z, member);
    if (o.status != status || o.error.offset != offset)
        print_error("got %s at %llu, not %s at %llu\n", tg_status_name(o.status), (unsigned long long)o.error.offset,
                    tg_status_name(status), (unsigned long long)offset);
    assert_int_equal(o.status, status);
    assert_int_equal(o.error.offset, offset);
    opened_close(&o);
}

const char zs_program[ZS_PROGRAM] = "MZ this is a program";

void zs_make(zip_sample *s, bool zip64)
{
    memset(s, 0, sizeof *s);
    s->m = gb_base();
    s->z.before = zs_program;
    s->z.before_len = sizeof zs_program;
    s->z.zip64 = zip64;
    s->text = zb_add(&s->z, "readme.txt", "hello", 5);
    s->model = zb_add(&s->z, "model.gguf", s->m->file.data, s->m->file.len);
    s->last = zb_add(&s->z, "last", "x", 1);
    s->text->zip64 = s->model->zip64 = zip64;
    zb_write(&s->z);
}

void zs_free(zip_sample *s)
{
    zb_free(&s->z);
    gb_free(s->m);
}

/* Patches a field, and expects an error. */
void zs_expect_u32(zip_sample *s, uint64_t at, uint32_t value, tg_status status, uint64_t offset)
{
    bytes_put_u32(&s->z.file, at, value);
    zs_expect(&s->z, NULL, status, offset);
    zb_write(&s->z);
}

void zs_put_u16(bytes *b, uint64_t at, uint16_t value)
{
    bytes_put_u8(b, at, (uint8_t)(value & 0xFF));
    bytes_put_u8(b, at + 1, (uint8_t)(value >> 8));
}

void zs_expect_u16(zip_sample *s, uint64_t at, uint16_t value, tg_status status, uint64_t offset)
{
    zs_put_u16(&s->z.file, at, value);
    zs_expect(&s->z, NULL, status, offset);
    zb_write(&s->z);
}

void zs_expect_u64(zip_sample *s, uint64_t at, uint64_t value, tg_status status, uint64_t offset)
{
    bytes_put_u64(&s->z.file, at, value);
    zs_expect(&s->z, NULL, status, offset);
    zb_write(&s->z);
}
