/* SPDX-License-Identifier: MIT */
/* Models in zip archives: which member is meant, what is refused and where, and the same from every source. */
#include "gguf_build.h"
#include "sources.h"
#include "zip_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static tg_options options_for(const char *member)
{
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.member = member;
    return options;
}

/* Opens the archive from every source. */
static opened open_archive(const zb_archive *z, const char *member)
{
    tg_options options = options_for(member);
    return open_everywhere(z->file.data, z->file.len, &options);
}

/* The archive opens as the model in `member`: the numbers and the bytes are those of the model alone. */
static void assert_model(const zb_archive *z, const char *member, const zb_member *in, const gb_model *m)
{
    opened o = open_archive(z, member);
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

static void expect(const zb_archive *z, const char *member, tg_status status, uint64_t offset)
{
    opened o = open_archive(z, member);
    if (o.status != status || o.error.offset != offset)
        print_error("got %s at %llu, not %s at %llu\n", tg_status_name(o.status), (unsigned long long)o.error.offset,
                    tg_status_name(status), (unsigned long long)offset);
    assert_int_equal(o.status, status);
    assert_int_equal(o.error.offset, offset);
    opened_close(&o);
}

/* A program with a text and a model in its archive, as most tests begin. */
typedef struct sample {
    gb_model *m;
    zb_archive z;
    zb_member *text, *model, *last;
} sample;

static const char program[] = "MZ this is a program";

static void sample_make(sample *s, bool zip64)
{
    memset(s, 0, sizeof *s);
    s->m = gb_base();
    s->z.before = program;
    s->z.before_len = sizeof program;
    s->z.zip64 = zip64;
    s->text = zb_add(&s->z, "readme.txt", "hello", 5);
    s->model = zb_add(&s->z, "model.gguf", s->m->file.data, s->m->file.len);
    s->last = zb_add(&s->z, "last", "x", 1);
    s->text->zip64 = s->model->zip64 = zip64;
    zb_write(&s->z);
}

static void sample_free(sample *s)
{
    zb_free(&s->z);
    gb_free(s->m);
}

/* Patches a field, and expects an error. */
static void expect_patched(sample *s, uint64_t at, uint32_t value, tg_status status, uint64_t offset)
{
    bytes_put_u32(&s->z.file, at, value);
    expect(&s->z, NULL, status, offset);
    zb_write(&s->z);
}

static void put_u16(bytes *b, uint64_t at, uint16_t value)
{
    bytes_put_u8(b, at, (uint8_t)(value & 0xFF));
    bytes_put_u8(b, at + 1, (uint8_t)(value >> 8));
}

static void expect_patched_u16(sample *s, uint64_t at, uint16_t value, tg_status status, uint64_t offset)
{
    put_u16(&s->z.file, at, value);
    expect(&s->z, NULL, status, offset);
    zb_write(&s->z);
}

static void expect_patched_u64(sample *s, uint64_t at, uint64_t value, tg_status status, uint64_t offset)
{
    bytes_put_u64(&s->z.file, at, value);
    expect(&s->z, NULL, status, offset);
    zb_write(&s->z);
}

/* ---- Which member ------------------------------------------------------------------------------------- */

static void the_only_model_in_an_archive_is_opened_in_place(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        sample s;
        sample_make(&s, zip64 != 0);
        assert_model(&s.z, NULL, s.model, s.m);
        s.model->padding = 1000; /* as those who align their members write it */
        s.z.comment = 65535;
        zb_write(&s.z);
        assert_model(&s.z, NULL, s.model, s.m);
        s.z.before_len = 0; /* an archive with nothing in front */
        zb_write(&s.z);
        assert_model(&s.z, NULL, s.model, s.m);
        sample_free(&s);
    }
}

static void a_compressed_neighbour_does_no_harm(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    s.text->method = 8;
    s.text->flags = 8;
    zb_write(&s.z);
    assert_model(&s.z, NULL, s.model, s.m);
    sample_free(&s);
}

