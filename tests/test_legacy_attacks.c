/* SPDX-License-Identifier: MIT */
/* Files of the ggml family made to hurt: records that seek back, lengths that wrap, headers that promise much. And
 * what must hold for all of them: work and memory in proportion to the header, and few small reads. */
#include "legacy_cases.h"
#include "track_alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static tg_status status_of(const bytes *file, const tg_options *options)
{
    opened o = open_everywhere(file->data, file->len, options);
    tg_status status = o.status;
    opened_close(&o);
    return status;
}

/* The same from memory alone: for what is about the file, not about how it comes. */
static tg_status status_in_memory(const bytes *file, const tg_options *options)
{
    tg_model *model = NULL;
    tg_status status = tg_open_memory(file->data, file->len, options, &model, NULL);
    tg_close(model);
    return status;
}

static lb_file *header_of(const char *layout, const char *container)
{
    lb_spec spec = {layout, container, 0, 0, 0, true, 0, 0, 0};
    return lb_make(spec);
}

/* ---- Records ------------------------------------------------------------------------------------ */

/* 4 x 2147483644 x 2147483652 bytes are 2^64-64: who adds that to a position goes back to the same record. */
static void a_record_that_seeks_back_by_64_ends_at_once(void **state)
{
    (void)state;
    static const char *const containers[] = {"ggml", "ggmf1", "ggjt1", "ggjt2", "ggjt3"};
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        lb_file *f = header_of("llama", containers[i]);
        const uint32_t dims[] = {2147483644u, 2147483652u};
        uint64_t at = lb_append_record(f, "tok_embeddings.weight", 0, 2, dims, 64);
        tg_options options = lc_options("llama");
        EXPECT_BYTES_REJECTED(&f->file, &options, TG_E_DIM_NEGATIVE, at + 16, ANY, 2147483652u, INT32_MAX);
        assert_int_not_equal(status_of(&f->file, NULL), TG_OK);
        lb_free(f);
    }
}

/* The same with dimensions that are positive. */
static void products_that_wrap_end_at_once(void **state)
{
    (void)state;
    static const uint32_t dims[][4] = {
        {1u << 30, 1u << 30, 1u << 4, 1},
        {1u << 16, 1u << 16, 1u << 16, 1u << 16},
        {0x7FFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF},
        {1u << 30, 1u << 30, 2, 2},
    };
    for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++) {
        lb_file *f = header_of("whisper", "ggml");
        (void)lb_append_record(f, "encoder.positional_embedding", 0, 4, dims[i], 64);
        tg_options options = lc_options("whisper");
        tg_status status = status_of(&f->file, &options);
        assert_int_not_equal(status_of(&f->file, NULL), TG_OK);
        assert_true(status == TG_E_ELEMENT_COUNT || status == TG_E_SIZE_OVERFLOW || status == TG_E_TENSOR_TRUNCATED);
        lb_free(f);
    }
}

static void patch_first_record(const char *container, uint64_t behind_start, uint32_t value, tg_status status)
{
    lb_file *f = header_of("llama", container);
    const uint32_t dims[] = {32, 7};
    uint64_t at = lb_append_record(f, "tok_embeddings.weight", 0, 2, dims, 32 * 7 * 4);
    bytes_put_u32(&f->file, at + behind_start, value);
    tg_options options = lc_options("llama");
    EXPECT_BYTES_REJECTED(&f->file, &options, status, at + behind_start, ANY, value, ANY);
    assert_int_not_equal(status_of(&f->file, NULL), TG_OK);
    lb_free(f);
}

static void huge_ranks_and_names_end_at_once(void **state)
{
    (void)state;
    static const char *const containers[] = {"ggml", "ggmf1", "ggjt1", "ggjt3"};
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        patch_first_record(containers[i], 0, INT32_MAX, TG_E_RANK);
        patch_first_record(containers[i], 0, UINT32_MAX, TG_E_RANK);
        patch_first_record(containers[i], 0, 20, TG_E_RANK);
        patch_first_record(containers[i], 4, UINT32_MAX, TG_E_NAME_LENGTH);
        patch_first_record(containers[i], 4, INT32_MAX, TG_E_NAME_LENGTH);
        patch_first_record(containers[i], 8, UINT32_MAX, TG_E_DTYPE);
    }
}

