/* SPDX-License-Identifier: MIT */
/* Accessors are total: NULL, an index behind the last and a value of another kind give NULL, 0 or false. And the words
 * for statuses, types and errors: every number has some, and none is longer than its buffer. */
#include "fuzz.h"
#include "model_check.h"
#include "ref_place.h"

static void check_no_model(void)
{
    const tg_bytes no_name = {NULL, 3}, name = {"w", 1};
    FUZZ_CHECK(tg_model_format(NULL) == TG_FORMAT_NONE && tg_model_version(NULL) == 0, "no model has a format");
    FUZZ_CHECK(tg_model_alignment(NULL) == 0 && tg_model_data_offset(NULL) == 0, "no model has data");
    FUZZ_CHECK(tg_model_file_size(NULL) == 0 && tg_model_num_files(NULL) == 0, "no model has files");
    FUZZ_CHECK(tg_model_endian(NULL) == TG_ENDIAN_NONE, "no model has a byte order");
    FUZZ_CHECK(tg_model_tensor(NULL, 0) == NULL && tg_model_key(NULL, 0) == NULL, "no model has entries");
    FUZZ_CHECK(tg_model_warning(NULL, 0) == NULL, "no model has warnings");
    FUZZ_CHECK(tg_warning_error(NULL).status == TG_OK, "no warning is no error");
    FUZZ_CHECK(tg_model_find_tensor(NULL, "w") == NULL && tg_model_find_key(NULL, "w") == NULL, "nothing is found");
    FUZZ_CHECK(tg_model_find_tensor_n(NULL, no_name) == NULL, "nothing is found");
    FUZZ_CHECK(tg_model_find_key_n(NULL, name) == NULL, "nothing is found");
    FUZZ_CHECK(tg_model_recheck(NULL, NULL) == TG_E_ARGUMENT, "no model is checked");
    tg_close(NULL);
}

static void check_no_value(void)
{
    tg_value none = {TG_VALUE_NONE, TG_VALUE_NONE, 0, {NULL, NULL, 0, 0}}, out;
    tg_value odd[] = {none, none, none, none, none};
    odd[1].type = TG_VALUE_ARRAY; /* without bytes */
    odd[1].count = 5;
    odd[2].type = (tg_value_type)99;
    odd[3].type = TG_VALUE_STRING;
    odd[4].type = TG_VALUE_U32; /* without bytes, whatever its length says */
    odd[4].own.len = 4;
    uint64_t u;
    int64_t i;
    double d;
    bool b;
    tg_bytes s;
    for (size_t n = 0; n <= 5; n++) {
        const tg_value *v = n < 5 ? &odd[n] : NULL;
        FUZZ_CHECK(!tg_value_u64(v, &u) && !tg_value_i64(v, &i) && !tg_value_f64(v, &d), "a number of nothing");
        FUZZ_CHECK(!tg_value_bool(v, &b) && !tg_value_string(v, &s), "a bool or string of nothing");
        FUZZ_CHECK(!tg_array_get(v, 0, &out) && !tg_array_copy(v, 0, 0, &out, sizeof out), "an element of nothing");
        tg_array_iter iter = tg_array_begin(v);
        FUZZ_CHECK(!tg_array_next(&iter, &out), "a walk over nothing");
    }
    FUZZ_CHECK(!tg_array_next(NULL, &out), "a walk without a place");
}