static void a_model_that_is_named_is_opened_whatever_its_name(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    gb_model *other = gb_rich(3, false);
    zb_member *second = zb_add(&s.z, "other.bin", other->file.data, other->file.len);
    zb_write(&s.z);
    assert_model(&s.z, NULL, s.model, s.m);
    assert_model(&s.z, "model.gguf", s.model, s.m);
    assert_model(&s.z, "other.bin", second, other);
    gb_free(other);
    sample_free(&s);
}

typedef struct names {
    size_t num;
    char text[4][32];
    uint64_t sizes[4];
} names;

static void note_name(void *context, const char *name, size_t len, uint64_t size)
{
    names *n = (names *)context;
    assert_in_range(len, 1, 31);
    assert_true(n->num < 4);
    memcpy(n->text[n->num], name, len);
    n->text[n->num][len] = '\0';
    n->sizes[n->num++] = size;
}

static names names_told(const zb_archive *z, const char *member, tg_status status)
{
    names n;
    tg_options options = options_for(member);
    tg_model *model = NULL;
    memset(&n, 0, sizeof n);
    options.member_seen = note_name;
    options.member_context = &n;
    assert_int_equal(tg_open_memory(z->file.data, z->file.len, &options, &model, NULL), status);
    tg_close(model);
    return n;
}

static void several_models_are_an_error_that_lists_them(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    zb_add(&s.z, "Second.GGUF", s.m->file.data, s.m->file.len - 1);
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_ZIP_SEVERAL, s.model->at.entry);
    names n = names_told(&s.z, NULL, TG_E_ZIP_SEVERAL);
    assert_int_equal(n.num, 2);
    assert_string_equal(n.text[0], "model.gguf");
    assert_string_equal(n.text[1], "Second.GGUF");
    assert_int_equal(n.sizes[1], s.m->file.len - 1);
    assert_model(&s.z, "model.gguf", s.model, s.m);
    assert_int_equal(names_told(&s.z, "model.gguf", TG_OK).num, 0);
    sample_free(&s);
}

static void a_name_that_is_not_there_is_an_error_that_lists_what_is(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    expect(&s.z, "model.ggu", TG_E_ZIP_MEMBER, s.z.at.directory);
    expect(&s.z, "model.gguf2", TG_E_ZIP_MEMBER, s.z.at.directory);
    names n = names_told(&s.z, "", TG_E_ZIP_MEMBER);
    assert_int_equal(n.num, 3);
    assert_string_equal(n.text[0], "readme.txt");
    sample_free(&s);
}

static void a_member_of_what_is_no_archive_is_an_error(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tg_options options = options_for("model.gguf");
    opened o = open_everywhere(m->file.data, m->file.len, &options);
    assert_int_equal(o.status, TG_E_ZIP_MEMBER);
    opened_close(&o);
    gb_free(m);
}

static void a_name_that_occurs_twice_cannot_be_chosen(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    zb_add(&s.z, "model.gguf", s.m->file.data, s.m->file.len);
    zb_write(&s.z);
    expect(&s.z, "model.gguf", TG_E_ZIP_DUPLICATE, s.model->at.entry);
    sample_free(&s);
}

static void an_archive_without_a_model_is_what_its_first_bytes_are(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    s.model->name = "model.bin";
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_MAGIC, 0);
    s.z.num_members = 0;
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_MAGIC, 0);
    sample_free(&s);
}

static void only_a_stored_member_can_be_used(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    s.model->method = 8;
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_ZIP_STORED, s.model->at.entry + 10);
    s.model->method = 0;
    const uint16_t flags[] = {0x0001, 0x0008, 0x0020, 0x0040, 0x2000};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        s.model->flags = flags[i];
        zb_write(&s.z);
        expect(&s.z, NULL, TG_E_ZIP_STORED, s.model->at.entry + 8);
    }
    s.model->flags = 0x0800; /* names in UTF-8 */
    zb_write(&s.z);
    assert_model(&s.z, NULL, s.model, s.m);
    sample_free(&s);
}

static void an_empty_member_is_an_empty_file(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    s.model->len = 0;
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_EMPTY_FILE, s.model->at.data);
    sample_free(&s);
}

static void errors_in_the_model_count_from_its_first_byte(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    bytes_put_u32(&s.z.file, s.model->at.data + s.m->at.version, 9);
    expect(&s.z, NULL, TG_E_VERSION, s.m->at.version);
    zb_write(&s.z);
    s.model->len -= 1; /* the last byte of the tensor belongs to nobody */
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_TENSOR_TRUNCATED, s.m->tensors[0].at.offset);
    sample_free(&s);
}

