/* SPDX-License-Identifier: MIT */
/* Split GGUF: whole sets, and sets that are spoilt in one place. */
#include "set_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Split GGUF ------------------------------------------------------------------------------------------ */

static void the_first_part_opens_the_set(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    tg_model *model = ASSERT_OPENS(&f, SB_FIRST, 0, 3, 0);
    assert_int_equal(tg_model_num_tensors(model), 6);
    assert_int_equal(tg_model_num_keys(model), 4); /* those of the first */
    assert_string_equal(tg_model_file(model, 2)->name, sb_name(2, 3));
    assert_int_equal(tg_model_find_tensor(model, "b2")->file, 2);
    assert_null(tg_model_file(model, TG_FILE_INDEX));
    const tg_set *set = tg_model_set(model);
    assert_non_null(set);
    assert_int_equal(set->kind, TG_SET_SPLIT_GGUF);
    assert_int_equal(set->num_files, 3);
    assert_true(set->whole);
    assert_usable(model);
    tg_close(model);
    tempfolder_remove(&f);
}

static void a_part_alone_is_one_file_with_a_warning(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    gb_model *m = sb_part(1, 3);
    assert_warned(&f, sb_name(1, 3), TG_W_PART, 0, m->keys[sb_key(1, SB_NO)].value.at.value, 1);
    tg_model *model = ASSERT_OPENS(&f, SB_FIRST, TG_SINGLE_FILE, 1, 1);
    assert_usable(model);
    tg_close(model);
    /* What the others hold does not matter. */
    tempfolder_delete(&f, SB_FIRST);
    model = ASSERT_OPENS(&f, sb_name(1, 3), 0, 1, 1);
    const tg_set *set = tg_model_set(model);
    assert_non_null(set);
    assert_false(set->whole);
    assert_int_equal(set->num_files, 3);
    assert_int_equal(set->number, 1);
    tg_close(model);
    /* The same from other sources. */
    EXPECT_WARNED(m, NULL, TG_W_PART, m->keys[sb_key(1, SB_NO)].value.at.value, sb_key(1, SB_NO), 1, 3, 1);
    gb_free(m);
    tempfolder_remove(&f);
}

static void a_count_of_0_or_1_is_one_file(void **state)
{
    (void)state;
    gb_model *m = sb_part(0, 1);
    EXPECT_CLEAN(m, NULL);
    sb_set(m, 0, SB_COUNT, gb_number(GB_U16, 0));
    EXPECT_CLEAN(m, NULL);
    sb_set(m, 0, SB_NO, gb_number(GB_U16, 7));
    EXPECT_CLEAN(m, NULL);
    gb_free(m);
}

static void split_keys_have_their_types(void **state)
{
    (void)state;
    static const unsigned types[] = {GB_U8, GB_U32, GB_I16, GB_U64, GB_BOOL};
    for (unsigned which = SB_NO; which <= SB_TENSORS; which++) {
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
            gb_model *m = sb_part(1, 3);
            sb_set(m, 1, which, gb_number(types[i], 1));
            EXPECT_REJECTED(m, NULL, TG_E_SPLIT_TYPE, m->keys[sb_key(1, which)].at.length, sb_key(1, which), 0, 0);
            gb_free(m);
        }
        gb_model *m = sb_part(1, 3);
        sb_set(m, 1, which, gb_string("1"));
        EXPECT_REJECTED(m, NULL, TG_E_SPLIT_TYPE, m->keys[sb_key(1, which)].at.length, sb_key(1, which), 0, 0);
        gb_free(m);
    }
}

static void split_keys_come_together_and_agree(void **state)
{
    (void)state;
    for (unsigned which = SB_NO; which <= SB_TENSORS; which += SB_TENSORS) {
        gb_model *m = sb_part(1, 3);
        gb_set_key_name(m, sb_key(1, which), GB_LIT("other"));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_SPLIT_KEY, m->keys[sb_key(1, SB_COUNT)].at.length, sb_key(1, SB_COUNT), 0, 0);
        gb_free(m);
    }
    gb_model *m = sb_part(2, 3);
    EXPECT_WARNED(m, NULL, TG_W_PART, ANY, ANY, 2, 3, 1);
    sb_set(m, 2, SB_NO, gb_number(GB_U16, 3));
    EXPECT_REJECTED(m, NULL, TG_E_SPLIT_NUMBER, m->keys[sb_key(2, SB_NO)].value.at.value, sb_key(2, SB_NO), 3, 2);
    gb_free(m);
    static const int32_t tensors[] = {1, 0, -1, INT32_MIN};
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++) {
        m = sb_part(2, 3);
        sb_set(m, 2, SB_TENSORS, gb_number(GB_I32, (uint32_t)tensors[i]));
        EXPECT_REJECTED(m, NULL, TG_E_SPLIT_TENSORS, m->keys[sb_key(2, SB_TENSORS)].value.at.value,
                        sb_key(2, SB_TENSORS), ANY, 2);
        gb_free(m);
    }
}

