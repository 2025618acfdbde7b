/* SPDX-License-Identifier: MIT */
/* Reference headers (see headers.h). */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#define _POSIX_C_SOURCE 200809L

#include "headers.h"

#include "writer.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Rows of 256 suit every block size. 70B: 723 tensors of 8192 x 13 500 q4_K make 45 GB. */
const bench_shape bench_shapes[] = {
    {"llama-3-70b", 723, 24, 128256, 280147, 8192, 13500, 12},
    {"small", 30, 20, 256, 0, 256, 256, 0},
    {"moe", 5000, 40, 32000, 0, 2048, 768, 12},
    {"tensors-1k", 1000, 10, 0, 0, 256, 1, 0},
    {"tensors-10k", 10000, 10, 0, 0, 256, 1, 0},
    {"tensors-100k", 100000, 10, 0, 0, 256, 1, 0},
    {"tensors-1m", 1000000, 10, 0, 0, 256, 1, 0},
    {"keys-1k", 0, 1000, 0, 0, 256, 1, 0},
    {"keys-10k", 0, 10000, 0, 0, 256, 1, 0},
    {"keys-100k", 0, 100000, 0, 0, 256, 1, 0},
    {"keys-1m", 0, 1000000, 0, 0, 256, 1, 0},
    {NULL, 0, 0, 0, 0, 0, 0, 0},
};

/* Words of 1 to 17 letters, and now and then one that is not ASCII: lengths and bytes as vocabularies have them. */
static void put_word(writer *w, uint64_t number)
{
    char word[32];
    size_t len = 0, letters = 1 + (size_t)(number * 2654435761u >> 7) % 17;
    if (number % 16 == 0)
        len = (size_t)snprintf(word, sizeof word, "\xC4\xA0");
    for (uint64_t rest = number; len < letters; rest = rest * 6364136223846793005u + 1442695040888963407u)
        word[len++] = (char)('a' + (rest >> 33) % 26);
    put_number(w, len, 8);
    put(w, word, len);
}

static void put_words(writer *w, const char *key, uint64_t count, bool pairs)
{
    put_string(w, key);
    put_number(w, 9, 4);
    put_number(w, 8, 4);
    put_number(w, count, 8);
    for (uint64_t i = 0; i < count; i++) {
        size_t start = w->len;
        put_word(w, i);
        if (!pairs)
            continue;
        /* A merge is two words with a space between them. */
        put(w, " ", 1);
        size_t second = w->len;
        put_word(w, i + 77);
        size_t len = w->len - second - 8;
        memmove(w->bytes + second, w->bytes + second + 8, len);
        w->len -= 8;
        uint64_t whole = w->len - start - 8;
        patch_number(w, start, whole, 8);
    }
}

static uint64_t put_keys(writer *w, const bench_shape *shape)
{
    put_string(w, "general.architecture");
    put_number(w, 8, 4);
    put_string(w, "llama");
    put_string(w, "general.quantization_version");
    put_number(w, 4, 4);
    put_number(w, 2, 4);
    for (uint64_t i = 0; i < shape->keys; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "llama.block.%07llu.scale", (unsigned long long)i);
        put_string(w, name);
        put_number(w, 6, 4);
        put_number(w, 0x3F800000, 4);
    }
    uint64_t count = 2 + shape->keys;
    if (shape->tokens > 0) {
        put_words(w, "tokenizer.ggml.tokens", shape->tokens, false);
        put_string(w, "tokenizer.ggml.token_type");
        put_number(w, 9, 4);
        put_number(w, 5, 4);
        put_number(w, shape->tokens, 8);
        for (uint64_t i = 0; i < shape->tokens; i++)
            put_number(w, 1, 4);
        count += 2;
    }
    if (shape->merges > 0) {
        put_words(w, "tokenizer.ggml.merges", shape->merges, true);
        count++;
    }
    return count;
}

/* Bytes of a tensor: types 0 (f32) and 12 (q4_K) are all that the shapes use. */
static uint64_t tensor_bytes(const bench_shape *shape)
{
    return shape->type == 0 ? shape->row * shape->rows * 4 : shape->row / 256 * 144 * shape->rows;
}

static uint64_t put_tensors(writer *w, const bench_shape *shape)
{
    uint64_t offset = 0, padded = (tensor_bytes(shape) + 31) / 32 * 32;
    for (uint64_t i = 0; i < shape->tensors; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "blk.%llu.ffn_gate_exps.%llu.weight", (unsigned long long)(i / 9),
                       (unsigned long long)(i % 9));
        put_string(w, name);
        put_number(w, 2, 4);
        put_number(w, shape->row, 8);
        put_number(w, shape->rows, 8);
        put_number(w, shape->type, 4);
        put_number(w, offset, 8);
        offset += padded;
    }
    return offset;
}

bench_header bench_make_header(const bench_shape *shape)
{
    writer w = {NULL, 0, 0};
    put(&w, "GGUF", 4);
    put_number(&w, 3, 4);
    put_number(&w, shape->tensors, 8);
    size_t num_keys = w.len;
    put_number(&w, 0, 8);
    uint64_t keys = put_keys(&w, shape);
    patch_number(&w, num_keys, keys, 8);
    uint64_t data = put_tensors(&w, shape);
    while (w.len % 32 != 0)
        put(&w, "", 1);
    bench_header header = {w.bytes, w.len, w.len + data};
    return header;
}

void bench_write_file(const bench_header *header, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    size_t done = 0;
    while (fd >= 0 && done < header->len) {
        ssize_t wrote = write(fd, header->bytes + done, header->len - done);
        if (wrote <= 0)
            break;
        done += (size_t)wrote;
    }
    if (fd < 0 || done < header->len || ftruncate(fd, (off_t)header->file_size) != 0 || close(fd) != 0) {
        perror(path);
        exit(2);
    }
}