/* ---- Two models in one file ---------------------------------------------------------------------------- */

static void a_model_with_an_archive_that_names_another_is_refused(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        sample s;
        sample_make(&s, zip64 != 0);
        s.z.before = s.m->file.data;
        s.z.before_len = s.m->file.len;
        zb_write(&s.z);
        expect(&s.z, NULL, TG_E_ZIP_POLYGLOT, s.z.at.directory);
        expect(&s.z, "model.gguf", TG_E_ZIP_POLYGLOT, s.model->at.data);
        sample_free(&s);
    }
}

/* What a lenient program would find counts too. */
static void an_archive_that_only_lenient_programs_find_is_refused_too(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    s.z.before = s.m->file.data;
    s.z.before_len = s.m->file.len;
    zb_write(&s.z);
    bytes_fill(&s.z.file, 7, 'x'); /* bytes behind the end record */
    expect(&s.z, NULL, TG_E_ZIP_POLYGLOT, s.z.at.directory);
    s.z.offset_lie = s.m->file.len; /* offsets that do not count the model in front */
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_ZIP_POLYGLOT, s.z.at.directory);
    s.z.offset_lie = 0;
    s.model->name = "MODEL.GGUF";
    s.model->method = 8;
    s.z.comment = 65535;
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_ZIP_POLYGLOT, s.z.at.directory);
    sample_free(&s);
}

static void a_model_with_any_other_archive_is_a_model_with_bytes_after_it(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    s.z.before = s.m->file.data;
    s.z.before_len = s.m->file.len;
    s.model->name = "model.bin";
    zb_write(&s.z);
    opened o = open_archive(&s.z, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_int_equal(tg_model_num_warnings(o.model), 1);
    assert_int_equal(tg_model_warning(o.model, 0)->status, TG_W_DATA_AFTER);
    opened_close(&o);
    sample_free(&s);
}

static void end_records_without_end_are_no_model(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    bytes file = bytes_copy(&m->file);
    for (int i = 0; i < 8; i++) {
        bytes_raw(&file, "PK\5\6", 4);
        bytes_fill(&file, 18, 0);
    }
    opened o = open_everywhere(file.data, file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    opened_close(&o);
    uint64_t ninth = file.len;
    bytes_raw(&file, "PK\5\6", 4);
    bytes_fill(&file, 18, 0);
    o = open_everywhere(file.data, file.len, NULL);
    assert_int_equal(o.status, TG_E_ZIP_POLYGLOT);
    assert_int_equal(o.error.offset, ninth);
    opened_close(&o);
    bytes_free(&file);
    gb_free(m);
}

/* ---- Archives that lie ------------------------------------------------------------------------------------ */

static void an_end_record_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    uint64_t end = s.z.at.end;
    expect_patched_u16(&s, end + 4, 1, TG_E_ZIP_END, end + 4);
    expect_patched_u16(&s, end + 6, 1, TG_E_ZIP_END, end + 4);
    expect_patched_u16(&s, end + 8, 2, TG_E_ZIP_END, end + 8);
    expect_patched(&s, end + 12, 1, TG_E_ZIP_END, end + 16);
    expect_patched(&s, end + 12, UINT32_MAX, TG_E_ZIP_END, end + 16);
    expect_patched(&s, end + 16, (uint32_t)s.z.at.directory + 1, TG_E_ZIP_END, end + 16);
    expect_patched(&s, end + 16, (uint32_t)s.z.at.directory - 1, TG_E_ZIP_END, end + 16);
    expect_patched(&s, end + 16, UINT32_MAX, TG_E_ZIP_END, end + 16);
    put_u16(&s.z.file, end + 8, 4);
    expect_patched_u16(&s, end + 10, 4, TG_E_ZIP_END, end + 10);
    s.z.offset_lie = s.z.before_len; /* offsets that do not count the program in front */
    zb_write(&s.z);
    expect(&s.z, NULL, TG_E_ZIP_END, s.z.at.end + 16);
    sample_free(&s);
}

static void end_records_of_zip64_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, true);
    uint64_t big = s.z.at.zip64_end, locator = s.z.at.locator, end = s.z.at.end;
    expect_patched(&s, locator + 4, 1, TG_E_ZIP_END, locator);
    expect_patched_u64(&s, locator + 8, big - 1, TG_E_ZIP_END, locator);
    expect_patched(&s, locator + 16, 2, TG_E_ZIP_END, locator);
    expect_patched(&s, big, 0, TG_E_ZIP_END, big);
    expect_patched_u64(&s, big + 4, 45, TG_E_ZIP_END, big);
    expect_patched(&s, big + 16, 1, TG_E_ZIP_END, big);
    expect_patched(&s, big + 20, 1, TG_E_ZIP_END, big);
    expect_patched_u64(&s, big + 24, 4, TG_E_ZIP_END, big);
    expect_patched_u64(&s, big + 40, UINT64_MAX, TG_E_ZIP_END, end + 16);
    expect_patched_u64(&s, big + 48, s.z.at.directory + 1, TG_E_ZIP_END, end + 16);
    expect_patched(&s, end + 12, 5, TG_E_ZIP_END, big + 32);
    expect_patched(&s, end + 16, 5, TG_E_ZIP_END, big + 32);
    put_u16(&s.z.file, end + 8, 2);
    expect_patched_u16(&s, end + 10, 2, TG_E_ZIP_END, big + 32);
    bytes_put_u64(&s.z.file, big + 24, UINT64_MAX);
    expect_patched_u64(&s, big + 32, UINT64_MAX, TG_E_ZIP_END, end + 10);
    sample_free(&s);
}

