/* SPDX-License-Identifier: MIT */
/* The index of safetensors files, and what it may name. */
#include "set_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- The index of safetensors ---------------------------------------------------------------------------- */

static void the_index_opens_the_set(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_shards(&f, 3);
    tg_model *model = ASSERT_OPENS(&f, SB_INDEX, 0, 3, 0);
    assert_int_equal(tg_model_format(model), TG_FORMAT_SAFETENSORS);
    assert_int_equal(tg_model_num_tensors(model), 6);
    assert_string_equal(tg_model_file(model, 1)->name, sb_shard(1, 3));
    assert_string_equal(tg_model_file(model, TG_FILE_INDEX)->name, SB_INDEX);
    const tg_set *set = tg_model_set(model);
    assert_non_null(set);
    assert_int_equal(set->kind, TG_SET_INDEX);
    assert_true(set->whole);
    assert_usable(model);
    tg_close(model);
    tempfolder_remove(&f);
}

static void a_shard_alone_is_one_file_with_a_warning(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_shards(&f, 3);
    assert_warned(&f, sb_shard(1, 3), TG_W_PART, 0, 0, 1);
    tg_model *model = ASSERT_OPENS(&f, sb_shard(0, 3), 0, 1, 1);
    assert_false(tg_model_set(model)->whole);
    assert_int_equal(tg_model_set(model)->num_files, 3);
    tg_close(model);
    tempfolder_remove(&f);
}

static void an_index_alone_is_no_model(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_shards(&f, 2);
    tg_model *model;
    tg_error e;
    assert_int_equal(open_in(&f, SB_INDEX, TG_SINGLE_FILE, &model, &e), TG_E_MAGIC);
    tempfolder_rename(&f, SB_INDEX, "other.json");
    assert_int_equal(open_in(&f, "other.json", 0, &model, &e), TG_E_MAGIC);
    tempfolder_rename(&f, "other.json", "model.safetensors.index.fp16.json");
    tg_close(ASSERT_OPENS(&f, "model.safetensors.index.fp16.json", 0, 2, 0));
    tempfolder_remove(&f);
}

/* The first file that is named does not exist; that is not found out, since nothing is opened before all of the names
 * are known to be bare. */
static void a_name_that_leads_elsewhere_opens_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {
        "../../etc/passwd",
        "..",
        ".",
        "",
        "/etc/passwd",
        "a/b",
        "a\\\\b",
        "C:x",
        "C:\\\\x",
        "https://example.com/x",
        "file:x",
        "x:stream",
        "a..b",
        "CON",
        "nul.safetensors",
        "Aux",
        "COM1",
        "lpt9.x",
        "com\\u00b9.y",
        "conin$",
        "x.",
        "x ",
        " x",
        "a\\u0000b",
        "a\\nb",
        "a\\u007fb",
        "a*",
        "a?",
        "a|b",
        "a<b",
        "a>b",
        "a\\\"b",
        "\\u002e\\u002e/x",
    };
    tempfolder f = tempfolder_new();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char json[256];
        (void)snprintf(json, sizeof json, "{'weight_map':{'a':'missing.safetensors','b':'@%s','c':'%s'}}", names[i],
                       names[i]);
        uint64_t at = sb_put_index(&f, json);
        ASSERT_REJECTED(&f, SB_INDEX, TG_E_PART_NAME, TG_FILE_INDEX, SB_INDEX, at);
    }
    tempfolder_remove(&f);
}

static void names_have_at_most_255_bytes(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    for (size_t len = 255; len <= 256; len++) {
        char json[400] = "{'weight_map':{'b':'@";
        size_t start = strlen(json);
        memset(json + start, 'x', len);
        memcpy(json + start + len, "'}}", 4);
        uint64_t at = sb_put_index(&f, json);
        json[start + len] = '\0';
        if (len == 255)
            ASSERT_REJECTED(&f, SB_INDEX, TG_E_PART_MISSING, 0, json + start, 0);
        else
            ASSERT_REJECTED(&f, SB_INDEX, TG_E_PART_NAME, TG_FILE_INDEX, SB_INDEX, at);
    }
    tempfolder_remove(&f);
}

