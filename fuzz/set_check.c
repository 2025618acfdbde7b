/* SPDX-License-Identifier: MIT */
/* The invariants of models of several files: see set_check.h. */
#include "set_check.h"

#include "fuzz.h"
#include "wide.h"

#include <stdlib.h>

#define MAX_PAIRS 64

/* ---- Taking apart --------------------------------------------------------------------------------- */

static const uint8_t *next_mark(const uint8_t *from, const uint8_t *end)
{
    const size_t len = sizeof SET_MARK - 1;
    for (; (size_t)(end - from) >= len; from++)
        if (memcmp(from, SET_MARK, len) == 0)
            return from;
    return NULL;
}

/* Reads the name in [from, end), and returns what is behind it; NULL where it is none. */
static const uint8_t *read_name(const uint8_t *from, const uint8_t *end, char *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t len = 0;
    while (from + len < end && from[len] != 0 && strchr(letters, from[len]) != NULL)
        len++;
    if (len == 0 || len >= SET_NAME_BYTES || from + len == end || from[len] != '\n' || from[0] == '.')
        return NULL;
    memcpy(out, from, len);
    out[len] = '\0';
    return from + len + 1;
}

void set_read(set_files *s, const uint8_t *data, size_t size)
{
    const uint8_t *end = data + size;
    s->num = 0;
    for (const uint8_t *mark = next_mark(data, end); mark != NULL;) {
        set_file file = {{0}, NULL, 0};
        file.data = read_name(mark + sizeof SET_MARK - 1, end, file.name);
        mark = next_mark(mark + 1, end);
        if (file.data == NULL)
            continue;
        file.len = (size_t)((mark != NULL ? mark : end) - file.data);
        set_file *same = (set_file *)(uintptr_t)set_find(s, file.name);
        if (same == NULL && s->num < SET_MAX)
            same = &s->files[s->num++];
        if (same != NULL)
            *same = file;
    }
}

const set_file *set_find(const set_files *s, const char *name)
{
    for (size_t i = 0; i < s->num; i++)
        if (strcmp(s->files[i].name, name) == 0)
            return &s->files[i];
    return NULL;
}

/* ---- Checking ---------------------------------------------------------------------------------------- */

static const set_file *file_of(const tg_model *m, const set_files *s, uint32_t number)
{
    const tg_file *file = tg_model_file(m, number);
    FUZZ_CHECK(file != NULL, "a file that is not there");
    const set_file *given = set_find(s, file->name);
    FUZZ_CHECK(given != NULL, "a file that nobody wrote");
    FUZZ_CHECK(file->size == given->len, "a file of another size");
    return given;
}

static void check_files(const tg_model *m, const set_files *s)
{
    uint32_t num = tg_model_num_files(m);
    uint64_t bytes = 0, tensors = 0;
    FUZZ_CHECK(num > 0 && num <= s->num, "more files than there are");
    for (uint32_t i = 0; i < num; i++) {
        const tg_file *file = tg_model_file(m, i);
        bytes += file_of(m, s, i)->len;
        for (uint32_t j = 0; j < i; j++)
            FUZZ_CHECK(strcmp(tg_model_file(m, j)->name, file->name) != 0, "one file is there twice");
        FUZZ_CHECK(file->data_offset <= file->size, "the data of a file begins behind it");
        FUZZ_CHECK(file->first_tensor <= tg_model_num_tensors(m), "a file whose tensors are not there");
        tensors += file->num_tensors;
    }
    const tg_set *set = tg_model_set(m);
    bool cut = set != NULL && set->whole && set->kind == TG_SET_PARTS;
    FUZZ_CHECK(tg_model_file(m, num) == NULL, "a file behind the last");
    FUZZ_CHECK(set == NULL || !set->whole || set->num_files == num, "a set of another number of files");
    FUZZ_CHECK(num == 1 || set != NULL, "several files that are no set");
    bool indexed = tg_model_file(m, TG_FILE_INDEX) != NULL;
    FUZZ_CHECK(indexed == (set != NULL && set->whole && set->kind == TG_SET_INDEX), "an index, or none");
    FUZZ_CHECK(bytes == tg_model_file_size(m), "the size of all files");
    FUZZ_CHECK(cut || tensors == tg_model_num_tensors(m), "the tensors of all files");
}

/* Models in parts are of LLaMA: put together, a row of its first matrix is as wide as the model. */
static void check_parts(const tg_model *m)
{
    const tg_set *set = tg_model_set(m);
    if (set == NULL || !set->whole || set->kind != TG_SET_PARTS)
        return;
    const tg_tensor *t = tg_model_find_tensor(m, "tok_embeddings.weight");
    const tg_value width = tg_model_value(m, tg_model_find_key(m, "llama.n_embd"));
    uint64_t n_embd = 0;
    FUZZ_CHECK(t != NULL && tg_value_u64(&width, &n_embd), "parts of another layout");
    FUZZ_CHECK(t->dims[0] == n_embd, "a tensor that is not put together");
}