/* Views of bytes that nobody has validated, and that no model hands out. */
static void check_odd_views(void)
{
    static const uint8_t no_type[12] = {13, 0, 0, 0, 1}, wraps[20] = {10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20};
    static const uint8_t half_length[] = {1, 0};
    uint8_t deep[12 * 20] = {0}, copy[8];
    for (size_t i = 0; i < sizeof deep; i += 12) {
        deep[i] = 9; /* an array of */
        deep[i + 4] = 1;
    }
    const tg_value odd[] = {
        {TG_VALUE_ARRAY, TG_VALUE_ARRAY, 1, {no_type, NULL, sizeof no_type, 0}},
        {TG_VALUE_ARRAY, TG_VALUE_ARRAY, 1, {wraps, NULL, sizeof wraps, 0}},
        {TG_VALUE_ARRAY, TG_VALUE_ARRAY, 1, {deep, NULL, sizeof deep, 0}},
        {TG_VALUE_ARRAY, TG_VALUE_STRING, 1, {half_length, NULL, sizeof half_length, 0}},
        {TG_VALUE_U16, TG_VALUE_U8, 2, {half_length, NULL, sizeof half_length, 0}},
    };
    tg_value out;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        tg_array_iter iter = {odd[i], 0, 0};
        FUZZ_CHECK(!tg_array_get(&odd[i], 0, &out) && !tg_array_next(&iter, &out), "an element of an odd view");
    }
    const tg_value much = {TG_VALUE_ARRAY, TG_VALUE_U64, UINT64_MAX, {wraps, NULL, 16, 0}};
    FUZZ_CHECK(!tg_array_get(&much, UINT64_C(1) << 61, &out), "the place of an element wraps");
    FUZZ_CHECK(!tg_array_copy(&much, 0, UINT64_C(1) << 61, copy, sizeof copy), "the size of a copy wraps");
}

/* A value that is there, and nowhere to put what it is. */
static void check_no_output(const tg_value *v)
{
    tg_array_iter iter = tg_array_begin(v);
    FUZZ_CHECK(!tg_value_u64(v, NULL) && !tg_value_i64(v, NULL) && !tg_value_f64(v, NULL), "no place for a number");
    FUZZ_CHECK(!tg_value_bool(v, NULL) && !tg_value_string(v, NULL), "no place for a bool or string");
    FUZZ_CHECK(!tg_array_get(v, 0, NULL) && !tg_array_next(&iter, NULL), "no place for an element");
    FUZZ_CHECK(!tg_array_copy(v, 0, 1, NULL, 8), "no place for a copy");
}

/* The file that an error is about. */
static void check_place(tg_error error)
{
    static const uint32_t files[] = {0, 3, TG_FILE_INDEX};
    static const char *const words[] = {"at byte 7: ", "at byte 7 of file 3: ", "at byte 7 of the index: "};
    char line[TG_ERROR_LINE];
    tg_class kind = tg_status_class(error.status);
    bool placed = kind >= TG_CLASS_MALFORMED && kind <= TG_CLASS_LIMIT;
    for (size_t i = 0; i < 3; i++) {
        error.file = files[i];
        (void)tg_error_format(&error, line, sizeof line);
        FUZZ_CHECK(placed == (strncmp(line, words[i], strlen(words[i])) == 0), "the place of an error");
    }
}

static void check_words(void)
{
    tg_status status = TG_OK;
    for (size_t n = 0; tg_status_at(n, &status); n++) {
        FUZZ_CHECK(strncmp(tg_status_name(status), "TG_", 3) == 0, "the name of a status");
        FUZZ_CHECK(tg_status_text(status)[0] != '\0', "a status without a sentence");
        FUZZ_CHECK(tg_class_name(tg_status_class(status))[0] != '\0', "a class without a name");
        tg_error error;
        memset(&error, 0, sizeof error);
        error.status = status;
        error.file = 1;
        error.offset = 7;
        error.index = n % 3 == 0 ? TG_NO_INDEX : n;
        error.found = n % 4;
        error.limit = n % 5;
        error.os_code = (int32_t)n % 3 - 1;
        error.what = "w";
        error.reserved[0] = n;
        error.reserved[1] = 2;
        char line[TG_ERROR_LINE], part[24];
        size_t len = tg_error_format(&error, line, sizeof line);
        FUZZ_CHECK(len == strlen(line) && tg_error_format(&error, part, sizeof part) == len, "the length of a line");
        FUZZ_CHECK(strncmp(line, part, sizeof part - 1) == 0 && part[sizeof part - 1] == '\0', "a line that is cut");
        FUZZ_CHECK(tg_error_format(&error, NULL, 0) == len, "a line that goes nowhere");
        FUZZ_CHECK((error.os_code < 0) == (strstr(line, ", system code -1 ") != NULL), "the code of the system");
        FUZZ_CHECK((error.os_code > 0) == (strstr(line, ", system code 1 ") != NULL), "the code of the system");
        check_place(error);
    }
    FUZZ_CHECK(!tg_status_at(SIZE_MAX, &status) && !tg_status_at(0, NULL), "a status behind the last");
    FUZZ_CHECK(strcmp(tg_status_name((tg_status)9999), "TG_E_UNKNOWN") == 0, "the name of no status");
    FUZZ_CHECK(tg_status_class((tg_status)9999) == TG_CLASS_INTERNAL, "the class of no status");
    FUZZ_CHECK(tg_status_text((tg_status)9999)[0] != '\0', "the sentence of no status");
    FUZZ_CHECK(strcmp(tg_class_name((tg_class)99), "internal") == 0, "the name of no class");
    (void)tg_error_format(NULL, NULL, 0);
    FUZZ_CHECK(tg_error_hint(NULL) == NULL && tg_error_entry(NULL)[0] == '\0', "a hint about nothing");
}