static void names_that_are_odd_but_bare_are_taken(void **state)
{
    (void)state;
    static const char *const names[] = {"x",       ".hidden", "a b.safetensors", "\xc3\xa9", "com10",
                                        "comet.x", "lpt",     "nullx",           "-x",       "a,b;c'"};
    for (size_t i = 0; i + 1 < sizeof names / sizeof names[0]; i++) {
        tempfolder f = tempfolder_new();
        char json[256];
        (void)snprintf(json, sizeof json, "{'weight_map':{'a':'%s'}}", names[i]);
        (void)sb_put_index(&f, json);
        ASSERT_REJECTED(&f, SB_INDEX, TG_E_PART_MISSING, 0, names[i], 0);
        tempfolder_remove(&f);
    }
}

#define SHARD_0 "model-00001-of-00002.safetensors"
#define SHARD_1 "model-00002-of-00002.safetensors"

static void index_rejected(const char *json, tg_status status)
{
    tempfolder f = tempfolder_new();
    sb_put_shards(&f, 2);
    uint64_t at = sb_put_index(&f, json);
    ASSERT_REJECTED(&f, SB_INDEX, status, TG_FILE_INDEX, SB_INDEX, at == ST_NOWHERE ? ANY : at);
    tempfolder_remove(&f);
}

static void an_index_is_strict_json(void **state)
{
    (void)state;
    index_rejected("{'weight_map':{'0.a':'" SHARD_0 "'}}@x", TG_E_JSON_AFTER);
    index_rejected("{'weight_map':{'0.a':'" SHARD_0 "'}} @n", TG_E_JSON_AFTER);
    index_rejected("{'weight_map':{'0.a':'" SHARD_0 "'@", TG_E_TRUNCATED);
    index_rejected("{'weight_map':{'0.a'@,'" SHARD_0 "'}}", TG_E_JSON_SYNTAX);
    index_rejected("{'weight_map':{'0.a':'" SHARD_0 "','@0.a':'" SHARD_0 "'}}", TG_E_NAME_DUPLICATE);
    index_rejected("{'weight_map':{'0.a':'" SHARD_0 "','@\\u0030.a':'" SHARD_1 "'}}", TG_E_NAME_DUPLICATE);
    index_rejected("{'weight_map':{'0.a':'" SHARD_0 "'},'@weight_map':{}}", TG_E_FIELD_DUPLICATE);
    index_rejected("{'metadata':{},'weight_map':{'0.a':'" SHARD_0 "'},'@metadata':{}}", TG_E_FIELD_DUPLICATE);
    index_rejected("{'metadata':{'x':{'a':1,'@a':2}},'weight_map':{'0.a':'" SHARD_0 "'}}", TG_E_FIELD_DUPLICATE);
    index_rejected("{'metadata':{'total_size':1,'@total_size':1},'weight_map':{'0.a':'" SHARD_0 "'}}",
                   TG_E_FIELD_DUPLICATE);
    index_rejected("{'weight_map':@[]}", TG_E_JSON_TYPE);
    index_rejected("{'weight_map':{'a':@1}}", TG_E_JSON_TYPE);
    index_rejected("{'weight_map':{'a':@null}}", TG_E_JSON_TYPE);
    index_rejected("{'metadata':@3,'weight_map':{}}", TG_E_JSON_TYPE);
    index_rejected("{'weight_map':{'@':'x'}}", TG_E_NAME_EMPTY);
    index_rejected("{'weight_map':{'@a\\u0000':'x'}}", TG_E_NAME_NUL);
    index_rejected("{'weight_map':{'a':'x@\xff'}}", TG_E_JSON_UTF8);
    index_rejected("{'metadata':{'x':[[[[[[[[[[[[[[@[1]]]]]]]]]]]]]]]},'weight_map':{}}", TG_E_JSON_DEPTH);
    index_rejected("@{'metadata':{}}", TG_E_FIELD_MISSING);
    index_rejected("@{}", TG_E_FIELD_MISSING);
    index_rejected("@{'weight_map':{}}", TG_E_INDEX_EMPTY);
}

