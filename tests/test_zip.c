/* SPDX-License-Identifier: MIT */
/* Models in zip archives: which member is meant, and the same from every source. */
#include "zip_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- Which member ------------------------------------------------------------------------------------- */

static void the_only_model_in_an_archive_is_opened_in_place(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        zip_sample s;
        zs_make(&s, zip64 != 0);
        zs_assert_model(&s.z, NULL, s.model, s.m);
        s.model->padding = 1000; /* as those who align their members write it */
        s.z.comment = 65535;
        zb_write(&s.z);
        zs_assert_model(&s.z, NULL, s.model, s.m);
        s.z.before_len = 0; /* an archive with nothing in front */
        zb_write(&s.z);
        zs_assert_model(&s.z, NULL, s.model, s.m);
        zs_free(&s);
    }
}

static void a_compressed_neighbour_does_no_harm(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    s.text->method = 8;
    s.text->flags = 8;
    zb_write(&s.z);
    zs_assert_model(&s.z, NULL, s.model, s.m);
    zs_free(&s);
}

static void a_model_that_is_named_is_opened_whatever_its_name(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    gb_model *other = gb_rich(3, false);
    zb_member *second = zb_add(&s.z, "other.bin", other->file.data, other->file.len);
    zb_write(&s.z);
    zs_assert_model(&s.z, NULL, s.model, s.m);
    zs_assert_model(&s.z, "model.gguf", s.model, s.m);
    zs_assert_model(&s.z, "other.bin", second, other);
    gb_free(other);
    zs_free(&s);
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
    tg_options options = zs_options(member);
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
    zip_sample s;
    zs_make(&s, false);
    zb_add(&s.z, "Second.GGUF", s.m->file.data, s.m->file.len - 1);
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_ZIP_SEVERAL, s.model->at.entry);
    names n = names_told(&s.z, NULL, TG_E_ZIP_SEVERAL);
    assert_int_equal(n.num, 2);
    assert_string_equal(n.text[0], "model.gguf");
    assert_string_equal(n.text[1], "Second.GGUF");
    assert_int_equal(n.sizes[1], s.m->file.len - 1);
    zs_assert_model(&s.z, "model.gguf", s.model, s.m);
    assert_int_equal(names_told(&s.z, "model.gguf", TG_OK).num, 0);
    zs_free(&s);
}

static void a_name_that_is_not_there_is_an_error_that_lists_what_is(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    zs_expect(&s.z, "model.ggu", TG_E_ZIP_MEMBER, s.z.at.directory);
    zs_expect(&s.z, "model.gguf2", TG_E_ZIP_MEMBER, s.z.at.directory);
    names n = names_told(&s.z, "", TG_E_ZIP_MEMBER);
    assert_int_equal(n.num, 3);
    assert_string_equal(n.text[0], "readme.txt");
    zs_free(&s);
}

static void a_member_of_what_is_no_archive_is_an_error(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tg_options options = zs_options("model.gguf");
    opened o = open_everywhere(m->file.data, m->file.len, &options);
    assert_int_equal(o.status, TG_E_ZIP_MEMBER);
    opened_close(&o);
    gb_free(m);
}

static void a_name_that_occurs_twice_cannot_be_chosen(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    zb_add(&s.z, "model.gguf", s.m->file.data, s.m->file.len);
    zb_write(&s.z);
    zs_expect(&s.z, "model.gguf", TG_E_ZIP_DUPLICATE, s.model->at.entry);
    zs_free(&s);
}

static void an_archive_without_a_model_is_what_its_first_bytes_are(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    s.model->name = "model.bin";
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_MAGIC, 0);
    s.z.num_members = 0;
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_MAGIC, 0);
    zs_free(&s);
}

static void only_a_stored_member_can_be_used(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    s.model->method = 8;
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_ZIP_STORED, s.model->at.entry + 10);
    s.model->method = 0;
    const uint16_t flags[] = {0x0001, 0x0008, 0x0020, 0x0040, 0x2000};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        s.model->flags = flags[i];
        zb_write(&s.z);
        zs_expect(&s.z, NULL, TG_E_ZIP_STORED, s.model->at.entry + 8);
    }
    s.model->flags = 0x0800; /* names in UTF-8 */
    zb_write(&s.z);
    zs_assert_model(&s.z, NULL, s.model, s.m);
    zs_free(&s);
}

static void an_empty_member_is_an_empty_file(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    s.model->len = 0;
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_EMPTY_FILE, s.model->at.data);
    zs_free(&s);
}

static void errors_in_the_model_count_from_its_first_byte(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    bytes_put_u32(&s.z.file, s.model->at.data + s.m->at.version, 9);
    zs_expect(&s.z, NULL, TG_E_VERSION, s.m->at.version);
    zb_write(&s.z);
    s.model->len -= 1; /* the last byte of the tensor belongs to nobody */
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_TENSOR_TRUNCATED, s.m->tensors[0].at.offset);
    zs_free(&s);
}

/* ---- Two models in one file ---------------------------------------------------------------------------- */

static void a_model_with_an_archive_that_names_another_is_refused(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        zip_sample s;
        zs_make(&s, zip64 != 0);
        s.z.before = s.m->file.data;
        s.z.before_len = s.m->file.len;
        zb_write(&s.z);
        zs_expect(&s.z, NULL, TG_E_ZIP_POLYGLOT, s.z.at.directory);
        zs_expect(&s.z, "model.gguf", TG_E_ZIP_POLYGLOT, s.model->at.data);
        zs_free(&s);
    }
}

/* What a lenient program would find counts too. */
static void an_archive_that_only_lenient_programs_find_is_refused_too(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    s.z.before = s.m->file.data;
    s.z.before_len = s.m->file.len;
    zb_write(&s.z);
    bytes_fill(&s.z.file, 7, 'x'); /* bytes behind the end record */
    zs_expect(&s.z, NULL, TG_E_ZIP_POLYGLOT, s.z.at.directory);
    s.z.offset_lie = s.m->file.len; /* offsets that do not count the model in front */
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_ZIP_POLYGLOT, s.z.at.directory);
    s.z.offset_lie = 0;
    s.model->name = "MODEL.GGUF";
    s.model->method = 8;
    s.z.comment = 65535;
    zb_write(&s.z);
    zs_expect(&s.z, NULL, TG_E_ZIP_POLYGLOT, s.z.at.directory);
    zs_free(&s);
}

static void a_model_with_any_other_archive_is_a_model_with_bytes_after_it(void **state)
{
    (void)state;
    zip_sample s;
    zs_make(&s, false);
    s.z.before = s.m->file.data;
    s.z.before_len = s.m->file.len;
    s.model->name = "model.bin";
    zb_write(&s.z);
    opened o = zs_open(&s.z, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_int_equal(tg_model_num_warnings(o.model), 1);
    assert_int_equal(tg_model_warning(o.model, 0)->status, TG_W_DATA_AFTER);
    opened_close(&o);
    zs_free(&s);
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
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + zip_tests_lies() != 0;
}