static void a_missing_part_is_named(void **state)
{
    (void)state;
    for (unsigned missing = 1; missing < 3; missing++) {
        tempfolder f = tempfolder_new();
        sb_put_split(&f, 3);
        tempfolder_delete(&f, sb_name(missing, 3));
        ASSERT_REJECTED(&f, SB_FIRST, TG_E_PART_MISSING, missing, sb_name(missing, 3), 0);
        tempfolder_remove(&f);
    }
}

/* Puts `m` in the place of part `number`, which must be refused there. */
static void wrong_part(unsigned number, gb_model *m, tg_status status, uint64_t offset)
{
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    tempfolder_put(&f, sb_name(number, 3), &m->file);
    ASSERT_REJECTED(&f, SB_FIRST, status, number, sb_name(number, 3), offset);
    tempfolder_remove(&f);
    gb_free(m);
}

static uint64_t value_at(const gb_model *m, size_t key)
{
    return m->keys[key].value.at.value;
}

static void a_duplicated_renumbered_or_foreign_part_is_named(void **state)
{
    (void)state;
    gb_model *m = sb_part(1, 3); /* the second part twice */
    wrong_part(2, m, TG_E_SPLIT_FOREIGN, value_at(m, sb_key(1, SB_NO)));
    m = sb_part(0, 3); /* the first part again */
    wrong_part(1, m, TG_E_SPLIT_FOREIGN, value_at(m, sb_key(0, SB_NO)));
    m = sb_part(1, 4); /* of a set of four */
    wrong_part(1, m, TG_E_SPLIT_FOREIGN, value_at(m, sb_key(1, SB_COUNT)));
    m = sb_part(1, 3); /* of a set with another number of tensors */
    sb_set(m, 1, SB_TENSORS, gb_number(GB_I32, 7));
    wrong_part(1, m, TG_E_SPLIT_FOREIGN, value_at(m, sb_key(1, SB_TENSORS)));
    m = gb_base(); /* of no set */
    wrong_part(1, m, TG_E_SPLIT_FOREIGN, 0);
}

static void a_part_is_of_the_format_and_byte_order_of_the_first(void **state)
{
    (void)state;
    gb_model *m = sb_part(1, 3);
    m->big_endian = true;
    gb_write(m);
    wrong_part(1, m, TG_E_PART_FORMAT, 0);
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    st_file other = st_make("{}", 0);
    tempfolder_put(&f, sb_name(1, 3), &other.file);
    ASSERT_REJECTED(&f, SB_FIRST, TG_E_PART_FORMAT, 1, sb_name(1, 3), 0);
    st_free(&other);
    tempfolder_remove(&f);
}

static void names_are_unique_over_all_parts(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    gb_model *m = sb_part(2, 3);
    gb_set_tensor_name(m, 1, GB_LIT("a0"));
    gb_write(m);
    tempfolder_put(&f, sb_name(2, 3), &m->file);
    ASSERT_REJECTED(&f, SB_FIRST, TG_E_NAME_DUPLICATE, 2, sb_name(2, 3), m->tensors[1].at.length);
    tg_model *model;
    tg_error e;
    open_in(&f, SB_FIRST, 0, &model, &e);
    assert_int_equal(e.index, 1); /* counted in its file */
    gb_free(m);
    tempfolder_remove(&f);
}

static void the_number_of_all_tensors_is_declared(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    uint64_t offset = 0;
    for (unsigned i = 0; i < 3; i++) {
        gb_model *m = sb_part(i, 3);
        sb_set(m, i, SB_TENSORS, gb_number(GB_I32, 7));
        tempfolder_put(&f, sb_name(i, 3), &m->file);
        if (i == 0)
            offset = value_at(m, sb_key(0, SB_TENSORS));
        gb_free(m);
    }
    ASSERT_REJECTED(&f, SB_FIRST, TG_E_SPLIT_TENSORS, 0, SB_FIRST, offset);
    tempfolder_remove(&f);
}

