/* SPDX-License-Identifier: MIT */
/* Models of several files for the corpus, each in one file that holds them all (set_check.h): split GGUF, safetensors
 * with an index, LLaMA in parts; whole, and with one thing wrong. */
#include "corpus_gen.h"

#include "legacy_build.h"
#include "set_build.h"
#include "set_check.h"

#include <stdio.h>
#include <string.h>

static void add_file(bytes *all, const char *name, const bytes *file)
{
    bytes_raw(all, SET_MARK, sizeof SET_MARK - 1);
    bytes_raw(all, name, strlen(name));
    bytes_raw(all, "\n", 1);
    bytes_raw(all, file->data, file->len);
}

static void put(corpus *c, bytes *all, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "sets/%s", name);
    corpus_add(c, path, all->data, all->len);
    bytes_free(all);
}

/* ---- Split GGUF ---- */

/* `count` parts; what is not the default of `spoil` makes one of them wrong. */
typedef struct spoil {
    unsigned part, key; /* this split key of this part */
    gb_value value;
    bool left_out, twice; /* the part is missing; or holds the tensors of the one before */
} spoil;

static void add_split(corpus *c, unsigned count, const spoil *what, const char *name)
{
    bytes all = bytes_new(false);
    for (unsigned i = 0; i < count; i++) {
        gb_model *m = sb_part(what != NULL && what->twice && i == what->part ? i - 1 : i, count);
        if (what != NULL && i == what->part && what->twice)
            sb_set(m, i - 1, SB_NO, gb_number(GB_U16, i));
        if (what != NULL && i == what->part && !what->twice && !what->left_out)
            sb_set(m, i, what->key, what->value);
        if (what == NULL || !what->left_out || i != what->part)
            add_file(&all, sb_name(i, count), &m->file);
        gb_free(m);
    }
    put(c, &all, name);
}

static void add_splits(corpus *c)
{
    add_split(c, 2, NULL, "accept/split-of-two");
    add_split(c, 3, NULL, "accept/split-of-three");
    spoil wrong = {1, SB_NO, gb_number(GB_U16, 0), false, false};
    add_split(c, 2, &wrong, "reject/E_SPLIT_FOREIGN--split-number-of-the-first");
    wrong.value = gb_number(GB_U32, 1);
    add_split(c, 2, &wrong, "reject/E_SPLIT_TYPE--split-number-of-another-type");
    wrong.key = SB_COUNT;
    wrong.value = gb_number(GB_U16, 3);
    add_split(c, 2, &wrong, "reject/E_SPLIT_FOREIGN--split-count-differs");
    wrong.part = 0;
    add_split(c, 2, &wrong, "reject/E_SPLIT_NAME--split-count-is-not-that-of-the-name");
    wrong.key = SB_TENSORS;
    wrong.value = gb_number(GB_I32, 5);
    add_split(c, 2, &wrong, "reject/E_SPLIT_FOREIGN--split-tensors-differ");
    wrong.part = 1;
    wrong.left_out = true;
    add_split(c, 3, &wrong, "reject/E_PART_MISSING--split-part-missing");
    wrong.left_out = false;
    wrong.twice = true;
    add_split(c, 2, &wrong, "reject/E_NAME_DUPLICATE--split-names-twice");
}

/* ---- safetensors ---- */

static void add_shard(bytes *all, unsigned i, unsigned count)
{
    char header[256];
    (void)snprintf(header, sizeof header,
                   "{'%u.a':" ST_TENSOR("U8", "[4]", "[0,4]") ",'%u.b':" ST_TENSOR("U8", "[3]", "[4,7]") "}", i, i);
    st_file shard = st_make(header, 7);
    add_file(all, sb_shard(i, count), &shard.file);
    st_free(&shard);
}

static void add_indexed(corpus *c, const char *json, unsigned shards, const char *name)
{
    bytes all = bytes_new(false);
    uint64_t at;
    bytes index = st_text(json, &at);
    add_file(&all, SB_INDEX, &index);
    bytes_free(&index);
    for (unsigned i = 0; i < shards; i++)
        add_shard(&all, i, shards > 2 ? shards : 2);
    put(c, &all, name);
}