static void a_directory_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    uint64_t first = s.text->at.entry, last = s.last->at.entry;
    expect_patched(&s, first, 0, TG_E_ZIP_DIRECTORY, first);
    expect_patched_u16(&s, last + 28, 5, TG_E_ZIP_DIRECTORY, last + 28);
    expect_patched_u16(&s, last + 30, 1, TG_E_ZIP_DIRECTORY, last + 28);
    expect_patched_u16(&s, last + 32, 1, TG_E_ZIP_DIRECTORY, last + 28);
    expect_patched_u16(&s, first + 34, 1, TG_E_ZIP_DIRECTORY, first + 34);
    expect_patched(&s, first + 20, 4, TG_E_ZIP_DIRECTORY, first + 20);
    bytes_put_u8(&s.z.file, s.text->at.name + 3, 0);
    expect(&s.z, NULL, TG_E_ZIP_DIRECTORY, first + 46);
    zb_write(&s.z);
    put_u16(&s.z.file, s.z.at.end + 8, 2); /* an entry too many */
    expect_patched_u16(&s, s.z.at.end + 10, 2, TG_E_ZIP_DIRECTORY, last);
    sample_free(&s);
}

static void extra_fields_of_zip64_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, true);
    uint64_t entry = s.model->at.entry, extra = s.model->at.entry_zip64, behind_name = s.model->at.name + 10;
    expect_patched_u16(&s, extra - 2, 23, TG_E_ZIP_DIRECTORY, behind_name);
    expect_patched_u16(&s, extra - 2, 25, TG_E_ZIP_DIRECTORY, behind_name);
    expect_patched_u16(&s, extra - 4, 2, TG_E_ZIP_DIRECTORY, behind_name);
    expect_patched_u64(&s, extra, UINT64_MAX, TG_E_ZIP_DIRECTORY, entry + 20);
    expect_patched_u64(&s, extra + 16, UINT64_MAX, TG_E_ZIP_RANGE, entry + 42);
    bytes_put_u64(&s.z.file, extra, UINT64_MAX - 40);
    expect_patched_u64(&s, extra + 8, UINT64_MAX - 40, TG_E_ZIP_RANGE, entry + 42);
    expect_patched_u64(&s, s.model->at.local_zip64, 1, TG_E_ZIP_LOCAL, s.model->at.local + 18);
    expect_patched_u64(&s, s.model->at.local_zip64 + 8, 1, TG_E_ZIP_LOCAL, s.model->at.local + 18);
    expect_patched_u16(&s, s.model->at.local_zip64 - 2, 8, TG_E_ZIP_LOCAL, s.model->at.local + 28);
    sample_free(&s);
}

