/* SPDX-License-Identifier: MIT */
/* Every byte and every number of a valid file replaced, and two files spliced.
 *
 * Nothing is expected of a verdict but that all sources agree, that its class is one that bytes can cause,
 * and that an accepted model is sound: every name, value and byte of data that it gives can be read.
 */
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Sums bytes, so that each of them is read where a sanitizer or a guard page watches. */
static uint64_t touch(const void *data, uint64_t len)
{
    const uint8_t *p = (const uint8_t *)data;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < len; i++)
        sum += p[i];
    return sum;
}

static uint64_t touch_value(const tg_value *value)
{
    tg_bytes text;
    tg_value element;
    uint64_t sum = 0, walked = 0;
    if (tg_value_string(value, &text))
        sum += touch(text.ptr, text.len);
    for (tg_array_iter i = tg_array_begin(value); tg_array_next(&i, &element); walked++)
        sum += touch_value(&element);
    assert_int_equal(walked, value->count);
    if (value->count > 0) {
        assert_true(tg_array_get(value, value->count - 1, &element));
        assert_false(tg_array_get(value, value->count, &element));
    }
    return sum;
}

static uint64_t touch_tensor(const opened *o, const tg_tensor *t)
{
    const void *data = NULL;
    size_t len = 0;
    assert_true(t->offset <= o->bytes.len && t->size <= o->bytes.len - t->offset);
    assert_int_equal(tg_tensor_data(o->model, t, &data, &len, NULL), TG_OK);
    assert_int_equal(len, t->size);
    if (len > 0)
        assert_ptr_equal(data, o->bytes.data + (size_t)t->offset);
    assert_ptr_equal(tg_model_find_tensor_n(o->model, t->name), t);
    return touch(t->name.ptr, t->name.len) + touch(t->dims, t->num_dims * sizeof t->dims[0]) + touch(data, len);
}

static void assert_sound(const opened *o)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < tg_model_num_tensors(o->model); i++)
        sum += touch_tensor(o, tg_model_tensor(o->model, i));
    for (uint64_t i = 0; i < tg_model_num_keys(o->model); i++) {
        const tg_key *key = tg_model_key(o->model, i);
        tg_value value = tg_model_value(o->model, key);
        sum += touch(key->name.ptr, key->name.len) + touch_value(&value);
        assert_ptr_equal(tg_model_find_key_n(o->model, key->name), key);
    }
    for (uint64_t i = 0; i < tg_model_num_warnings(o->model); i++)
        assert_true(tg_model_warning(o->model, i)->offset <= o->bytes.len);
    assert_true(sum < UINT64_MAX);
}

/* Returns whether the file was accepted. */
static bool judge(const bytes *file)
{
    tg_options options = options_with_flags(TG_CHECK_TEXT);
    opened o = open_everywhere(file->data, file->len, &options);
    tg_class kind = tg_status_class(o.status);
    if (o.status == TG_OK)
        assert_sound(&o);
    else
        assert_true(kind == TG_CLASS_MALFORMED || kind == TG_CLASS_TRUNCATED || kind == TG_CLASS_UNSUPPORTED ||
                    kind == TG_CLASS_LIMIT);
    bool accepted = o.status == TG_OK;
    opened_close(&o);
    return accepted;
}

/* ---- Mutations ------------------------------------------------------------------------------- */

/* Replaces each byte; returns how many of the files were accepted. */
static size_t mutate_bytes(const gb_model *m)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    bytes file = bytes_copy(&m->file);
    size_t accepted = 0;
    for (size_t at = 0; at < file.len; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            bytes_put_u8(&file, at, values[i]);
            accepted += judge(&file);
        }
        bytes_put_u8(&file, at, m->file.data[at]);
    }
    bytes_free(&file);
    return accepted;
}

static size_t mutate_numbers(const gb_model *m)
{
    bytes file = bytes_copy(&m->file);
    file.big_endian = m->big_endian;
    size_t accepted = 0;
    for (size_t at = 0; at + 8 <= file.len; at++) {
        uint64_t left = file.len - at - 8;
        const uint64_t values[] = {
            0, 1, left, left + 1, (uint64_t)1 << 31, (uint64_t)1 << 32, INT63_MAX, INT63_MAX + 1, UINT64_MAX};
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            bytes_put_u64(&file, at, values[i]);
            accepted += judge(&file);
        }
        memcpy(file.data + at, m->file.data + at, 8);
    }
    bytes_free(&file);
    return accepted;
}

/* The first bytes of one file, then the other from the same place on. */
static size_t splice(const gb_model *first, const gb_model *second)
{
    size_t accepted = 0;
    for (size_t cut = 0; cut < first->file.len && cut < second->file.len; cut++) {
        bytes file = bytes_new(false);
        bytes_raw(&file, first->file.data, cut);
        bytes_raw(&file, second->file.data + cut, second->file.len - cut);
        accepted += judge(&file);
        bytes_free(&file);
    }
    return accepted;
}

/* ---- Tests --------------------------------------------------------------------------------------- */

static void every_byte_of_the_smallest_file_may_change(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, version == 2);
        size_t accepted = mutate_bytes(m);
        assert_in_range(accepted, 5 * 32, 5 * m->file.len); /* at least those in its data */
        gb_free(m);
    }
}

static void every_number_of_the_smallest_file_may_change(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, version == 1);
        size_t accepted = mutate_numbers(m);
        assert_in_range(accepted, 9 * 25, 9 * m->file.len);
        gb_free(m);
    }
}

static void every_byte_of_a_rich_file_may_change(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    assert_in_range(mutate_bytes(m), 1, 5 * m->file.len);
    gb_free(m);
}

static void two_files_may_be_spliced_anywhere(void **state)
{
    (void)state;
    gb_model *base = gb_base(), *rich = gb_rich(3, false), *old = gb_rich(1, false), *big = gb_rich(3, true);
    assert_in_range(splice(base, rich), 1, rich->file.len); /* nothing of the first is the whole second */
    splice(rich, base);
    splice(old, rich);
    splice(rich, old);
    splice(rich, big);
    splice(big, rich);
    gb_free(base);
    gb_free(rich);
    gb_free(old);
    gb_free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_the_smallest_file_may_change),
        cmocka_unit_test(every_number_of_the_smallest_file_may_change),
        cmocka_unit_test(every_byte_of_a_rich_file_may_change),
        cmocka_unit_test(two_files_may_be_spliced_anywhere),
    };
    return cmocka_run_group_tests_name("mutations", tests, NULL, NULL);
}