/* The bytes of a tensor, put together from the pieces that the files have; NULL where it is large. */
static uint8_t *expected_bytes(const tg_model *m, const set_files *s, const tg_tensor *t)
{
    uint32_t num = tg_tensor_num_pieces(m, t);
    if (t->size == 0 || t->size > 65536)
        return NULL;
    uint8_t *bytes = (uint8_t *)malloc((size_t)t->size);
    FUZZ_CHECK(bytes != NULL, "no memory for a tensor");
    uint64_t rows = 1;
    for (uint32_t d = 1; d < t->num_dims; d++)
        rows *= t->dims[d];
    for (uint32_t i = 0; i < num; i++) {
        tg_piece piece;
        FUZZ_CHECK(tg_tensor_piece(m, t, i, &piece), "a piece that is not there");
        const set_file *from = file_of(m, s, piece.file);
        FUZZ_CHECK(!wide_above(wide_add(piece.offset, piece.size), from->len), "a piece that ends behind its file");
        FUZZ_CHECK(num == 1 || piece.size == t->size / num, "a piece of another size");
        /* Pieces along columns interleave: a stretch of each row. */
        uint64_t turns = num > 1 && piece.dim == 0 ? rows : 1, stretch = piece.size / turns;
        for (uint64_t r = 0; r < turns; r++)
            memcpy(bytes + (turns == 1 ? i * piece.size : (r * num + i) * stretch),
                   from->data + piece.offset + r * stretch, (size_t)stretch);
    }
    return bytes;
}

static void check_bytes(const tg_model *m, const set_files *s, const tg_tensor *t)
{
    uint8_t *wanted = expected_bytes(m, s, t), *got = NULL;
    const void *data = NULL;
    size_t len = 0;
    bool pieces = (t->flags & TG_TENSOR_IN_PIECES) != 0;
    FUZZ_CHECK(pieces == (tg_tensor_num_pieces(m, t) > 1), "in pieces, or not");
    tg_status status = tg_tensor_data(m, t, &data, &len, NULL);
    FUZZ_CHECK(status == (pieces ? TG_E_NOT_CONTIGUOUS : TG_OK), "a pointer where none can be, or none");
    FUZZ_CHECK(pieces || (data != NULL && len == t->size), "a tensor of another length");
    if (wanted == NULL)
        return;
    got = (uint8_t *)malloc((size_t)t->size);
    FUZZ_CHECK(got != NULL, "no memory for a tensor");
    FUZZ_CHECK(tg_tensor_read(m, t, 0, got, (size_t)t->size, NULL) == TG_OK, "a tensor that cannot be read");
    FUZZ_CHECK(memcmp(got, wanted, (size_t)t->size) == 0, "other bytes read");
    FUZZ_CHECK(pieces || memcmp(data, wanted, len) == 0, "other bytes mapped");
    uint64_t from = t->size / 3; /* a read that begins and ends within pieces */
    FUZZ_CHECK(tg_tensor_read(m, t, from, got, (size_t)(t->size - from) / 2, NULL) == TG_OK, "a part of a tensor");
    FUZZ_CHECK(memcmp(got, wanted + from, (size_t)(t->size - from) / 2) == 0, "other bytes in a part");
    free(wanted);
    free(got);
}

static bool share_bytes(const tg_model *m, const tg_tensor *a, const tg_tensor *b)
{
    tg_piece x, y;
    for (uint32_t i = 0; tg_tensor_piece(m, a, i, &x); i++)
        for (uint32_t j = 0; tg_tensor_piece(m, b, j, &y); j++)
            if (x.file == y.file && x.size > 0 && y.size > 0 && x.offset < y.offset + y.size &&
                y.offset < x.offset + x.size)
                return true;
    return false;
}

static void check_tensors(const tg_model *m, const set_files *s)
{
    uint64_t num = tg_model_num_tensors(m);
    for (uint64_t i = 0; i < num; i++) {
        const tg_tensor *t = tg_model_tensor(m, i);
        const set_file *file = file_of(m, s, t->file);
        FUZZ_CHECK(t->index == i && tg_model_find_tensor_n(m, t->name) == t, "a tensor that is not found by its name");
        bool pieces = (t->flags & TG_TENSOR_IN_PIECES) != 0;
        FUZZ_CHECK(pieces || !wide_above(wide_add(t->offset, t->size), file->len),
                   "a tensor that ends behind its file");
        FUZZ_CHECK(t->entry_offset < file->len, "a tensor that is described behind its file");
        check_bytes(m, s, t);
        for (uint64_t j = i > MAX_PAIRS ? i - MAX_PAIRS : 0; j < i; j++)
            FUZZ_CHECK(!share_bytes(m, tg_model_tensor(m, j), t), "two tensors overlap");
    }
    for (uint64_t i = 0; i < tg_model_num_keys(m); i++) {
        const tg_key *k = tg_model_key(m, i);
        FUZZ_CHECK(k->index == i && tg_model_find_key_n(m, k->name) == k, "a key that is not found by its name");
    }
}

void set_check(const tg_model *m, const set_files *s)
{
    if (tg_model_region_offset(m) > 0) /* in an archive: the target of archives looks at those */
        return;
    check_files(m, s);
    check_parts(m);
    check_tensors(m, s);
    FUZZ_CHECK(tg_model_recheck(m, NULL) == TG_OK, "files that did not change");
}
