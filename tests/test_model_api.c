/* SPDX-License-Identifier: MIT */
/* An open model: names, indices, tensor data; and what wrong arguments and options lead to. */
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static opened open_rich(gb_model **out_m)
{
    *out_m = gb_rich(3, false);
    opened o = open_everywhere((*out_m)->file.data, (*out_m)->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    return o;
}

static void close_both(opened *o, gb_model *m)
{
    opened_close(o);
    gb_free(m);
}

static tg_bytes bytes_of(const char *text, size_t len)
{
    tg_bytes b = {text, len};
    return b;
}

static bool is_text(tg_bytes got, const bytes *wanted)
{
    return got.len == wanted->len && (got.len == 0 || memcmp(got.ptr, wanted->data, got.len) == 0);
}

/* ---- What is in a model ----------------------------------------------------------------------- */

static void a_model_says_what_the_file_says(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    assert_int_equal(tg_model_format(o.model), TG_FORMAT_GGUF);
    assert_string_equal(tg_format_name(TG_FORMAT_GGUF), "gguf");
    assert_int_equal(tg_model_version(o.model), 3);
    assert_int_equal(tg_model_endian(o.model), TG_ENDIAN_LITTLE);
    assert_int_equal(tg_model_alignment(o.model), 64);
    assert_int_equal(tg_model_data_offset(o.model), m->at.data);
    assert_int_equal(tg_model_file_size(o.model), m->file.len);
    assert_int_equal(tg_model_num_files(o.model), 1);
    assert_int_equal(tg_model_num_tensors(o.model), m->num_tensors);
    assert_int_equal(tg_model_num_keys(o.model), m->num_keys);
    assert_int_equal(tg_model_num_warnings(o.model), 0);
    close_both(&o, m);
}

static void tensors_are_what_the_table_says(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    for (size_t i = 0; i < m->num_tensors; i++) {
        const gb_tensor *wanted = &m->tensors[i];
        const tg_tensor *t = tg_model_tensor(o.model, i);
        uint64_t elements = 1;
        assert_true(is_text(t->name, &wanted->name));
        assert_int_equal(t->index, i);
        assert_int_equal(t->dtype, wanted->type + 1);
        assert_int_equal(t->num_dims, wanted->num_dims);
        for (uint32_t d = 0; d < t->num_dims; d++) {
            assert_int_equal(t->dims[d], wanted->dims[d]);
            elements *= t->dims[d];
        }
        assert_int_equal(t->num_elements, elements);
        assert_int_equal(t->offset, m->at.data + wanted->offset);
        assert_int_equal(t->size, wanted->size);
        assert_int_equal(t->file, 0);
        assert_int_equal(t->flags, TG_TENSOR_FASTEST_FIRST);
        assert_int_equal(t->entry_offset, wanted->at.length);
    }
    close_both(&o, m);
}

static void keys_are_what_the_header_says(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    for (size_t i = 0; i < m->num_keys; i++) {
        const tg_key *key = tg_model_key(o.model, i);
        assert_true(is_text(key->name, &m->keys[i].name));
        assert_int_equal(key->index, i);
        assert_int_equal(key->entry_offset, m->keys[i].at.length);
        assert_int_equal(key->file, 0);
        tg_value value = tg_model_value(o.model, key);
        assert_int_equal(value.type, key->type);
        assert_int_equal(value.count, m->keys[i].value.count);
    }
    close_both(&o, m);
}

/* ---- Names ------------------------------------------------------------------------------------- */

static void every_name_is_found(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    for (size_t i = 0; i < m->num_tensors; i++) {
        bytes name = bytes_copy(&m->tensors[i].name);
        bytes_u8(&name, 0);
        const tg_tensor *t = tg_model_tensor(o.model, i);
        assert_non_null(t);
        assert_ptr_equal(tg_model_find_tensor(o.model, (const char *)name.data), t);
        assert_ptr_equal(tg_model_find_tensor_n(o.model, bytes_of((const char *)name.data, name.len - 1)), t);
        assert_null(tg_model_find_tensor_n(o.model, bytes_of((const char *)name.data, name.len))); /* with its NUL */
        assert_null(tg_model_find_tensor_n(o.model, bytes_of((const char *)name.data, name.len - 2)));
        bytes_free(&name);
    }
    for (size_t i = 0; i < m->num_keys; i++) {
        tg_bytes name = tg_model_key(o.model, i)->name;
        assert_ptr_equal(tg_model_find_key_n(o.model, name), tg_model_key(o.model, i));
    }
    assert_ptr_equal(tg_model_find_key(o.model, "general.alignment"), tg_model_key(o.model, 1));
    close_both(&o, m);
}

static void other_names_are_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {"", "token_embd", "token_embd.weight ", "Token_embd.weight", "\xFF"};
    gb_model *m = NULL;
    opened o = open_rich(&m);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_null(tg_model_find_tensor(o.model, names[i]));
        assert_null(tg_model_find_key(o.model, names[i]));
        assert_null(tg_model_find_tensor_n(o.model, bytes_of(names[i], strlen(names[i]))));
        assert_null(tg_model_find_key_n(o.model, bytes_of(names[i], strlen(names[i]))));
    }
    assert_null(tg_model_find_tensor(o.model, NULL));
    assert_null(tg_model_find_key(o.model, NULL));
    assert_null(tg_model_find_tensor_n(o.model, bytes_of(NULL, 0)));
    assert_null(tg_model_find_key_n(o.model, bytes_of(NULL, 0)));
    assert_null(tg_model_find_tensor(o.model, "general.alignment")); /* a key */
    assert_null(tg_model_find_key(o.model, "token_embd.weight"));    /* a tensor */
    close_both(&o, m);
}