static void one_and_eleven_stray_bytes_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        for (size_t stray = 1; stray <= 11; stray += 10) {
            lb_file *f = lb_make(lb_specs[i]);
            bytes_fill(&f->file, stray, 0);
            tg_options options = lc_options(f->spec.layout);
            assert_int_not_equal(status_of(&f->file, &options), TG_OK);
            assert_int_not_equal(status_in_memory(&f->file, NULL), TG_OK);
            lb_free(f);
        }
    }
}

/* Without the padding that ggjt has, the data is not where it seems. */
static void a_file_without_its_padding_is_refused(void **state)
{
    (void)state;
    lb_file *f = header_of("llama", "ggjt1");
    f->padding = 1;
    const uint32_t dims[] = {32, 7};
    (void)lb_append_record(f, "tok_embeddings.weight", 0, 2, dims, 32 * 7 * 4);
    assert_int_equal(status_of(&f->file, NULL), TG_E_TENSOR_TRUNCATED);
    lb_free(f);
}

/* ---- Bombs ------------------------------------------------------------------------------------------ */

/* Of the processor: other programs do not count. */
static double seconds_to_open(const bytes *file)
{
    tg_model *model = NULL;
    clock_t start = clock();
    (void)tg_open_memory(file->data, file->len, NULL, &model, NULL);
    clock_t end = clock();
    tg_close(model);
    return (double)(end - start) / CLOCKS_PER_SEC;
}

/* A file of four times the size: four times the time, within what clocks can tell; sixteen if it were quadratic. */
static void assert_linear(const double seconds[2])
{
    assert_true(seconds[1] < 12 * seconds[0] + 0.5);
}

/* Zeros are tokens without bytes: every layout may read them as its vocabulary. */
static void megabytes_of_empty_tokens_are_read_in_linear_time(void **state)
{
    (void)state;
    static const uint32_t counts[] = {250000, 1000000};
    double seconds[2];
    for (size_t i = 0; i < 2; i++) {
        bytes file = bytes_new(false);
        bytes_raw(&file, "lmgg", 4);
        for (size_t k = 0; k < 8; k++)
            bytes_u32(&file, k == 7 ? 0 : counts[i]);
        bytes_fill(&file, counts[i] * 4, 0);
        seconds[i] = seconds_to_open(&file);
        bytes_free(&file);
    }
    assert_linear(seconds);
}

static void many_small_tensors_are_read_in_linear_time(void **state)
{
    (void)state;
    static const uint32_t counts[] = {20000, 80000};
    double seconds[2];
    for (size_t i = 0; i < 2; i++) {
        lb_file *f = header_of("rwkv", "ggmf101");
        const uint32_t dims[] = {1};
        for (uint32_t k = 0; k < counts[i]; k++) {
            char name[8] = {(char)('a' + k % 26), (char)('a' + k / 26 % 26), (char)('a' + k / 676 % 26),
                            (char)('a' + k / 17576 % 26), '\0'};
            bytes_u32(&f->file, 1);
            bytes_u32(&f->file, 4);
            bytes_u32(&f->file, 0);
            bytes_u32(&f->file, dims[0]);
            bytes_raw(&f->file, name, 4);
            bytes_u32(&f->file, 0);
        }
        seconds[i] = seconds_to_open(&f->file);
        lb_free(f);
    }
    assert_linear(seconds);
}

/* ---- Reading by record ------------------------------------------------------------------------------- */

/* A file of many GB, of which only the records exist: pieces of it, and zeros between. */
typedef struct piece {
    uint64_t at;
    size_t len;
    size_t from; /* in `records` */
} piece;

typedef struct hollow {
    bytes records;
    piece *pieces;
    size_t num_pieces;
    uint64_t size;
    uint64_t num_reads, total, highest, backwards;
} hollow;

static int hollow_read(void *context, uint64_t offset, void *buffer, size_t len)
{
    hollow *h = (hollow *)context;
    uint8_t *to = (uint8_t *)buffer;
    h->num_reads++;
    h->total += len;
    if (offset < h->highest)
        h->backwards++;
    h->highest = offset + len > h->highest ? offset + len : h->highest;
    memset(to, 0, len);
    for (size_t i = 0; i < h->num_pieces; i++) {
        const piece *p = &h->pieces[i];
        for (size_t k = 0; k < p->len; k++)
            if (p->at + k >= offset && p->at + k - offset < len)
                to[p->at + k - offset] = h->records.data[p->from + k];
    }
    return 0;
}

