/* SPDX-License-Identifier: MIT */
/* Models of several files for tests: valid ones, to be spoilt in one place. */
#ifndef TESTS_SET_BUILD_H
#define TESTS_SET_BUILD_H

#include "gguf_build.h"
#include "st_build.h"
#include "tempfolder.h"

/* Part `number` (from 0) of a split GGUF: two tensors, a<number> and b<number>, and the split keys; the first has a key
 * of the model in front of them. */
gb_model *sb_part(unsigned number, unsigned count);

/* The index of the split keys in that part. */
size_t sb_key(unsigned number, unsigned which);
enum {
    SB_NO,
    SB_COUNT,
    SB_TENSORS
};

/* Changes the value of a split key, and writes the part afresh. */
void sb_set(gb_model *m, unsigned number, unsigned which, gb_value value);

/* A name of a part: m-00001-of-00003.gguf, or of a shard: model-00001-of-00003.safetensors. They last some calls. */
const char *sb_name(unsigned number, unsigned count);
const char *sb_shard(unsigned number, unsigned count);

/* Puts a whole set into the folder. Shard n has the tensors n.a and n.b, of 4 and 3 bytes, and there is an index of the
 * name SB_INDEX. */
void sb_put_split(tempfolder *f, unsigned count);
void sb_put_shards(tempfolder *f, unsigned count);
#define SB_INDEX "model.safetensors.index.json"
#define SB_FIRST "m-00001-of-00003.gguf"

/* Puts an index, as st_text takes it; returns where the mark was. */
uint64_t sb_put_index(tempfolder *f, const char *json);

#endif
