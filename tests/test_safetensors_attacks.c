/* SPDX-License-Identifier: MIT */
/* Attacks on readers of safetensors, by mechanism: cut files, hostile lengths and text, parser differentials, and files
 * that are made to cost. */
#include "expect.h"
#include "st_build.h"
#include "tempfile.h"
#include "track_alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NONE TG_NO_INDEX
#define MIB ((uint64_t)1 << 20)

/* Two tensors, an empty one, a scalar, metadata, escapes, an unknown field, white space. */
static st_file rich(void)
{
    return st_make(
        "{ '__metadata__':{'format':'pt','\\u00e9':'\\n'},'a':" ST_TENSOR(
            "F32", "[2,3]",
            "[0,24]") ",\n'\\u0062':"
                      "{'dtype':'BF16','shape':[2],'data_offsets':[24,28],'extra':{'x':[1,2.5,null]}},'e':" ST_TENSOR(
                          "U8", "[0,7]", "[28,28]") ",'s':" ST_TENSOR("U8", "[]", "[28,29]") "}  ",
        29);
}

/* ---- Cut and changed files ----------------------------------------------------------------------------- */

static void every_prefix_is_rejected(void **state)
{
    (void)state;
    st_file f = rich();
    size_t whole = f.file.len;
    expect_accepted(&f.file, NULL, false, __FILE__, __LINE__);
    for (size_t len = 0; len < whole; len++) {
        bytes cut = bytes_copy(&f.file);
        bytes_cut(&cut, len);
        expected e = {TG_E_TENSOR_TRUNCATED, ANY, ANY, ANY, ANY, 0};
        if (len == 0)
            e.status = TG_E_EMPTY_FILE;
        else if (len <= 8)
            e.status = TG_E_MAGIC; /* eight bytes that may be anything */
        else if (len < f.data)
            e = (expected){TG_E_TRUNCATED, 8, NONE, len - 8, f.data - 8, 0};
        expect_rejected(&cut, NULL, e, __FILE__, __LINE__);
        bytes_free(&cut);
    }
    st_free(&f);
}

/* Whatever one byte becomes, all sources say the same, and nothing is touched that should not be. */
static void every_byte_may_be_changed(void **state)
{
    (void)state;
    static const uint8_t values[] = {0,   1,   ' ', '"', '\\', ',',  ':',  '0', '9',
                                     '[', ']', '{', '}', 'u',  0x7F, 0x80, 0xFF};
    st_file f = rich();
    size_t accepted = 0;
    for (size_t at = 0; at < f.data; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            uint8_t before = f.file.data[at];
            f.file.data[at] = values[i];
            opened o = open_everywhere(f.file.data, f.file.len, NULL);
            accepted += o.status == TG_OK ? 1 : 0;
            opened_close(&o);
            f.file.data[at] = before;
        }
    }
    assert_in_range(accepted, f.data, f.data * sizeof values / 2);
    st_free(&f);
}

/* The header may be taken to end anywhere, with all of the file behind it. */
static void the_length_may_end_anywhere_in_the_header(void **state)
{
    (void)state;
    st_file f = rich();
    for (uint64_t length = 2; length < f.data - 8; length++) {
        bytes_put_u64(&f.file, 0, length);
        expected e = {TG_E_JSON_END, ANY, ANY, ANY, ANY, 0};
        if (length >= f.data - 8 - 2) /* only white space goes: then the data has a byte too many */
            e.status = TG_E_DATA_AFTER;
        expect_rejected(&f.file, NULL, e, __FILE__, __LINE__);
    }
    st_free(&f);
}

static void the_length_may_reach_into_the_data(void **state)
{
    (void)state;
    st_file f = rich();
    bytes_put_u64(&f.file, 0, f.data - 8 + 1);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_JSON_AFTER, f.data, NONE, ANY, ANY);
    st_free(&f);
}

/* ---- Text ---------------------------------------------------------------------------------------------------- */

static void text_may_be_of_another_encoding(void **state)
{
    (void)state;
    static const char utf16[] = "{\0}\0";
    st_file f = st_make_n(utf16, 4, 0);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_JSON_SYNTAX, 9, 0, ANY, ANY);
    st_free(&f);
    f = st_make_n("\xff\xfe{\0}\0", 6, 0);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_MAGIC, 0, NONE, ANY, ANY);
    st_free(&f);
}