static void hollow_piece(hollow *h, size_t from)
{
    h->pieces = (piece *)must_grow(h->pieces, h->num_pieces, sizeof(piece));
    piece p = {h->size, h->records.len - from, from};
    h->pieces[h->num_pieces++] = p;
    h->size += p.len;
}

static void hollow_tensor(hollow *h, const char *name, uint32_t num_dims, uint32_t a, uint32_t b)
{
    size_t from = h->records.len;
    bytes_u32(&h->records, num_dims);
    bytes_u32(&h->records, (uint32_t)strlen(name));
    bytes_u32(&h->records, 0);
    bytes_u32(&h->records, a);
    if (num_dims == 2)
        bytes_u32(&h->records, b);
    bytes_raw(&h->records, name, strlen(name));
    hollow_piece(h, from);
    h->size = (h->size + 31) / 32 * 32 + (uint64_t)a * (num_dims == 2 ? b : 1) * 4;
}

static void hollow_layer(hollow *h, uint32_t layer, uint32_t e, uint32_t ff)
{
    static const char *const names[] = {"attention.wq",    "attention.wk",    "attention.wv",
                                        "attention.wo",    "feed_forward.w1", "feed_forward.w2",
                                        "feed_forward.w3", "attention_norm",  "ffn_norm"};
    for (size_t i = 0; i < 9; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "layers.%u.%s.weight", layer, names[i]);
        hollow_tensor(h, name, i < 7 ? 2 : 1, i == 5 ? ff : e, i == 4 || i == 6 ? ff : e);
    }
}

/* LLaMA 7B in 32-bit floats. */
static hollow llama_7b(void)
{
    hollow h;
    memset(&h, 0, sizeof h);
    h.records = bytes_new(false);
    bytes_raw(&h.records, "tjgg", 4);
    static const uint32_t numbers[] = {3, 1000, 4096, 256, 32, 32, 128, 0};
    for (size_t i = 0; i < 8; i++)
        bytes_u32(&h.records, numbers[i]);
    for (size_t i = 0; i < 1000; i++) {
        bytes_u32(&h.records, 2);
        bytes_raw(&h.records, "ab", 2);
        bytes_f32(&h.records, 0);
    }
    hollow_piece(&h, 0);
    hollow_tensor(&h, "tok_embeddings.weight", 2, 4096, 1000);
    hollow_tensor(&h, "norm.weight", 1, 4096, 0);
    hollow_tensor(&h, "output.weight", 2, 4096, 1000);
    for (uint32_t i = 0; i < 32; i++)
        hollow_layer(&h, i, 4096, 11008);
    return h;
}

static void a_file_of_26_gb_costs_some_hundred_small_reads(void **state)
{
    (void)state;
    hollow h = llama_7b();
    tg_reader reader = {sizeof reader, h.size, hollow_read, &h};
    tg_model *model = NULL;
    tg_error error;
    assert_in_range(h.size, 25000000000u, 27000000000u);
    assert_int_equal(tg_open_reader(&reader, NULL, &model, &error), TG_OK);
    assert_int_equal(tg_model_layout(model), TG_LAYOUT_LLAMA);
    assert_int_equal(tg_model_num_tensors(model), 3 + 9 * 32);
    assert_in_range(h.num_reads, 200, 330);
    assert_in_range(h.total, 1, 2u << 20);
    assert_in_range(h.backwards, 0, 1); /* the end, where a zip archive is looked for */
    tg_close(model);
    free(h.pieces);
    bytes_free(&h.records);
}

/* The limit on headers counts what is read of records, wherever they are, and from every source alike. */
static void the_limit_on_headers_counts_records(void **state)
{
    (void)state;
    lb_spec spec = {"llama", "ggjt1", 0, 0, 0, false, 0, 0, 0};
    lb_file *f = lb_make(spec);
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    uint64_t least = f->header_end + f->num_tensors * 32, needed = 0;
    for (limits.max_header_bytes = 64; limits.max_header_bytes < 4096; limits.max_header_bytes += 13) {
        bool near = needed == 0 && limits.max_header_bytes > least; /* where one source may differ from another */
        tg_status status = near ? status_of(&f->file, &options) : status_in_memory(&f->file, &options);
        assert_true(status == TG_OK || status == TG_E_LIMIT_HEADER);
        if (status == TG_OK && needed == 0)
            needed = limits.max_header_bytes;
        assert_true(needed == 0 || status == TG_OK);
    }
    assert_in_range(needed, least, f->header_end + f->num_tensors * 64);
    lb_free(f);
}