static void a_model_without_entries_finds_nothing(void **state)
{
    (void)state;
    gb_model *m = gb_new(3, false);
    gb_write(m);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_null(tg_model_find_tensor(o.model, "w"));
    assert_null(tg_model_find_key(o.model, "w"));
    assert_null(tg_model_tensor(o.model, 0));
    assert_null(tg_model_key(o.model, 0));
    close_both(&o, m);
}

/* ---- Indices and NULL -------------------------------------------------------------------------- */

static void indices_out_of_range_give_null(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    assert_non_null(tg_model_tensor(o.model, m->num_tensors - 1));
    assert_null(tg_model_tensor(o.model, m->num_tensors));
    assert_null(tg_model_tensor(o.model, UINT64_MAX));
    assert_null(tg_model_tensor(o.model, (uint64_t)1 << 32));
    assert_non_null(tg_model_key(o.model, m->num_keys - 1));
    assert_null(tg_model_key(o.model, m->num_keys));
    assert_null(tg_model_key(o.model, (uint64_t)1 << 32));
    assert_null(tg_model_warning(o.model, 0));
    assert_null(tg_model_warning(o.model, UINT64_MAX));
    close_both(&o, m);
}

static void no_model_gives_nothing(void **state)
{
    (void)state;
    const void *data = NULL;
    size_t len = 0;
    uint8_t byte = 0;
    tg_tensor tensor;
    memset(&tensor, 0, sizeof tensor);
    assert_int_equal(tg_model_format(NULL), TG_FORMAT_NONE);
    assert_int_equal(tg_model_version(NULL), 0);
    assert_int_equal(tg_model_endian(NULL), 0);
    assert_int_equal(tg_model_alignment(NULL), 0);
    assert_int_equal(tg_model_data_offset(NULL), 0);
    assert_int_equal(tg_model_file_size(NULL), 0);
    assert_int_equal(tg_model_num_files(NULL), 0);
    assert_int_equal(tg_model_num_tensors(NULL), 0);
    assert_int_equal(tg_model_num_keys(NULL), 0);
    assert_int_equal(tg_model_num_warnings(NULL), 0);
    assert_null(tg_model_tensor(NULL, 0));
    assert_null(tg_model_key(NULL, 0));
    assert_null(tg_model_warning(NULL, 0));
    assert_null(tg_model_find_tensor(NULL, "w"));
    assert_null(tg_model_find_key(NULL, "w"));
    assert_null(tg_model_find_tensor_n(NULL, bytes_of("w", 1)));
    assert_null(tg_model_find_key_n(NULL, bytes_of("w", 1)));
    assert_int_equal(tg_model_value(NULL, NULL).type, TG_VALUE_NONE);
    assert_int_equal(tg_tensor_data(NULL, &tensor, &data, &len, NULL), TG_E_ARGUMENT);
    assert_int_equal(tg_tensor_read(NULL, &tensor, 0, &byte, 1, NULL), TG_E_ARGUMENT);
    assert_int_equal(tg_model_recheck(NULL, NULL), TG_E_ARGUMENT);
    tg_close(NULL);
}

