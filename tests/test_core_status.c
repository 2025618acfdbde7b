/* SPDX-License-Identifier: MIT */
/* Statuses: the list is consistent, numbers never change, and an error becomes one safe line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/status.h"

#include <string.h>

static void every_status_has_its_own_number_name_and_sentence(void **state)
{
    (void)state;
    tg_status a, b;
    for (size_t i = 0; tg_status_at(i, &a); i++) {
        assert_true(strncmp(tg_status_name(a), "TG_", 3) == 0);
        assert_true(strlen(tg_status_text(a)) > 3);
        assert_int_equal(tg_status_is_warning(a), strncmp(tg_status_name(a), "TG_W_", 5) == 0);
        assert_int_equal(tg_status_class(a) == TG_CLASS_OK, a == TG_OK);
        for (size_t j = i + 1; tg_status_at(j, &b); j++) {
            assert_int_not_equal(a, b);
            assert_string_not_equal(tg_status_name(a), tg_status_name(b));
        }
    }
}

/* Programs are built against these numbers. */
static void pinned_numbers_stay(void **state)
{
    (void)state;
    assert_int_equal(TG_OK, 0);
    assert_int_equal(TG_E_NO_MEMORY, 3);
    assert_int_equal(TG_E_TRUNCATED, 41);
    assert_int_equal(TG_E_TENSOR_OVERLAP, 142);
    assert_int_equal(TG_E_LIMIT_HEAP, 205);
    assert_int_equal(TG_W_TRAILING_NUL, 300);
    assert_int_equal(TG_W_QUANTIZATION_VERSION, 311);
}

static void unknown_numbers_have_a_name_too(void **state)
{
    (void)state;
    tg_status unknown = (tg_status)299;
    assert_string_equal(tg_status_name(unknown), "TG_E_UNKNOWN");
    assert_int_equal(tg_status_class(unknown), TG_CLASS_INTERNAL);
    assert_false(tg_status_is_warning(unknown));
    assert_string_equal(tg_class_name((tg_class)99), "internal");
    assert_non_null(tg_status_text(unknown));
    assert_false(tg_status_at(100000, &unknown));
    assert_false(tg_status_at(0, NULL));
}

static tg_error rank_error(void)
{
    tg_error error = {TG_E_RANK, 0, 96, 3, 9, 4, 0, "number of dimensions", {0, TGI_ENTRY_TENSOR, 0, 0}, ""};
    return error;
}

static void an_error_is_one_line_with_place_field_and_numbers(void **state)
{
    (void)state;
    char line[TG_ERROR_LINE];
    tg_error error = rank_error();
    size_t len = tg_error_format(&error, line, sizeof line);
    assert_string_equal(line, "at byte 96: more dimensions than the format allows (number of dimensions of tensor 3: "
                              "found 9, limit 4) [TG_E_RANK]");
    assert_int_equal(len, strlen(line));
    error.file = 2;
    tg_error_format(&error, line, sizeof line);
    assert_non_null(strstr(line, "at byte 96 of file 2: "));
    tg_error cut = {TG_E_TRUNCATED, 0, 24, TG_NO_INDEX, 3, 8, 0, "length", {0, 0, 0, 0}, ""};
    tg_error_format(&cut, line, sizeof line);
    assert_string_equal(line, "at byte 24: the file ends inside a field (length: needs 8 bytes, left 3) "
                              "[TG_E_TRUNCATED]");
    tg_error io = {TG_E_OPEN, 0, 0, TG_NO_INDEX, 0, 0, 2, NULL, {0, 0, 0, 0}, ""};
    tg_error_format(&io, line, sizeof line);
    assert_string_equal(line, "the file cannot be opened, system code 2 [TG_E_OPEN]");
    io.os_code = INT32_MIN;
    tg_error_format(&io, line, sizeof line);
    assert_string_equal(line, "the file cannot be opened, system code -2147483648 [TG_E_OPEN]");
}

static void a_line_that_does_not_fit_is_cut_and_terminated(void **state)
{
    (void)state;
    char whole[TG_ERROR_LINE], part[TG_ERROR_LINE];
    tg_error error = rank_error();
    size_t len = tg_error_format(&error, whole, sizeof whole);
    for (size_t size = 0; size <= len + 1; size++) {
        memset(part, '#', sizeof part);
        assert_int_equal(tg_error_format(&error, part, size), len);
        if (size > 0) {
            assert_int_equal(part[size - 1], '\0');
            assert_memory_equal(part, whole, size - 1);
        }
        assert_int_equal(part[size], '#');
    }
    assert_int_equal(tg_error_format(&error, NULL, 10), len);
    assert_int_equal(tg_error_format(NULL, part, sizeof part), 0);
    assert_string_equal(part, "");
}

/* The longest line that any status can make. */
static void every_line_fits_the_buffer_that_is_offered(void **state)
{
    (void)state;
    tg_status status;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        tg_error error = {status,
                          UINT32_MAX,
                          UINT64_MAX,
                          UINT64_MAX - 1,
                          UINT64_MAX,
                          UINT64_MAX,
                          INT32_MIN,
                          "a field with a name that is longer than any",
                          {0, TGI_ENTRY_TENSOR, 0, 0},
                          ""};
        assert_true(tg_error_format(&error, NULL, 0) < TG_ERROR_LINE);
    }
}

static void entries_and_hints_are_total(void **state)
{
    (void)state;
    tg_error error = rank_error();
    assert_string_equal(tg_error_entry(&error), "tensor");
    error.reserved[TGI_ERROR_ENTRY] = TGI_ENTRY_KEY;
    assert_string_equal(tg_error_entry(&error), "key");
    error.index = TG_NO_INDEX;
    assert_string_equal(tg_error_entry(&error), "");
    assert_string_equal(tg_error_entry(NULL), "");
    assert_null(tg_error_hint(NULL));
    assert_null(tg_error_hint(&error));
    error.reserved[TGI_ERROR_HINT] = UINT64_MAX;
    assert_null(tg_error_hint(&error));
    error.reserved[TGI_ERROR_HINT] = TGI_HINT_LFS;
    assert_non_null(strstr(tg_error_hint(&error), "Git LFS"));
}

static void a_warning_can_be_said_as_an_error(void **state)
{
    (void)state;
    tg_warning warning = {TG_W_NAME_LONG, 0, 3, 77, 5, 70, 64, "name", {TGI_ENTRY_TENSOR, 0}};
    tg_error error = tg_warning_error(&warning);
    char line[TG_ERROR_LINE];
    tg_error_format(&error, line, sizeof line);
    assert_string_equal(line, "at byte 77: tensor name above 64 bytes (name of tensor 5: found 70, limit 64) "
                              "[TG_W_NAME_LONG]");
    error = tg_warning_error(NULL);
    assert_int_equal(error.status, TG_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_own_number_name_and_sentence),
        cmocka_unit_test(pinned_numbers_stay),
        cmocka_unit_test(unknown_numbers_have_a_name_too),
        cmocka_unit_test(an_error_is_one_line_with_place_field_and_numbers),
        cmocka_unit_test(a_line_that_does_not_fit_is_cut_and_terminated),
        cmocka_unit_test(every_line_fits_the_buffer_that_is_offered),
        cmocka_unit_test(entries_and_hints_are_total),
        cmocka_unit_test(a_warning_can_be_said_as_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