/* ---- Allocations, and changed bytes ----------------------------------------------------------------------- */

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        spec.width = 16;
        lb_file *f = lb_make(spec);
        tg_options options = lc_options(spec.layout);
        for (uint64_t fail_at = 1;; fail_at++) {
            track memory = track_new();
            memory.fail_from = fail_at;
            tg_allocator allocator = track_allocator(&memory);
            options.allocator = &allocator;
            tg_model *model = NULL;
            tg_error error;
            tg_status status = tg_open_memory(f->file.data, f->file.len, &options, &model, &error);
            tg_close(model);
            assert_int_equal(memory.live_blocks, 0);
            assert_false(memory.misused);
            assert_true(status == TG_OK || status == TG_E_NO_MEMORY);
            if (memory.requests < fail_at)
                break;
        }
        lb_free(f);
    }
}

/* What an accepted model promises: tensors in the file, one behind the other. */
static void check_accepted(const tg_model *model, uint64_t len)
{
    uint64_t end = 0;
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        assert_true(t->offset >= end && t->offset <= len && t->size <= len - t->offset);
        assert_int_equal(t->offset % tg_model_alignment(model), 0);
        end = t->offset + t->size;
    }
    assert_true(tg_model_num_tensors(model) == 0 || end == len);
}

static void open_changed(const lb_file *f)
{
    tg_model *model = NULL;
    tg_error error;
    tg_status status = tg_open_memory(f->file.data, f->file.len, NULL, &model, &error);
    assert_int_not_equal(status, TG_E_INTERNAL);
    if (status == TG_OK)
        check_accepted(model, f->file.len);
    else
        assert_true(error.offset <= f->file.len);
    tg_close(model);
}

/* Inside the data of a tensor, of which nothing is read, but for its first and last byte. */
static bool is_data(const lb_file *f, uint64_t at)
{
    for (size_t i = 0; i < f->num_tensors; i++)
        if (at > f->tensors[i].at.data && at + 1 < f->tensors[i].at.end)
            return true;
    return false;
}

/* The header and two records. Of Falcon only the form that has merges: the others are read as LLaMA is, each of whose
 * containers is here. */
static void no_changed_byte_breaks_a_promise(void **state)
{
    (void)state;
    static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        spec.width = 16;
        lb_file *f = lb_make(spec);
        bool again = strcmp(spec.layout, "falcon") == 0 && strcmp(spec.container, "ggcc10") != 0;
        uint64_t end = again ? 0 : f->num_tensors > 1 ? f->tensors[1].at.data : f->header_end;
        for (uint64_t at = 0; at < end; at++) {
            if (is_data(f, at))
                continue;
            uint8_t before = f->file.data[at];
            for (size_t k = 0; k < sizeof values; k++) {
                f->file.data[at] = values[k];
                if (values[k] != before)
                    open_changed(f);
            }
            f->file.data[at] = before;
        }
        lb_free(f);
    }
}

static void no_changed_number_breaks_a_promise(void **state)
{
    (void)state;
    static const uint32_t values[] = {0, 1, 2, 255, 65536, INT32_MAX, 1u << 31, UINT32_MAX};
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        spec.width = 16;
        lb_file *f = lb_make(spec);
        for (size_t m = 0; m < f->num_marks; m++) {
            uint64_t at = f->marks[m].at;
            uint8_t before[4];
            memcpy(before, f->file.data + at, 4);
            for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
                bytes_put_u32(&f->file, at, values[k]);
                open_changed(f);
            }
            memcpy(f->file.data + at, before, 4);
        }
        lb_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_that_seeks_back_by_64_ends_at_once),
        cmocka_unit_test(products_that_wrap_end_at_once),
        cmocka_unit_test(huge_ranks_and_names_end_at_once),
        cmocka_unit_test(one_and_eleven_stray_bytes_are_refused),
        cmocka_unit_test(a_file_without_its_padding_is_refused),
        cmocka_unit_test(megabytes_of_empty_tokens_are_read_in_linear_time),
        cmocka_unit_test(many_small_tensors_are_read_in_linear_time),
        cmocka_unit_test(a_file_of_26_gb_costs_some_hundred_small_reads),
        cmocka_unit_test(the_limit_on_headers_counts_records),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(no_changed_byte_breaks_a_promise),
        cmocka_unit_test(no_changed_number_breaks_a_promise),
    };
    return cmocka_run_group_tests_name("attacks on the ggml family", tests, NULL, NULL);
}