/* What a reader that takes the first, the last or the raw name would see differs: it is refused. */
static void parsers_may_disagree_about_duplicates(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{'w':" ST_TENSOR("U8", "[4]", "[0,4]") ",'w':" ST_TENSOR("U8", "[2,2]", "[0,4]") "}",
        "{'w':" ST_TENSOR("U8", "[4]", "[0,4]") ",'\\u0077':" ST_TENSOR("U8", "[2,2]", "[0,4]") "}",
        "{'w':" ST_TENSOR("U8", "[99]", "[7,106]") ",'w':" ST_TENSOR("U8", "[4]", "[0,4]") "}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        st_file f = st_make(texts[i], 4);
        EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_NAME_DUPLICATE, ANY, 1, 0, ANY);
        st_free(&f);
    }
}

static void other_files_are_not_taken_for_safetensors(void **state)
{
    (void)state;
    static const struct {
        const char *start;
        size_t len;
        tg_status status;
    } rows[] = {
        {"{\"a\" : {\"b\":1}}     ", 20, TG_E_MAGIC}, /* plain JSON, with a brace where the header would begin */
        {"\x1f\x8b\x08\0\0\0\0\0\0\x03xxxx", 14, TG_E_MAGIC},
        {"\0\0\0\0\0\0\0\0\0\0\0\0", 12, TG_E_MAGIC},
        {"GGUF\3\0\0\0{       ", 16, TG_E_TRUNCATED},
        {"version https://git-lfs.github.com/spec/v1", 42, TG_E_MAGIC},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bytes b = bytes_new(false);
        bytes_raw(&b, rows[i].start, rows[i].len);
        EXPECT_BYTES_REJECTED(&b, NULL, rows[i].status, ANY, ANY, ANY, ANY);
        bytes_free(&b);
    }
}

/* ---- Files that are made to cost --------------------------------------------------------------------------------- */

typedef struct outcome {
    tg_status status;
    tg_error error;
    track memory;
    double seconds; /* of the processor */
} outcome;

static outcome open_counted(const st_file *f)
{
    outcome o;
    memset(&o, 0, sizeof o);
    o.memory = track_new();
    tg_allocator allocator = track_allocator(&o.memory);
    tg_options options = options_with_flags(0);
    options.allocator = &allocator;
    span reads = span_over(f->file.data, f->file.len);
    tg_reader reader = span_reader(&reads);
    tg_model *model = NULL;
    clock_t start = clock();
    o.status = tg_open_reader(&reader, &options, &model, &o.error);
    o.seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    tg_close(model);
    assert_false(o.memory.misused);
    assert_int_equal(o.memory.live_blocks, 0);
    assert_false(reads.strayed || reads.repeated);
    assert_in_range(reads.highest, 0, f->data + 65536);
    assert_in_range(o.memory.peak_bytes, 0, 16 * MIB + 8 * (f->data + 65536));
    return o;
}

/* `start`, `count` times `piece`, `end`, and data. A %u in the piece is the number of the repetition. */
static st_file repeat(const char *start, const char *piece, unsigned count, const char *end, size_t data_len)
{
    bytes text = bytes_new(false);
    bytes_raw(&text, start, strlen(start));
    for (unsigned i = 0; i < count; i++) {
        char one[256];
        const char *number = strstr(piece, "%u");
        if (number == NULL)
            snprintf(one, sizeof one, "%s", piece);
        else
            snprintf(one, sizeof one, "%.*s%u%s", (int)(number - piece), piece, i, number + 2);
        bytes_raw(&text, one, strlen(one));
    }
    bytes_raw(&text, end, strlen(end));
    st_file f = st_make_n((const char *)text.data, text.len, data_len);
    bytes_free(&text);
    return f;
}

#define PIECE_ON(dims, offsets) ",'t%u':" ST_TENSOR("U8", dims, offsets)

/* The yardstick of this machine and build: seconds for a byte of a header with nothing odd in it. */
static double plain_seconds_per_byte(void)
{
    static double seconds;
    if (seconds == 0) {
        st_file f = repeat("{'a':" ST_TENSOR("U8", "[0]", "[0,0]"), PIECE_ON("[0]", "[0,0]"), 20000, "}", 0);
        outcome o = open_counted(&f);
        assert_int_equal(o.status, TG_OK);
        seconds = o.seconds / (double)f.file.len;
        st_free(&f);
    }
    return seconds;
}

/* A byte of `f` costs about what it costs elsewhere: what is quadratic would cost thousands of times as much. */
static void assert_no_slower(const outcome *o, const st_file *f)
{
    assert_true(o->seconds < 30 * plain_seconds_per_byte() * (double)f->file.len + 0.5);
}

