/* SPDX-License-Identifier: MIT */
/* LLaMA in two and in four files: what the set gives is what the whole file has, byte for byte; and every way in which
 * files do not belong together is an error that names the file. */
#include "expect.h"
#include "legacy_build.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH 256
#define MAX_PARTS 5

/* The files of a set, in a folder of their own. */
typedef struct parts {
    uint32_t count;
    tempfile first; /* the others stand beside it */
    lb_file *files[MAX_PARTS];
    lb_file *whole;
} parts;

static void part_path(const parts *s, uint32_t number, char *out, size_t len)
{
    if (number == 0)
        (void)snprintf(out, len, "%s", s->first.path);
    else
        (void)snprintf(out, len, "%s.%u", s->first.path, number);
}

static void write_file(const char *path, const bytes *file)
{
    FILE *out = fopen(path, "wb");
    must(out != NULL && fwrite(file->data, 1, file->len, out) == file->len && fclose(out) == 0, path);
}

static void write_part(const parts *s, uint32_t number)
{
    char path[600];
    part_path(s, number, path, sizeof path);
    write_file(path, &s->files[number]->file);
}

static void remove_part(const parts *s, uint32_t number)
{
    char path[600];
    part_path(s, number, path, sizeof path);
    (void)remove(path);
}

/* The bytes of row `row` of a whole tensor that stand in part `number`, or all of its rows. */
static void cut_tensor(const parts *s, uint32_t number, lb_tensor *part, const lb_tensor *whole)
{
    uint8_t *to = s->files[number]->file.data + part->at.data;
    const uint8_t *from = s->whole->file.data + whole->at.data;
    if (whole->size == part->size) {
        memcpy(to, from, (size_t)whole->size);
    } else if (part->dims[0] == whole->dims[0]) {
        memcpy(to, from + number * part->size, (size_t)part->size);
    } else {
        size_t row = (size_t)(part->size / part->dims[1]);
        for (uint32_t i = 0; i < part->dims[1]; i++)
            memcpy(to + i * row, from + (i * s->count + number) * row, row);
    }
}

static parts parts_new(const char *container, uint32_t count, uint32_t type)
{
    parts s;
    memset(&s, 0, sizeof s);
    s.count = count;
    lb_spec spec = {"llama", container, WIDTH, type, 0, false, 0, 0, 8};
    s.whole = lb_make(spec);
    spec.parts = count;
    s.first = tempfile_new("", 0);
    for (uint32_t i = 0; i < count; i++) {
        spec.part = i;
        s.files[i] = lb_make(spec);
        for (size_t k = 0; k < s.whole->num_tensors; k++)
            cut_tensor(&s, i, &s.files[i]->tensors[k], &s.whole->tensors[k]);
        write_part(&s, i);
    }
    return s;
}

static void parts_free(parts *s)
{
    for (uint32_t i = 0; i <= s->count; i++)
        remove_part(s, i);
    for (uint32_t i = 0; i < s->count; i++)
        lb_free(s->files[i]);
    lb_free(s->whole);
}

static void compare_reads(const tg_model *model, const tg_tensor *t, const uint8_t *whole)
{
    uint8_t *buffer = (uint8_t *)must_alloc((size_t)t->size);
    assert_int_equal(tg_tensor_read(model, t, 0, buffer, (size_t)t->size, NULL), TG_OK);
    assert_memory_equal(buffer, whole, (size_t)t->size);
    for (uint64_t at = 0; at < t->size; at += t->size / 7 + 1) {
        size_t len = (size_t)(t->size - at < 777 ? t->size - at : 777);
        memset(buffer, 0, len);
        assert_int_equal(tg_tensor_read(model, t, at, buffer, len, NULL), TG_OK);
        assert_memory_equal(buffer, whole + at, len);
    }
    free(buffer);
}

static void compare_tensor(const parts *s, const tg_model *model, const lb_tensor *whole)
{
    const tg_tensor *t = tg_model_find_tensor(model, whole->name);
    assert_non_null(t);
    assert_int_equal(t->size, whole->size);
    assert_int_equal(t->dims[0], whole->dims[0]);
    assert_true(t->num_dims == 1 || t->dims[1] == whole->dims[1]);
    compare_reads(model, t, s->whole->file.data + whole->at.data);
    const void *data;
    size_t len;
    tg_status status = tg_tensor_data(model, t, &data, &len, NULL);
    tg_piece piece;
    if (t->num_dims == 1) {
        assert_int_equal(status, TG_OK);
        assert_memory_equal(data, s->whole->file.data + whole->at.data, len);
        assert_int_equal(tg_tensor_num_pieces(model, t), 1);
        return;
    }
    assert_int_equal(status, TG_E_NOT_CONTIGUOUS);
    assert_int_equal(tg_tensor_num_pieces(model, t), s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        assert_true(tg_tensor_piece(model, t, i, &piece));
        const lb_tensor *part = lb_find(s->files[i], whole->name);
        assert_int_equal(piece.file, i);
        assert_int_equal(piece.offset, part->at.data);
        assert_int_equal(piece.size, part->size);
        assert_int_equal(piece.dim, part->dims[0] == whole->dims[0] ? 1 : 0);
    }
    assert_false(tg_tensor_piece(model, t, s->count, &piece));
}