static void check_types(void)
{
    for (int n = 0; n < 600; n++) {
        const tg_dtype_info *info = tg_dtype_describe((tg_dtype)n);
        bool known = tg_dtype_name((tg_dtype)n)[0] != '\0';
        FUZZ_CHECK(known == (info != NULL), "a type with a name and no description");
        uint64_t elements, bytes;
        if (n < 256 && n > 0)
            FUZZ_CHECK(known == ref_block((uint32_t)n - 1, &elements, &bytes), "a type that ggml does not have");
        if (n < 256 && known)
            FUZZ_CHECK(info->block_elements == elements && info->block_bytes == bytes, "another block");
    }
    for (int n = 0; n < 20; n++)
        FUZZ_CHECK((tg_value_type_name((tg_value_type)n)[0] != '\0') == (n >= 1 && n <= 13), "the name of a type");
    FUZZ_CHECK(tg_value_type_size((tg_value_type)99) == 0, "the size of no type");
    FUZZ_CHECK(tg_format_name(TG_FORMAT_GGUF)[0] != '\0' && tg_format_name((tg_format)99)[0] == '\0',
               "a format's name");
}

void total_check(const tg_model *m)
{
    check_no_model();
    check_no_value();
    check_odd_views();
    const tg_bytes no_name = {NULL, 3};
    FUZZ_CHECK(tg_model_find_tensor_n(m, no_name) == NULL, "a tensor without a name");
    FUZZ_CHECK(tg_model_find_key(m, NULL) == NULL, "a key without a name");
    tg_value v = tg_model_value(m, tg_model_key(m, 0));
    check_no_output(&v);
    FUZZ_CHECK(tg_model_value(NULL, tg_model_key(m, 0)).type == TG_VALUE_NONE, "the value of no model");
    const tg_key *key = tg_model_key(m, 0);
    if (key != NULL) {
        tg_key foreign = *key;
        FUZZ_CHECK(tg_model_value(m, &foreign).type == TG_VALUE_NONE, "the value of a foreign key");
    }
}

static void check_layouts(void)
{
    tg_layout layout = TG_LAYOUT_NONE;
    for (size_t n = 0; tg_layout_at(n, &layout); n++)
        FUZZ_CHECK(tg_layout_name(layout)[0] != '\0' && tg_layout_text(layout)[0] != '\0', "a layout without words");
    FUZZ_CHECK(!tg_layout_at(0, NULL) && !tg_layout_at(SIZE_MAX, &layout), "a layout behind the last");
    FUZZ_CHECK(tg_layout_name((tg_layout)63)[0] == '\0' && tg_layout_text((tg_layout)63)[0] == '\0', "no layout");
    FUZZ_CHECK(tg_error_layout(NULL, 0) == TG_LAYOUT_NONE, "the layout of nothing");
}

void words_check(void)
{
    check_layouts();
    check_words();
    check_types();
}