/* Rejected where it is found out, in no more time than its bytes are worth. */
static void rejected_at_once(st_file f, tg_status status, uint64_t offset)
{
    outcome o = open_counted(&f);
    assert_int_equal(o.status, status);
    if (offset != ANY)
        assert_int_equal(o.error.offset, offset);
    assert_no_slower(&o, &f);
    st_free(&f);
}

static void brackets_may_nest_200_000_deep(void **state)
{
    (void)state;
    rejected_at_once(repeat("", "[", 200000, "", 0), TG_E_JSON_TYPE, 8);
    rejected_at_once(repeat("{'a':", "[", 200000, "", 0), TG_E_JSON_TYPE, 13);
    rejected_at_once(repeat("{'a':{'x':", "[", 200000, "", 0), TG_E_JSON_DEPTH, 18 + 2);
    rejected_at_once(repeat("{'a':{'dtype':'U8','shape':", "[", 200000, "", 0), TG_E_JSON_TYPE, ANY);
    rejected_at_once(repeat("", "{'a':", 100000, "", 0), TG_E_JSON_DEPTH, ANY);
}

static void a_name_may_be_1_mb_long(void **state)
{
    (void)state;
    rejected_at_once(repeat("{'", "abcdefghij", 100000, "':" ST_TENSOR("U8", "[0]", "[0,0]") "}", 0), TG_E_NAME_LENGTH,
                     10);
    rejected_at_once(repeat("{'", "\\u0061", 200000, "':" ST_TENSOR("U8", "[0]", "[0,0]") "}", 0), TG_E_NAME_LENGTH,
                     10);
    rejected_at_once(repeat("{'a':{'", "abcdefghij", 100000, "':1}}", 0), TG_E_FIELD_MISSING, ANY);
}

static void a_rank_may_be_a_million(void **state)
{
    (void)state;
    rejected_at_once(repeat("{'a':{'dtype':'U8','shape':[1", ",1", 1000000, "],'data_offsets':[0,1]}}", 1),
                     TG_E_LIMIT_RANK, 8 + sizeof "{'a':{'dtype':'U8','shape':[1" - 1 + 15);
}

static void a_number_may_have_a_million_digits(void **state)
{
    (void)state;
    rejected_at_once(repeat("{'a':{'dtype':'U8','shape':[1", "0", 1000000, "],'data_offsets':[0,1]}}", 1),
                     TG_E_JSON_RANGE, ANY);
    rejected_at_once(repeat("{'a':{'x':1", "0", 1000000, "}}", 1), TG_E_FIELD_MISSING, ANY);
}

/* The shape of the table of the product that wraps to 16: 4 194 305 x 4 194 305 x 211 106 198 978 564. */
static void a_product_may_wrap_to_the_right_size(void **state)
{
    (void)state;
    st_file f = st_make("{'a':{'dtype':'F32','shape':[4194305,4194305,@211106198978564],'data_offsets':[0,16]}}", 16);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_ELEMENT_COUNT, f.at, 0, ANY, ANY);
    st_free(&f);
}

static void two_hundred_thousand_tensors_may_lie_on_one_range(void **state)
{
    (void)state;
    st_file f = repeat("{'a':" ST_TENSOR("U8", "[64]", "[0,64]"), PIECE_ON("[64]", "[0,64]"), 200000, "}", 64);
    rejected_at_once(f, TG_E_TENSOR_OVERLAP, ANY);
}

static void two_hundred_thousand_tensors_may_be_empty(void **state)
{
    (void)state;
    st_file f = repeat("{'a':" ST_TENSOR("U8", "[64]", "[0,64]"), PIECE_ON("[0]", "[64,64]"), 200000, "}", 64);
    outcome o = open_counted(&f);
    assert_int_equal(o.status, TG_OK);
    assert_no_slower(&o, &f);
    st_free(&f);
}

static void a_hundred_thousand_fields_may_be_unknown(void **state)
{
    (void)state;
    st_file f = repeat("{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]", ",'f%u':1", 100000, "}}", 0);
    outcome o = open_counted(&f);
    assert_int_equal(o.status, TG_OK);
    assert_no_slower(&o, &f);
    st_free(&f);
    rejected_at_once(
        repeat("{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'f99999':1", ",'f%u':1", 100000, "}}", 0),
        TG_E_FIELD_DUPLICATE, ANY);
}