static void a_set_gives_the_tensors_of_the_whole(void **state)
{
    (void)state;
    static const char *const containers[] = {"ggml", "ggmf1"};
    for (uint32_t count = 2; count <= 4; count += 2) {
        for (uint32_t type = 1; type <= 2; type++) {
            for (size_t c = 0; c < 2; c++) {
                parts s = parts_new(containers[c], count, type);
                tg_model *model = NULL;
                tg_error error;
                assert_int_equal(tg_open_path(s.first.path, NULL, &model, &error), TG_OK);
                assert_int_equal(tg_model_num_files(model), count);
                assert_int_equal(tg_model_num_tensors(model), s.whole->num_tensors);
                for (size_t i = 0; i < s.whole->num_tensors; i++)
                    compare_tensor(&s, model, &s.whole->tensors[i]);
                tg_close(model);
                parts_free(&s);
            }
        }
    }
}

/* Rejected, and the error names that part. */
static void rejects_part(const parts *s, tg_status status, uint32_t number)
{
    tg_model *model = NULL;
    tg_error error;
    char path[600];
    part_path(s, number, path, sizeof path);
    const char *name = strrchr(path, '/');
    assert_int_equal(tg_open_path(s->first.path, NULL, &model, &error), status);
    assert_int_equal(error.file, number);
    assert_string_equal(error.file_name, name != NULL ? name + 1 : path);
}

static void missing_and_extra_parts_are_named(void **state)
{
    (void)state;
    parts s = parts_new("ggml", 4, 1);
    for (uint32_t i = 1; i < 4; i++) {
        remove_part(&s, i);
        rejects_part(&s, TG_E_PART_MISSING, i);
        write_part(&s, i);
    }
    char path[600];
    part_path(&s, 4, path, sizeof path);
    write_file(path, &s.files[1]->file);
    rejects_part(&s, TG_E_PARTS_EXTRA, 4);
    parts_free(&s);
}

static void foreign_parts_are_named(void **state)
{
    (void)state;
    parts s = parts_new("ggml", 2, 1), other = parts_new("ggmf1", 2, 1);
    char path[600];
    part_path(&s, 1, path, sizeof path);
    write_file(path, &other.files[1]->file);
    rejects_part(&s, TG_E_PART_FORMAT, 1);
    s.files[1]->file.data[lb_at(s.files[1], "tokens") + 5] ^= 1;
    write_part(&s, 1);
    rejects_part(&s, TG_E_PARTS_HEADER, 1);
    s.files[1]->file.data[lb_at(s.files[1], "tokens") + 5] ^= 1;
    const lb_tensor *last = &s.files[1]->tensors[s.files[1]->num_tensors - 1];
    bytes_put_u8(&s.files[1]->file, last->at.type, 1);
    bytes_cut(&s.files[1]->file, last->at.end - last->size / 2);
    write_part(&s, 1);
    rejects_part(&s, TG_E_PARTS_TENSOR, 1);
    write_file(path, &s.whole->file);
    rejects_part(&s, TG_E_PARTS_TENSOR, 1);
    parts_free(&other);
    parts_free(&s);
}

static void a_part_alone_is_warned_about(void **state)
{
    (void)state;
    parts s = parts_new("ggml", 2, 1);
    tg_options options = options_with_flags(TG_SINGLE_FILE);
    tg_model *model = NULL;
    remove_part(&s, 1);
    assert_int_equal(tg_open_path(s.first.path, &options, &model, NULL), TG_OK);
    assert_int_equal(tg_model_num_warnings(model), 1);
    assert_int_equal(tg_model_warning(model, 0)->status, TG_W_PART);
    assert_int_equal(tg_model_tensor(model, 0)->dims[0], WIDTH / 2);
    tg_close(model);
    parts_free(&s);
}

/* How many parts there are, the first tensor alone says: where that comes last, what ends before it is truncated. */
static void a_part_cut_before_its_first_tensor_is_truncated(void **state)
{
    (void)state;
    lb_spec spec = {"llama", "ggml", WIDTH, 1, 0, false, 2, 0, 8};
    lb_file *f = lb_make(spec);
    bytes moved = bytes_new(false);
    uint64_t from = f->tensors[0].at.record, to = f->tensors[0].at.end;
    bytes_raw(&moved, f->file.data, (size_t)from);
    bytes_raw(&moved, f->file.data + to, (size_t)(f->file.len - to));
    bytes_raw(&moved, f->file.data + from, (size_t)(to - from));
    tg_options options = options_with_flags(TG_SINGLE_FILE);
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(moved.data, moved.len, &options, &model, NULL), TG_OK);
    assert_int_equal(tg_model_num_tensors(model), f->num_tensors);
    tg_close(model);
    for (size_t i = 1; i < f->num_tensors; i++) {
        size_t len = (size_t)(f->tensors[i].at.end - (to - from));
        assert_int_equal(tg_open_memory(moved.data, len, &options, &model, NULL), TG_E_TENSOR_MISSING);
        assert_int_equal(tg_open_memory(moved.data, len - 1, &options, &model, NULL), TG_E_TENSOR_TRUNCATED);
    }
    bytes_free(&moved);
    lb_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_gives_the_tensors_of_the_whole),
        cmocka_unit_test(missing_and_extra_parts_are_named),
        cmocka_unit_test(foreign_parts_are_named),
        cmocka_unit_test(a_part_alone_is_warned_about),
        cmocka_unit_test(a_part_cut_before_its_first_tensor_is_truncated),
    };
    return cmocka_run_group_tests_name("LLaMA in parts", tests, NULL, NULL);
}