static void a_member_outside_of_the_file_is_refused(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    uint64_t last = s.last->at.entry;
    /* Exactly to the directory is inside; one byte more is not. */
    expect_patched(&s, last + 42, (uint32_t)s.last->at.local + 1, TG_E_ZIP_RANGE, last + 42);
    expect_patched(&s, last + 42, UINT32_MAX - 1, TG_E_ZIP_RANGE, last + 42);
    bytes_put_u32(&s.z.file, last + 20, 2);
    expect_patched(&s, last + 24, 2, TG_E_ZIP_RANGE, last + 42);
    sample_free(&s);
}

static void members_that_overlap_are_refused(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    uint64_t last = s.last->at.entry, model = s.model->at.entry;
    expect_patched(&s, last + 42, (uint32_t)s.last->at.local - 1, TG_E_ZIP_OVERLAP, last + 42);
    expect_patched(&s, last + 42, (uint32_t)s.model->at.local, TG_E_ZIP_OVERLAP, last + 42);
    expect_patched(&s, model + 42, (uint32_t)s.text->at.local, TG_E_ZIP_OVERLAP, model + 42);
    sample_free(&s);
}

/* The extra fields of the header in front are not in the directory: they may push the bytes into the next member. */
static void a_member_that_ends_in_the_next_is_refused(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    uint64_t local = s.model->at.local;
    expect_patched_u16(&s, local + 28, 1, TG_E_ZIP_LOCAL, local + 28);
    s.model->padding = 8;
    s.model->len -= 1;
    zb_write(&s.z);
    bytes_put_u32(&s.z.file, local + 18, (uint32_t)s.model->len + 1);
    bytes_put_u32(&s.z.file, local + 22, (uint32_t)s.model->len + 1);
    bytes_put_u32(&s.z.file, s.model->at.entry + 20, (uint32_t)s.model->len + 1);
    expect_patched(&s, s.model->at.entry + 24, (uint32_t)s.model->len + 1, TG_E_ZIP_RANGE, local + 18);
    sample_free(&s);
}

static void a_header_in_front_that_says_something_else_is_refused(void **state)
{
    (void)state;
    sample s;
    sample_make(&s, false);
    uint64_t local = s.model->at.local;
    expect_patched(&s, local, 0, TG_E_ZIP_LOCAL, local);
    expect_patched_u16(&s, local + 6, 0x0800, TG_E_ZIP_LOCAL, local + 6);
    expect_patched_u16(&s, local + 8, 8, TG_E_ZIP_LOCAL, local + 6);
    expect_patched(&s, local + 14, 0, TG_E_ZIP_LOCAL, local + 6);
    expect_patched(&s, local + 18, 1, TG_E_ZIP_LOCAL, local + 18);
    expect_patched(&s, local + 22, 1, TG_E_ZIP_LOCAL, local + 18);
    expect_patched_u16(&s, local + 26, 9, TG_E_ZIP_LOCAL, local + 26);
    expect_patched_u16(&s, local + 26, UINT16_MAX, TG_E_ZIP_LOCAL, local + 26);
    bytes_put_u8(&s.z.file, local + 30, 'M');
    expect(&s.z, NULL, TG_E_ZIP_LOCAL, local + 26);
    sample_free(&s);
}

static void a_directory_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    const size_t limit = 1 << 20;
    for (int over = 0; over < 2; over++) {
        bytes file = bytes_new(false);
        bytes_raw(&file, program, sizeof program);
        uint64_t start = file.len;
        bytes_raw(&file, "PK\1\2", 4);
        bytes_fill(&file, limit - 4 + (size_t)over, 0);
        uint64_t end = file.len;
        bytes_raw(&file, "PK\5\6\0\0\0\0\0\0\0\0", 12);
        bytes_u32(&file, (uint32_t)(end - start));
        bytes_u32(&file, (uint32_t)start);
        bytes_u16(&file, 0);
        opened o = open_everywhere(file.data, file.len, NULL);
        assert_int_equal(o.status, over != 0 ? TG_E_LIMIT_ZIP : TG_E_ZIP_DIRECTORY);
        assert_int_equal(o.error.offset, over != 0 ? end + 12 : start);
        opened_close(&o);
        bytes_free(&file);
    }
}

