/* SPDX-License-Identifier: MIT */
/* The index of a model in several safetensors files: which tensor is in which file. */
#ifndef TGI_SETS_INDEX_H
#define TGI_SETS_INDEX_H

#include "../core/json_parse.h"
#include "../formats/format.h"

/* One entry of the weight_map. */
typedef struct tgi_mapping {
    tg_bytes name;        /* of the tensor; set when the index is complete */
    uint64_t name_offset; /* in the text or the pool */
    uint64_t offset;      /* of the entry in the index */
    uint32_t file;        /* among the files */
} tgi_mapping;

/* A file that the index names. */
typedef struct tgi_mapped_file {
    tg_bytes name; /* bare, and NUL-terminated as well */
    uint32_t rank; /* its number in the order of the names */
} tgi_mapped_file;

typedef struct tgi_index {
    tgi_model model; /* comes first: the parser's model leads to the index around it */
    tgi_list maps;   /* of tgi_mapping, in the order of the index; once complete, `file` is the rank */
    tgi_list files;  /* of tgi_mapped_file; once complete, in the order of their names */
    tgi_names map_names, file_names;
    bool has_total;
    uint64_t total_size, total_offset; /* what the index says that all tensors take, and where it says so */
} tgi_index;

/* Reads an index into the tgi_index around the parser's model. */
extern const tgi_format tgi_index_format;

/* Is this what indexes are called: model.safetensors.index.json, or with a variant, ….index.fp16.json? */
bool tgi_is_index_name(const char *name);

/* The bare name of a file that means the same everywhere: no separator, no `..`, no drive, scheme or stream, no device,
 * nothing that a system trims or refuses. */
bool tgi_is_bare_name(tg_bytes name);

/* Does a file of that name belong to the index called `index_name`, by its name: PREFIX-00001-of-00003.safetensors? */
bool tgi_is_shard_of(const char *index_name, const char *name);

/* Is `name` that of one of several safetensors files: ….-00002-of-00003.safetensors? Stores the number, counted from 0,
 * and how many there are. */
bool tgi_is_shard(const char *name, uint32_t *out_number, uint32_t *out_count);

/* Compares the index with the model made of its files, which is the parser's. */
TGI_NODISCARD tgi_step tgi_index_check(tgi_parse *p, const tgi_index *index, uint64_t file_bytes);

/* Does the index name that file? */
bool tgi_index_has_file(const tgi_index *index, const tgi_hash_key *hash, const char *name);

/* Frees what the index holds, but for its text. */
void tgi_index_free(tgi_index *index, tgi_arena *arena);

#endif
