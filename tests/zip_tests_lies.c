/* SPDX-License-Identifier: MIT */
/* Zip archives that lie: what is refused, and where. */
#include "zip_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- Archives that lie ------------------------------------------------------------------------------------ */

static void an_end_record_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    uint64_t end = s.z.at.end;
    zs_expect_u16(&s, end + 4, 1, TG_E_ZIP_END, end + 4);
    zs_expect_u16(&s, end + 6, 1, TG_E_ZIP_END, end + 4);
    zs_expect_u16(&s, end + 8, 2, TG_E_ZIP_END, end + 8);
    zs_expect_u32(&s, end + 12, 1, TG_E_ZIP_END, end + 16);
    zs_expect_u32(&s, end + 12, UINT32_MAX, TG_E_ZIP_END, end + 16);
    zs_expect_u32(&s, end + 16, (uint32_t)s.z.at.directory + 1, TG_E_ZIP_END, end + 16);
    zs_expect_u32(&s, end + 16, (uint32_t)s.z.at.directory - 1, TG_E_ZIP_END, end + 16);
    zs_expect_u32(&s, end + 16, UINT32_MAX, TG_E_ZIP_END, end + 16);
    zs_put_u16(&s.z.file, end + 8, 4);
    zs_expect_u16(&s, end + 10, 4, TG_E_ZIP_END, end + 10);
    s.z.offset_lie = s.z.before_len; /* offsets that do not count the program in front */
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_ZIP_END, s.z.at.end + 16);
    zs_free(&s);
}

static void end_records_of_zip64_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, true);
    uint64_t big = s.z.at.zip64_end, locator = s.z.at.locator, end = s.z.at.end;
    zs_expect_u32(&s, locator + 4, 1, TG_E_ZIP_END, locator);
    zs_expect_u64(&s, locator + 8, big - 1, TG_E_ZIP_END, locator);
    zs_expect_u32(&s, locator + 16, 2, TG_E_ZIP_END, locator);
    zs_expect_u32(&s, big, 0, TG_E_ZIP_END, big);
    zs_expect_u64(&s, big + 4, 45, TG_E_ZIP_END, big);
    zs_expect_u32(&s, big + 16, 1, TG_E_ZIP_END, big);
    zs_expect_u32(&s, big + 20, 1, TG_E_ZIP_END, big);
    zs_expect_u64(&s, big + 24, 4, TG_E_ZIP_END, big);
    zs_expect_u64(&s, big + 40, UINT64_MAX, TG_E_ZIP_END, end + 16);
    zs_expect_u64(&s, big + 48, s.z.at.directory + 1, TG_E_ZIP_END, end + 16);
    zs_expect_u32(&s, end + 12, 5, TG_E_ZIP_END, big + 32);
    zs_expect_u32(&s, end + 16, 5, TG_E_ZIP_END, big + 32);
    zs_put_u16(&s.z.file, end + 8, 2);
    zs_expect_u16(&s, end + 10, 2, TG_E_ZIP_END, big + 32);
    bytes_put_u64(&s.z.file, big + 24, UINT64_MAX);
    zs_expect_u64(&s, big + 32, UINT64_MAX, TG_E_ZIP_END, end + 10);
    zs_free(&s);
}

static void a_directory_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    uint64_t first = s.text->at.entry, last = s.last->at.entry;
    zs_expect_u32(&s, first, 0, TG_E_ZIP_DIRECTORY, first);
    zs_expect_u16(&s, last + 28, 5, TG_E_ZIP_DIRECTORY, last + 28);
    zs_expect_u16(&s, last + 30, 1, TG_E_ZIP_DIRECTORY, last + 28);
    zs_expect_u16(&s, last + 32, 1, TG_E_ZIP_DIRECTORY, last + 28);
    zs_expect_u16(&s, first + 34, 1, TG_E_ZIP_DIRECTORY, first + 34);
    zs_expect_u32(&s, first + 20, 4, TG_E_ZIP_DIRECTORY, first + 20);
    bytes_put_u8(&s.z.file, s.text->at.name + 3, 0);
    zs_expect(&s.z, NULL, TG_E_ZIP_DIRECTORY, first + 46);
    zb_write(&s.z);
    zs_put_u16(&s.z.file, s.z.at.end + 8, 2); /* an entry too many */
    zs_expect_u16(&s, s.z.at.end + 10, 2, TG_E_ZIP_DIRECTORY, last);
    zs_free(&s);
}

static void extra_fields_of_zip64_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, true);
    uint64_t entry = s.model->at.entry, extra = s.model->at.entry_zip64, behind_name = s.model->at.name + 10;
    zs_expect_u16(&s, extra - 2, 23, TG_E_ZIP_DIRECTORY, behind_name);
    zs_expect_u16(&s, extra - 2, 25, TG_E_ZIP_DIRECTORY, behind_name);
    zs_expect_u16(&s, extra - 4, 2, TG_E_ZIP_DIRECTORY, behind_name);
    zs_expect_u64(&s, extra, UINT64_MAX, TG_E_ZIP_DIRECTORY, entry + 20);
    zs_expect_u64(&s, extra + 16, UINT64_MAX, TG_E_ZIP_RANGE, entry + 42);
    bytes_put_u64(&s.z.file, extra, UINT64_MAX - 40);
    zs_expect_u64(&s, extra + 8, UINT64_MAX - 40, TG_E_ZIP_RANGE, entry + 42);
    zs_expect_u64(&s, s.model->at.local_zip64, 1, TG_E_ZIP_LOCAL, s.model->at.local + 18);
    zs_expect_u64(&s, s.model->at.local_zip64 + 8, 1, TG_E_ZIP_LOCAL, s.model->at.local + 18);
    zs_expect_u16(&s, s.model->at.local_zip64 - 2, 8, TG_E_ZIP_LOCAL, s.model->at.local + 28);
    zs_free(&s);
}