static void a_mapped_tensor_is_in_its_file(void **state)
{
    (void)state;
    index_rejected("{'weight_map':{'0.a':'" SHARD_0 "','@1.c':'" SHARD_1 "'}}", TG_E_INDEX_TENSOR);
    index_rejected("{'weight_map':{'1.a':'" SHARD_1 "','@0.a':'" SHARD_1 "','0.b':'" SHARD_0 "'}}", TG_E_INDEX_TENSOR);
}

#define ALL "'0.a':'" SHARD_0 "','0.b':'" SHARD_0 "','1.a':'" SHARD_1 "','1.b':'" SHARD_1 "'"

static void index_warned(const char *json, tg_status status, uint32_t file, uint64_t count)
{
    tempfolder f = tempfolder_new();
    sb_put_shards(&f, 2);
    uint64_t at = sb_put_index(&f, json);
    assert_warned(&f, SB_INDEX, status, file, at == ST_NOWHERE ? ANY : at, count);
    tempfolder_remove(&f);
}

static void what_an_index_leaves_out_is_told(void **state)
{
    (void)state;
    index_warned("{'weight_map':{'0.a':'" SHARD_0 "','1.a':'" SHARD_1 "'}}", TG_W_TENSOR_UNMAPPED, 0, 2);
    index_warned("{'weight_map':{'0.a':'" SHARD_0 "','0.b':'" SHARD_0 "'}}", TG_W_FILE_UNMAPPED, TG_FILE_INDEX, 1);
    index_warned("{'@other':{'x':[1.5,-2]},'weight_map':{" ALL "}}", TG_W_FIELD_UNKNOWN, TG_FILE_INDEX, 1);
}

static void the_total_size_is_compared(void **state)
{
    (void)state;
    index_warned("{'metadata':{'total_size':@15},'weight_map':{" ALL "}}", TG_W_TOTAL_SIZE, TG_FILE_INDEX, 1);
    index_warned("{'metadata':{'total_size': @14.0},'weight_map':{" ALL "}}", TG_W_TOTAL_SIZE, TG_FILE_INDEX, 1);
    index_warned("{'metadata':{'total_size':@null},'weight_map':{" ALL "}}", TG_W_TOTAL_SIZE, TG_FILE_INDEX, 1);
    tempfolder f = tempfolder_new();
    sb_put_shards(&f, 2);
    (void)sb_put_index(&f, "{'weight_map':{" ALL "},'metadata':{'total_parameters':5,'total_size':14}}");
    tg_model *model = ASSERT_OPENS(&f, SB_INDEX, 0, 2, 0);
    char json[512];
    (void)snprintf(json, sizeof json, "{'metadata':{'total_size':%llu},'weight_map':{" ALL "}}",
                   (unsigned long long)tg_model_file_size(model));
    tg_close(model);
    (void)sb_put_index(&f, json); /* some writers count whole files */
    tg_close(ASSERT_OPENS(&f, SB_INDEX, 0, 2, 0));
    tempfolder_remove(&f);
}

static void shards_are_safetensors_with_unique_names(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_shards(&f, 3);
    st_file other =
        st_make("{'1.a':" ST_TENSOR("U8", "[4]", "[0,4]") ",'@0.b':" ST_TENSOR("U8", "[3]", "[4,7]") "}", 7);
    tempfolder_put(&f, sb_shard(1, 3), &other.file);
    ASSERT_REJECTED(&f, SB_INDEX, TG_E_NAME_DUPLICATE, 1, sb_shard(1, 3), other.at);
    st_free(&other);
    gb_model *m = gb_base();
    tempfolder_put(&f, sb_shard(1, 3), &m->file);
    ASSERT_REJECTED(&f, SB_INDEX, TG_E_PART_FORMAT, 1, sb_shard(1, 3), 0);
    gb_free(m);
    tempfolder_delete(&f, sb_shard(1, 3));
    ASSERT_REJECTED(&f, SB_INDEX, TG_E_PART_MISSING, 1, sb_shard(1, 3), 0);
    tempfolder_folder(&f, sb_shard(1, 3));
    ASSERT_REJECTED(&f, SB_INDEX, TG_E_NOT_REGULAR, 1, sb_shard(1, 3), 0);
    tempfolder_remove(&f);
}

