/* SPDX-License-Identifier: MIT */
/* Reference files that are no lone GGUF (see headers.h): JSON, records between the data, several files. */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#define _POSIX_C_SOURCE 200809L

#include "headers.h"

#include "writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writes the bytes and a hole behind them that makes the file `size` bytes long; returns how many bytes there were. */
static uint64_t finish(writer *w, uint64_t size, const char *path)
{
    const bench_header header = {w->bytes, w->len, size};
    bench_write_file(&header, path);
    free(w->bytes);
    return w->len;
}

/* ---- safetensors: 100 000 tensors of a mixture of experts ---- */

static uint64_t write_safetensors(const char *folder, char *path, size_t room)
{
    writer w = {NULL, 0, 0};
    char line[256];
    uint64_t at = 0;
    put(&w, "\0\0\0\0\0\0\0\0{", 9);
    for (unsigned i = 0; i < 100000; i++, at += 4096) {
        int len =
            snprintf(line, sizeof line,
                     "%s\"model.layers.%u.mlp.experts.%u.down_proj.weight\":{\"dtype\":\"BF16\",\"shape\":[32,64],"
                     "\"data_offsets\":[%llu,%llu]}",
                     i > 0 ? "," : "", i / 128, i % 128, (unsigned long long)at, (unsigned long long)at + 4096);
        put(&w, line, (size_t)len);
    }
    put(&w, "}", 1);
    patch_number(&w, 0, w.len - 8, 8);
    (void)snprintf(path, room, "%s/experts.safetensors", folder);
    return finish(&w, w.len + at, path);
}

/* ---- ggjt 3: the shape of LLaMA 13B in f16, 26 GB ---- */

enum {
    VOCABULARY = 32000,
    EMBEDDING = 5120,
    LAYERS = 40,
    INNER = 13824
};

/* One tensor: a record, padding to 32 bytes, and as many bytes of data, which are a hole. Records are far apart, so
 * what is written is one file of holes: the bytes of each record are put where they belong. */
typedef struct records {
    FILE *file;
    uint64_t at, header; /* the end of the file so far; bytes that are no tensor data */
} records;

static void put_record(records *r, const char *name, unsigned columns, unsigned rows)
{
    writer w = {NULL, 0, 0};
    put_number(&w, rows > 0 ? 2 : 1, 4);
    put_number(&w, strlen(name), 4);
    put_number(&w, rows > 0 ? 1 : 0, 4); /* f16 for matrices, f32 for vectors */
    put_number(&w, columns, 4);
    if (rows > 0)
        put_number(&w, rows, 4);
    put(&w, name, strlen(name));
    while ((r->at + w.len) % 32 != 0)
        put(&w, "", 1);
    if (fseeko(r->file, (off_t)r->at, SEEK_SET) != 0 || fwrite(w.bytes, 1, w.len, r->file) != w.len)
        perror("ggjt");
    r->header += w.len;
    r->at += w.len + (rows > 0 ? (uint64_t)columns * rows * 2 : (uint64_t)columns * 4);
    free(w.bytes);
}

static void put_llama_layer(records *r, unsigned layer)
{
    static const struct {
        const char *name;
        unsigned columns, rows;
    } tensors[] = {
        {"attention.wq.weight", EMBEDDING, EMBEDDING},
        {"attention.wk.weight", EMBEDDING, EMBEDDING},
        {"attention.wv.weight", EMBEDDING, EMBEDDING},
        {"attention.wo.weight", EMBEDDING, EMBEDDING},
        {"attention_norm.weight", EMBEDDING, 0},
        {"feed_forward.w1.weight", EMBEDDING, INNER},
        {"feed_forward.w2.weight", INNER, EMBEDDING},
        {"feed_forward.w3.weight", EMBEDDING, INNER},
        {"ffn_norm.weight", EMBEDDING, 0},
    };
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "layers.%u.%s", layer, tensors[i].name);
        put_record(r, name, tensors[i].columns, tensors[i].rows);
    }
}

static uint64_t write_ggjt(const char *folder, char *path, size_t room)
{
    static const unsigned params[] = {VOCABULARY, EMBEDDING, 256, 40, LAYERS, 128, 1};
    writer w = {NULL, 0, 0};
    put_number(&w, 0x67676A74, 4);
    put_number(&w, 3, 4);
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        put_number(&w, params[i], 4);
    for (unsigned i = 0; i < VOCABULARY; i++) {
        char token[16];
        put_number(&w, (uint64_t)snprintf(token, sizeof token, "t%u", i), 4);
        put(&w, token, strlen(token));
        put_number(&w, 0, 4);
    }
    (void)snprintf(path, room, "%s/llama-13b-ggjt.bin", folder);
    records r = {fopen(path, "wb"), w.len, w.len};
    if (r.file == NULL || fwrite(w.bytes, 1, w.len, r.file) != w.len) {
        perror(path);
        exit(2);
    }
    free(w.bytes);
    put_record(&r, "tok_embeddings.weight", EMBEDDING, VOCABULARY);
    put_record(&r, "norm.weight", EMBEDDING, 0);
    put_record(&r, "output.weight", EMBEDDING, VOCABULARY);
    for (unsigned i = 0; i < LAYERS; i++)
        put_llama_layer(&r, i);
    if (fflush(r.file) != 0 || ftruncate(fileno(r.file), (off_t)r.at) != 0 || fclose(r.file) != 0)
        perror(path);
    return r.header;
}

/* ---- A split GGUF: 100 files of 100 tensors ---- */

static void put_u16_key(writer *w, const char *key, unsigned value)
{
    put_string(w, key);
    put_number(w, 2, 4);
    put_number(w, value, 2);
}

uint64_t bench_write_split(const char *folder, unsigned files, unsigned tensors, char *path, size_t room)
{
    uint64_t header = 0;
    for (unsigned file = files; file-- > 0;) {
        writer w = {NULL, 0, 0};
        put(&w, "GGUF", 4);
        put_number(&w, 3, 4);
        put_number(&w, tensors, 8);
        put_number(&w, 3, 8);
        put_u16_key(&w, "split.no", file);
        put_u16_key(&w, "split.count", files);
        put_string(&w, "split.tensors.count");
        put_number(&w, 5, 4);
        put_number(&w, (uint64_t)files * tensors, 4);
        for (unsigned i = 0; i < tensors; i++) {
            char name[64];
            (void)snprintf(name, sizeof name, "blk.%u.ffn_%u.weight", file, i);
            put_string(&w, name);
            put_number(&w, 1, 4);
            put_number(&w, 256, 8);
            put_number(&w, 0, 4);
            put_number(&w, (uint64_t)i * 1024, 8);
        }
        while (w.len % 32 != 0)
            put(&w, "", 1);
        (void)snprintf(path, room, "%s/split-%05u-of-%05u.gguf", folder, file + 1, files);
        header += finish(&w, w.len + (uint64_t)tensors * 1024, path);
    }
    return header;
}

static uint64_t write_split(const char *folder, char *path, size_t room)
{
    return bench_write_split(folder, 100, 100, path, room);
}

const bench_file bench_files[] = {
    {"safetensors-100k", write_safetensors},
    {"ggjt", write_ggjt},
    {"split-100", write_split},
    {NULL, NULL},
};