/* In front of such a directory, a model: nobody knows what it names. */
static void a_model_before_a_directory_too_large_to_follow_is_refused(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    bytes file = bytes_copy(&m->file);
    uint64_t start = file.len;
    for (int i = 0; i < 20; i++) { /* entries of the largest kind, without names */
        bytes_raw(&file, "PK\1\2", 4);
        bytes_fill(&file, 26, 0);
        bytes_u16(&file, UINT16_MAX);
        bytes_fill(&file, 14 + UINT16_MAX, 0);
    }
    uint64_t end = file.len;
    bytes_raw(&file, "PK\5\6\0\0\0\0\0\0\0\0", 12);
    bytes_u32(&file, (uint32_t)(end - start));
    bytes_u32(&file, (uint32_t)start);
    bytes_u16(&file, 0);
    opened o = open_everywhere(file.data, file.len, NULL);
    assert_int_equal(o.status, TG_E_LIMIT_ZIP);
    assert_int_equal(o.error.offset, start);
    opened_close(&o);
    bytes_free(&file);
    gb_free(m);
}

/* Every prefix of an archive, and every byte of its records changed, gets a verdict. */
static void damaged_archives_get_a_verdict(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        sample s;
        sample_make(&s, zip64 != 0);
        for (size_t len = 0; len < s.z.file.len; len++) {
            tg_model *model = NULL;
            assert_int_not_equal(tg_open_memory(s.z.file.data, len, NULL, &model, NULL), TG_OK);
        }
        static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
        for (size_t at = 0; at < s.z.file.len; at++) {
            for (size_t i = 0; i < sizeof values; i++) {
                bytes copy = bytes_copy(&s.z.file);
                tg_model *model = NULL;
                bytes_put_u8(&copy, at, values[i]);
                (void)tg_open_memory(copy.data, copy.len, NULL, &model, NULL);
                tg_close(model);
                bytes_free(&copy);
            }
        }
        sample_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_model_in_an_archive_is_opened_in_place),
        cmocka_unit_test(a_compressed_neighbour_does_no_harm),
        cmocka_unit_test(a_model_that_is_named_is_opened_whatever_its_name),
        cmocka_unit_test(several_models_are_an_error_that_lists_them),
        cmocka_unit_test(a_name_that_is_not_there_is_an_error_that_lists_what_is),
        cmocka_unit_test(a_member_of_what_is_no_archive_is_an_error),
        cmocka_unit_test(a_name_that_occurs_twice_cannot_be_chosen),
        cmocka_unit_test(an_archive_without_a_model_is_what_its_first_bytes_are),
        cmocka_unit_test(only_a_stored_member_can_be_used),
        cmocka_unit_test(an_empty_member_is_an_empty_file),
        cmocka_unit_test(errors_in_the_model_count_from_its_first_byte),
        cmocka_unit_test(a_model_with_an_archive_that_names_another_is_refused),
        cmocka_unit_test(an_archive_that_only_lenient_programs_find_is_refused_too),
        cmocka_unit_test(a_model_with_any_other_archive_is_a_model_with_bytes_after_it),
        cmocka_unit_test(end_records_without_end_are_no_model),
        cmocka_unit_test(an_end_record_that_does_not_fit_is_refused),
        cmocka_unit_test(end_records_of_zip64_that_do_not_fit_are_refused),
        cmocka_unit_test(a_directory_that_contradicts_itself_is_refused),
        cmocka_unit_test(extra_fields_of_zip64_that_do_not_fit_are_refused),
        cmocka_unit_test(a_member_outside_of_the_file_is_refused),
        cmocka_unit_test(members_that_overlap_are_refused),
        cmocka_unit_test(a_member_that_ends_in_the_next_is_refused),
        cmocka_unit_test(a_header_in_front_that_says_something_else_is_refused),
        cmocka_unit_test(a_directory_beyond_the_limit_is_refused),
        cmocka_unit_test(a_model_before_a_directory_too_large_to_follow_is_refused),
        cmocka_unit_test(damaged_archives_get_a_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