/* A shard that is shorter than its header says, which readers have filled with zeros. */
static void every_prefix_of_index_and_shards_is_rejected(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_shards(&f, 2);
    uint64_t at;
    bytes index = st_text("{'metadata':{'x':[true,null,-1.5e3]},'weight_map':{" ALL "}}", &at);
    for (size_t len = 0; len < index.len; len++) {
        bytes cut = bytes_copy(&index);
        bytes_cut(&cut, len);
        tempfolder_put(&f, SB_INDEX, &cut);
        ASSERT_REJECTED(&f, SB_INDEX, len == 0 ? TG_E_EMPTY_FILE : TG_E_TRUNCATED, TG_FILE_INDEX, SB_INDEX, ANY);
        bytes_free(&cut);
    }
    tempfolder_put(&f, SB_INDEX, &index);
    bytes_free(&index);
    st_file shard = st_make("{'1.a':" ST_TENSOR("U8", "[4]", "[0,4]") ",'1.b':" ST_TENSOR("U8", "[3]", "[4,7]") "}", 7);
    for (size_t len = 0; len < shard.file.len; len++) {
        bytes cut = bytes_copy(&shard.file);
        bytes_cut(&cut, len);
        tempfolder_put(&f, SHARD_1, &cut);
        tg_model *model;
        tg_error e;
        assert_int_not_equal(open_in(&f, SB_INDEX, 0, &model, &e), TG_OK);
        assert_int_equal(e.file, 1);
        bytes_free(&cut);
    }
    tempfolder_put(&f, SHARD_1, &shard.file);
    tg_close(ASSERT_OPENS(&f, SB_INDEX, 0, 2, 0));
    st_free(&shard);
    tempfolder_remove(&f);
}

static void what_is_not_an_index_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *word;
    } rows[] = {{"version https://git-lfs.github.com/spec/v1\noid", "LFS"}, {"<!DOCTYPE html>", "HTML"}};
    tempfolder f = tempfolder_new();
    for (size_t i = 0; i < 2; i++) {
        bytes b = bytes_new(false);
        bytes_raw(&b, rows[i].text, strlen(rows[i].text));
        tempfolder_put(&f, SB_INDEX, &b);
        tg_model *model;
        tg_error e;
        assert_int_equal(open_in(&f, SB_INDEX, 0, &model, &e), TG_E_MAGIC);
        assert_non_null(strstr(tg_error_hint(&e), rows[i].word));
        bytes_free(&b);
    }
    gb_model *m = gb_base();
    tempfolder_put(&f, SB_INDEX, &m->file);
    ASSERT_REJECTED(&f, SB_INDEX, TG_E_JSON_SYNTAX, TG_FILE_INDEX, SB_INDEX, 0);
    gb_free(m);
    tempfolder_remove(&f);
}

int run_index_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_opens_the_set),
        cmocka_unit_test(a_shard_alone_is_one_file_with_a_warning),
        cmocka_unit_test(an_index_alone_is_no_model),
        cmocka_unit_test(a_name_that_leads_elsewhere_opens_nothing),
        cmocka_unit_test(names_have_at_most_255_bytes),
        cmocka_unit_test(names_that_are_odd_but_bare_are_taken),
        cmocka_unit_test(an_index_is_strict_json),
        cmocka_unit_test(a_mapped_tensor_is_in_its_file),
        cmocka_unit_test(what_an_index_leaves_out_is_told),
        cmocka_unit_test(the_total_size_is_compared),
        cmocka_unit_test(shards_are_safetensors_with_unique_names),
        cmocka_unit_test(every_prefix_of_index_and_shards_is_rejected),
        cmocka_unit_test(what_is_not_an_index_is_told),
    };
    return cmocka_run_group_tests_name("the index of safetensors", tests, NULL, NULL);
}