static void add_indexes(corpus *c)
{
#define FIRST "'model-00001-of-00002.safetensors'"
#define SECOND "'model-00002-of-00002.safetensors'"
#define OF_FOUR(number) "'model-0000" number "-of-00004.safetensors'"
#define TURN(letter)                                                                                                   \
    "'0." letter "':" OF_FOUR("1") ",'1." letter "':" OF_FOUR("2") ",'2." letter "':" OF_FOUR("3") ",'3." letter       \
                                                                                                   "':" OF_FOUR("4")
#define MAP "'0.a':" FIRST ",'0.b':" FIRST ",'1.a':" SECOND ",'1.b':" SECOND
    static const struct {
        const char *name, *json;
        unsigned shards;
    } rows[] = {
        {"accept/index-of-two", "{'metadata':{'total_size':14},'weight_map':{" MAP "}}", 2},
        {"accept/index-of-four-in-turns", "{'weight_map':{" TURN("a") "," TURN("b") "}}", 4},
        {"accept/index-of-one", "{'weight_map':{'0.a':" FIRST ",'0.b':" FIRST "}}", 1},
        {"accept/index-with-another-size", "{'metadata':{'total_size':13,'x':[1]},'y':null,'weight_map':{" MAP "}}", 2},
        {"reject/E_PART_MISSING--index-file-missing", "{'weight_map':{" MAP "}}", 1},
        {"reject/E_INDEX_TENSOR--index-names-too-much", "{'weight_map':{" MAP ",'2.a':" SECOND "}}", 2},
        {"accept/index-names-too-little", "{'weight_map':{'0.a':" FIRST ",'1.a':" SECOND "}}", 2},
        {"accept/index-file-not-named", "{'weight_map':{'0.a':" FIRST ",'0.b':" FIRST "}}", 2},
        {"reject/E_NAME_DUPLICATE--index-twice", "{'weight_map':{" MAP ",'0.a':" SECOND "}}", 2},
        {"accept/index-escaped",
         "{'weight_\\u006dap':{'0\\u002ea':'model-0000\\u0031-of-00002.safetensors','0.b':" FIRST "}}", 1},
        {"reject/E_PART_NAME--index-elsewhere", "{'weight_map':{'0.a':'../model-00001-of-00002.safetensors'}}", 1},
        {"reject/E_PART_NAME--index-device", "{'weight_map':{'0.a':'aux.safetensors'}}", 1},
        {"reject/E_INDEX_EMPTY--index-empty", "{'weight_map':{}}", 1},
        {"reject/E_FIELD_MISSING--index-without-map", "{'metadata':{}}", 1},
        {"reject/E_JSON_TYPE--index-of-numbers", "{'weight_map':{'0.a':1}}", 1},
        {"reject/E_MAGIC--index-of-itself", "{'weight_map':{'0.a':'" SB_INDEX "'}}", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        add_indexed(c, rows[i].json, rows[i].shards, rows[i].name);
}

/* ---- LLaMA in parts ---- */

static void add_parts(corpus *c, uint32_t count, uint32_t given, bool other_header, const char *name)
{
    bytes all = bytes_new(false);
    for (uint32_t i = 0; i < given; i++) {
        const lb_spec spec = {"llama", "ggjt1", 8, 0, 0, false, count, i < count ? i : count - 1, 0};
        char file[32];
        lb_file *f = lb_make(spec);
        if (other_header && i == 1)
            bytes_put_u8(&f->file, f->header_end - 1, 0x41); /* the score of the last token */
        (void)snprintf(file, sizeof file, i == 0 ? "model.bin" : "model.bin.%u", i);
        add_file(&all, file, &f->file);
        lb_free(f);
    }
    put(c, &all, name);
}

void corpus_sets(corpus *c)
{
    add_splits(c);
    add_indexes(c);
    add_parts(c, 2, 2, false, "accept/parts-two");
    add_parts(c, 2, 1, false, "reject/E_PART_MISSING--parts-one-missing");
    add_parts(c, 2, 3, false, "reject/E_PARTS_EXTRA--parts-one-too-many");
    add_parts(c, 2, 2, true, "reject/E_PARTS_HEADER--parts-another-header");
}