static void a_member_outside_of_the_file_is_refused(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    uint64_t last = s.last->at.entry;
    /* Exactly to the directory is inside; one byte more is not. */
    zs_expect_u32(&s, last + 42, (uint32_t)s.last->at.local + 1, TG_E_ZIP_RANGE, last + 42);
    zs_expect_u32(&s, last + 42, UINT32_MAX - 1, TG_E_ZIP_RANGE, last + 42);
    bytes_put_u32(&s.z.file, last + 20, 2);
    zs_expect_u32(&s, last + 24, 2, TG_E_ZIP_RANGE, last + 42);
    zs_free(&s);
}

static void members_that_overlap_are_refused(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    uint64_t last = s.last->at.entry, model = s.model->at.entry;
    zs_expect_u32(&s, last + 42, (uint32_t)s.last->at.local - 1, TG_E_ZIP_OVERLAP, last + 42);
    zs_expect_u32(&s, last + 42, (uint32_t)s.model->at.local, TG_E_ZIP_OVERLAP, last + 42);
    zs_expect_u32(&s, model + 42, (uint32_t)s.text->at.local, TG_E_ZIP_OVERLAP, model + 42);
    zs_free(&s);
}

/* The extra fields of the header in front are not in the directory: they may push the bytes into the next member. */
static void a_member_that_ends_in_the_next_is_refused(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    uint64_t local = s.model->at.local;
    zs_expect_u16(&s, local + 28, 1, TG_E_ZIP_LOCAL, local + 28);
    s.model->padding = 8;
    s.model->len -= 1;
    zb_write(&s.z);
    bytes_put_u32(&s.z.file, local + 18, (uint32_t)s.model->len + 1);
    bytes_put_u32(&s.z.file, local + 22, (uint32_t)s.model->len + 1);
    bytes_put_u32(&s.z.file, s.model->at.entry + 20, (uint32_t)s.model->len + 1);
    zs_expect_u32(&s, s.model->at.entry + 24, (uint32_t)s.model->len + 1, TG_E_ZIP_RANGE, local + 18);
    zs_free(&s);
}

static void a_header_in_front_that_says_something_else_is_refused(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    uint64_t local = s.model->at.local;
    zs_expect_u32(&s, local, 0, TG_E_ZIP_LOCAL, local);
    zs_expect_u16(&s, local + 6, 0x0800, TG_E_ZIP_LOCAL, local + 6);
    zs_expect_u16(&s, local + 8, 8, TG_E_ZIP_LOCAL, local + 6);
    zs_expect_u32(&s, local + 14, 0, TG_E_ZIP_LOCAL, local + 6);
    zs_expect_u32(&s, local + 18, 1, TG_E_ZIP_LOCAL, local + 18);
    zs_expect_u32(&s, local + 22, 1, TG_E_ZIP_LOCAL, local + 18);
    zs_expect_u16(&s, local + 26, 9, TG_E_ZIP_LOCAL, local + 26);
    zs_expect_u16(&s, local + 26, UINT16_MAX, TG_E_ZIP_LOCAL, local + 26);
    bytes_put_u8(&s.z.file, local + 30, 'M');
    zs_expect(&s.z, NULL, TG_E_ZIP_LOCAL, local + 26);
    zs_free(&s);
}

static void a_directory_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    const size_t limit = 1 << 20;
    for (int over = 0; over < 2; over++) {
        bytes file = bytes_new(false);
        bytes_raw(&file, zs_program, ZS_PROGRAM);
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
        zip_sample s;
        zs_make(&s, zip64 != 0);
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
        zs_free(&s);
    }
}

/* Only an end record whose comment ends with the file counts: bytes behind it make it nothing. */
static void an_end_record_inside_the_file_is_none(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    bytes_u8(&s.z.file, 0);
    zs_expect(&s.z, NULL, TG_E_MAGIC, 0);
    zb_write(&s.z);
    zs_put_u16(&s.z.file, s.z.at.end + 20, 1);
    zs_expect(&s.z, NULL, TG_E_MAGIC, 0);
    zs_free(&s);
}

/* Records with nothing in front of them, where the records of zip64 would be. */
static void end_records_at_the_start_of_the_file_are_refused(void **state)
{
    (void)state;
    for (size_t before = 0; before < 2; before++) {
        bytes file = bytes_new(false);
        bytes_fill(&file, before * 19, 0);
        bytes_raw(&file, "PK\5\6", 4);
        bytes_fill(&file, 18, 0);
        opened o = open_everywhere(file.data, file.len, NULL);
        assert_int_equal(o.status, before == 0 ? TG_E_MAGIC : TG_E_ZIP_END);
        assert_int_equal(o.error.offset, before == 0 ? 0 : 19 + 16);
        opened_close(&o);
        bytes_free(&file);
    }
    for (size_t before = 0; before < 57;
         before += 55) { /* a locator with no room, and with too little, for its record */
        bytes file = bytes_new(false);
        bytes_fill(&file, before, 0);
        bytes_raw(&file, "PK\6\7", 4);
        bytes_fill(&file, 16, 0);
        bytes_raw(&file, "PK\5\6", 4);
        bytes_fill(&file, 18, 0);
        opened o = open_everywhere(file.data, file.len, NULL);
        assert_int_equal(o.status, TG_E_ZIP_END);
        assert_int_equal(o.error.offset, before);
        opened_close(&o);
        bytes_free(&file);
    }
}

int zip_tests_lies(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_record_inside_the_file_is_none),
        cmocka_unit_test(end_records_at_the_start_of_the_file_are_refused),
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
    return cmocka_run_group_tests_name("zip archives that lie", tests, NULL, NULL);
}