static void the_name_of_the_first_part_tells_number_and_count(void **state)
{
    (void)state;
    static const char *const names[] = {"model.gguf",           "m-00001-of-00004.gguf", "m-00002-of-00003.gguf",
                                        "-00001-of-00003.gguf", "m-1-of-3.gguf",         "m-00001-of-00003.gguf.bak"};
    gb_model *m = sb_part(0, 3);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        tempfolder f = tempfolder_new();
        sb_put_split(&f, 3);
        tempfolder_put(&f, names[i], &m->file);
        ASSERT_REJECTED(&f, names[i], TG_E_SPLIT_NAME, 0, names[i], value_at(m, sb_key(0, SB_COUNT)));
        tg_close(ASSERT_OPENS(&f, names[i], TG_SINGLE_FILE, 1, 1));
        tempfolder_remove(&f);
    }
    gb_free(m);
}

static void a_broken_part_is_named(void **state)
{
    (void)state;
    gb_model *m = sb_part(1, 3);
    m->tensors[1].type = 99;
    gb_write(m);
    wrong_part(1, m, TG_E_DTYPE, m->tensors[1].at.type);
}

static void every_prefix_of_every_part_is_rejected(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    for (unsigned i = 1; i < 3; i++) {
        gb_model *m = sb_part(i, 3);
        size_t whole = m->file.len;
        for (size_t len = 0; len < whole; len++) {
            bytes_cut(&m->file, len);
            tempfolder_put(&f, sb_name(i, 3), &m->file);
            tg_model *model;
            tg_error e;
            assert_int_not_equal(open_in(&f, SB_FIRST, 0, &model, &e), TG_OK);
            assert_int_equal(e.file, i);
            assert_string_equal(e.file_name, sb_name(i, 3));
            gb_write(m);
        }
        tempfolder_put(&f, sb_name(i, 3), &m->file);
        gb_free(m);
    }
    tg_close(ASSERT_OPENS(&f, SB_FIRST, 0, 3, 0));
    tempfolder_remove(&f);
}

static void the_limit_on_files_holds(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    tg_model *model = NULL;
    tg_error e;
    limits.max_files = 3;
    assert_int_equal(tg_open_path(tempfolder_path(&f, SB_FIRST), &options, &model, &e), TG_OK);
    tg_close(model);
    limits.max_files = 2;
    assert_int_equal(tg_open_path(tempfolder_path(&f, SB_FIRST), &options, &model, &e), TG_E_LIMIT_FILES);
    assert_int_equal(e.found, 3);
    assert_int_equal(e.limit, 2);
    set_note_status(TG_E_LIMIT_FILES);
    limits.max_files = 0;
    limits.max_tensors = 5;
    assert_int_equal(tg_open_path(tempfolder_path(&f, SB_FIRST), &options, &model, &e), TG_E_LIMIT_TENSORS);
    assert_int_equal(e.file, 2);
    limits.max_tensors = 6;
    assert_int_equal(tg_open_path(tempfolder_path(&f, SB_FIRST), &options, &model, &e), TG_OK);
    tg_close(model);
    tempfolder_remove(&f);
    f = tempfolder_new();
    sb_put_shards(&f, 3);
    limits.max_files = 2;
    assert_int_equal(tg_open_path(tempfolder_path(&f, SB_INDEX), &options, &model, &e), TG_E_LIMIT_FILES);
    assert_int_equal(e.file, TG_FILE_INDEX);
    tempfolder_remove(&f);
}

int run_split_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_part_opens_the_set),
        cmocka_unit_test(a_part_alone_is_one_file_with_a_warning),
        cmocka_unit_test(a_count_of_0_or_1_is_one_file),
        cmocka_unit_test(split_keys_have_their_types),
        cmocka_unit_test(split_keys_come_together_and_agree),
        cmocka_unit_test(a_missing_part_is_named),
        cmocka_unit_test(a_duplicated_renumbered_or_foreign_part_is_named),
        cmocka_unit_test(a_part_is_of_the_format_and_byte_order_of_the_first),
        cmocka_unit_test(names_are_unique_over_all_parts),
        cmocka_unit_test(the_number_of_all_tensors_is_declared),
        cmocka_unit_test(the_name_of_the_first_part_tells_number_and_count),
        cmocka_unit_test(a_broken_part_is_named),
        cmocka_unit_test(every_prefix_of_every_part_is_rejected),
        cmocka_unit_test(the_limit_on_files_holds),
    };
    return cmocka_run_group_tests_name("split GGUF", tests, NULL, NULL);
}