static void a_key_of_another_model_has_no_value(void **state)
{
    (void)state;
    gb_model *m = NULL, *n = NULL;
    opened o = open_rich(&m), p = open_rich(&n);
    assert_int_equal(tg_model_value(o.model, tg_model_key(p.model, 0)).type, TG_VALUE_NONE);
    assert_int_equal(tg_model_value(o.model, tg_model_key(o.model, 0)).type, TG_VALUE_STRING);
    assert_int_equal(tg_model_value(o.model, NULL).type, TG_VALUE_NONE);
    close_both(&o, m);
    close_both(&p, n);
}

/* ---- Tensor data --------------------------------------------------------------------------------- */

static void data_is_given_in_place(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    for (size_t i = 0; i < m->num_tensors; i++) {
        const tg_tensor *t = tg_model_tensor(o.model, i);
        const void *data = NULL;
        size_t len = 0;
        assert_int_equal(tg_tensor_data(o.model, t, &data, &len, NULL), TG_OK);
        assert_ptr_equal(data, o.bytes.data + (size_t)t->offset);
        assert_int_equal(len, t->size);
        for (size_t k = 0; k < len; k++)
            assert_int_equal(((const uint8_t *)data)[k], gb_data_byte(i, k));
    }
    close_both(&o, m);
}

static void any_part_of_a_tensor_is_read(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    const tg_tensor *t = tg_model_tensor(o.model, 0);
    uint8_t buffer[128];
    for (uint64_t first = 0; first <= t->size; first += 8) {
        for (uint64_t len = 0; len <= t->size - first; len += 11) {
            memset(buffer, 0xEE, sizeof buffer);
            assert_int_equal(tg_tensor_read(o.model, t, first, buffer, (size_t)len, NULL), TG_OK);
            for (uint64_t k = 0; k < len; k++)
                assert_int_equal(buffer[k], gb_data_byte(0, first + k));
            assert_int_equal(buffer[len], 0xEE);
        }
    }
    close_both(&o, m);
}

static void a_read_outside_of_the_tensor_is_refused(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    const tg_tensor *t = tg_model_tensor(o.model, 1);
    uint8_t buffer[256];
    const struct {
        uint64_t first;
        size_t len;
    } rows[] = {{0, (size_t)t->size + 1}, {t->size, 1},    {t->size + 1, 0}, {1, (size_t)t->size},
                {UINT64_MAX, 1},          {UINT64_MAX, 0}, {1, SIZE_MAX},    {UINT64_MAX - 63, 64}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tg_error error;
        assert_int_equal(tg_tensor_read(o.model, t, rows[i].first, buffer, rows[i].len, &error), TG_E_READ_RANGE);
        assert_int_equal(error.status, TG_E_READ_RANGE);
    }
    assert_int_equal(tg_tensor_read(o.model, t, t->size, buffer, 0, NULL), TG_OK);
    assert_int_equal(tg_tensor_read(o.model, t, 0, NULL, 0, NULL), TG_OK);
    close_both(&o, m);
}

static void a_tensor_of_another_model_is_refused(void **state)
{
    (void)state;
    gb_model *m = NULL, *n = NULL;
    opened o = open_rich(&m), p = open_rich(&n);
    tg_tensor copy = *tg_model_tensor(o.model, 0);
    const tg_tensor *const foreign[] = {tg_model_tensor(p.model, 0), &copy};
    for (size_t i = 0; i < 2; i++) {
        const void *data = &copy;
        size_t len = 77;
        uint8_t byte = 0xEE;
        tg_error error;
        assert_int_equal(tg_tensor_data(o.model, foreign[i], &data, &len, &error), TG_E_FOREIGN_TENSOR);
        assert_int_equal(error.status, TG_E_FOREIGN_TENSOR);
        assert_ptr_equal(data, &copy);
        assert_int_equal(len, 77);
        assert_int_equal(tg_tensor_read(o.model, foreign[i], 0, &byte, 1, &error), TG_E_FOREIGN_TENSOR);
    }
    close_both(&o, m);
    close_both(&p, n);
}