static void a_hundred_thousand_keys_may_be_metadata(void **state)
{
    (void)state;
    st_file f = repeat("{'__metadata__':{'a':'b'", ",'k\\u0065%u':'\\u00e9'", 100000, "}}", 0);
    outcome o = open_counted(&f);
    assert_int_equal(o.status, TG_OK);
    assert_no_slower(&o, &f);
    st_free(&f);
}

/* Four times the header cost four times the time, within what clocks can tell. */
static void time_grows_with_the_header(void **state)
{
    (void)state;
    double seconds[2] = {0, 0};
    for (int larger = 0; larger <= 1; larger++) {
        st_file f = repeat("{'a':" ST_TENSOR("U8", "[0]", "[0,0]"), PIECE_ON("[0]", "[0,0]"),
                           larger == 1 ? 80000 : 20000, "}", 0);
        for (int i = 0; i < 3; i++) {
            outcome o = open_counted(&f);
            assert_int_equal(o.status, TG_OK);
            if (i == 0 || o.seconds < seconds[larger])
                seconds[larger] = o.seconds;
        }
        st_free(&f);
    }
    assert_true(seconds[1] < 12 * seconds[0] + 0.1);
}

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

static tg_status open_failing(const bytes *b, track *memory, bool stable)
{
    tg_allocator allocator = track_allocator(memory);
    tg_options options = options_with_flags(stable ? TG_STABLE_MEMORY : 0);
    options.allocator = &allocator;
    tg_model *model = NULL;
    tg_error error;
    tg_status status = tg_open_memory(b->data, b->len, &options, &model, &error);
    if (status == TG_OK)
        tg_close(model);
    assert_false(memory->misused);
    assert_int_equal(memory->live_blocks, 0);
    assert_int_equal(memory->live_bytes, 0);
    return status;
}

static void every_request_for_memory_may_fail(void **state)
{
    (void)state;
    st_file files[] = {rich(),
                       repeat("{'a':" ST_TENSOR("U8", "[64]", "[0,64]"), PIECE_ON("[0]", "[64,64]"), 100, "}", 64),
                       repeat("{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]", ",'f%u':{'a':1}", 100, "}}", 0),
                       repeat("{'__metadata__':{'a':'b'", ",'k\\u0065%u':'\\u00e9'", 100, "}}", 0)};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        for (int mode = 0; mode < 4; mode++) {
            for (uint64_t k = 1;; k++) {
                track memory = track_new();
                memory.fail_from = k;
                memory.fail_once = (mode & 1) != 0;
                tg_status status = open_failing(&files[i].file, &memory, (mode & 2) != 0);
                if (status != TG_OK)
                    assert_int_equal(status, TG_E_NO_MEMORY);
                if (memory.requests < k) {
                    assert_int_equal(status, TG_OK);
                    assert_in_range(k, 3, 1000);
                    break;
                }
            }
        }
        st_free(&files[i]);
    }
}

static void what_was_allocated_for_a_prefix_is_freed(void **state)
{
    (void)state;
    st_file f = rich();
    for (size_t len = f.file.len - 1; len > 0; len--) {
        track memory = track_new();
        bytes_cut(&f.file, len);
        assert_int_not_equal(open_failing(&f.file, &memory, false), TG_OK);
    }
    st_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_is_rejected),
        cmocka_unit_test(every_byte_may_be_changed),
        cmocka_unit_test(the_length_may_end_anywhere_in_the_header),
        cmocka_unit_test(the_length_may_reach_into_the_data),
        cmocka_unit_test(text_may_be_of_another_encoding),
        cmocka_unit_test(parsers_may_disagree_about_duplicates),
        cmocka_unit_test(other_files_are_not_taken_for_safetensors),
        cmocka_unit_test(brackets_may_nest_200_000_deep),
        cmocka_unit_test(a_name_may_be_1_mb_long),
        cmocka_unit_test(a_rank_may_be_a_million),
        cmocka_unit_test(a_number_may_have_a_million_digits),
        cmocka_unit_test(a_product_may_wrap_to_the_right_size),
        cmocka_unit_test(two_hundred_thousand_tensors_may_lie_on_one_range),
        cmocka_unit_test(two_hundred_thousand_tensors_may_be_empty),
        cmocka_unit_test(a_hundred_thousand_fields_may_be_unknown),
        cmocka_unit_test(a_hundred_thousand_keys_may_be_metadata),
        cmocka_unit_test(time_grows_with_the_header),
        cmocka_unit_test(every_request_for_memory_may_fail),
        cmocka_unit_test(what_was_allocated_for_a_prefix_is_freed),
    };
    return cmocka_run_group_tests_name("attacks on safetensors", tests, NULL, NULL);
}