static void missing_arguments_of_data_and_read_are_refused(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_rich(&m);
    const tg_tensor *t = tg_model_tensor(o.model, 0);
    const void *data = NULL;
    size_t len = 0;
    uint8_t byte;
    assert_int_equal(tg_tensor_data(o.model, NULL, &data, &len, NULL), TG_E_ARGUMENT);
    assert_int_equal(tg_tensor_data(o.model, t, NULL, &len, NULL), TG_E_ARGUMENT);
    assert_int_equal(tg_tensor_data(o.model, t, &data, NULL, NULL), TG_E_ARGUMENT);
    assert_int_equal(tg_tensor_read(o.model, NULL, 0, &byte, 1, NULL), TG_E_ARGUMENT);
    assert_int_equal(tg_tensor_read(o.model, t, 0, NULL, 1, NULL), TG_E_ARGUMENT);
    assert_null(data);
    close_both(&o, m);
}

static void an_empty_tensor_has_no_data(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_dims(m, 0, GB_DIMS(0, 4));
    gb_write(m);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    const tg_tensor *t = tg_model_tensor(o.model, 0);
    const void *data = NULL;
    size_t len = 77;
    uint8_t byte;
    assert_int_equal(t->size, 0);
    assert_int_equal(t->num_elements, 0);
    assert_int_equal(tg_tensor_data(o.model, t, &data, &len, NULL), TG_OK);
    assert_non_null(data);
    assert_int_equal(len, 0);
    assert_int_equal(tg_tensor_read(o.model, t, 0, &byte, 0, NULL), TG_OK);
    assert_int_equal(tg_tensor_read(o.model, t, 0, &byte, 1, NULL), TG_E_READ_RANGE);
    close_both(&o, m);
}

/* ---- Memory as a source ---------------------------------------------------------------------------- */

/* The header is copied: what happens to the caller's bytes later changes no name, number or place. */
static void a_copied_header_does_not_change_with_the_memory(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    bytes file = bytes_copy(&m->file);
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(file.data, file.len, NULL, &model, NULL), TG_OK);
    memset(file.data, 0xEE, (size_t)m->at.data);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    for (uint64_t i = 0; i < tg_model_num_keys(o.model); i++) {
        tg_bytes name = tg_model_key(o.model, i)->name;
        assert_non_null(tg_model_find_key_n(model, name));
    }
    tg_value tokens = tg_model_value(model, tg_model_find_key(model, "tokenizer.ggml.tokens")), token;
    tg_bytes text = {NULL, 0};
    assert_true(tg_array_get(&tokens, 2, &token));
    assert_true(tg_value_string(&token, &text));
    assert_int_equal(text.len, 5);
    assert_memory_equal(text.ptr, "hello", 5);
    tg_close(model);
    bytes_free(&file);
    close_both(&o, m);
}

static void a_stable_header_is_used_in_place(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    tg_options options = options_with_flags(TG_STABLE_MEMORY);
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(m->file.data, m->file.len, &options, &model, NULL), TG_OK);
    assert_ptr_equal(tg_model_tensor(model, 0)->name.ptr, m->file.data + (size_t)m->tensors[0].at.name);
    assert_int_equal(tg_model_recheck(model, NULL), TG_OK);
    tg_close(model);
    gb_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_says_what_the_file_says),
        cmocka_unit_test(tensors_are_what_the_table_says),
        cmocka_unit_test(keys_are_what_the_header_says),
        cmocka_unit_test(every_name_is_found),
        cmocka_unit_test(other_names_are_not_found),
        cmocka_unit_test(a_model_without_entries_finds_nothing),
        cmocka_unit_test(indices_out_of_range_give_null),
        cmocka_unit_test(no_model_gives_nothing),
        cmocka_unit_test(a_key_of_another_model_has_no_value),
        cmocka_unit_test(data_is_given_in_place),
        cmocka_unit_test(any_part_of_a_tensor_is_read),
        cmocka_unit_test(a_read_outside_of_the_tensor_is_refused),
        cmocka_unit_test(a_tensor_of_another_model_is_refused),
        cmocka_unit_test(missing_arguments_of_data_and_read_are_refused),
        cmocka_unit_test(an_empty_tensor_has_no_data),
        cmocka_unit_test(a_copied_header_does_not_change_with_the_memory),
        cmocka_unit_test(a_stable_header_is_used_in_place),
    };
    return cmocka_run_group_tests_name("an open model", tests, NULL, NULL);
}
