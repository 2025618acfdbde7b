/* SPDX-License-Identifier: MIT */
/* The rules that all formats share. A format says which statuses its own rules have; what is judged, and in
 * which order, stands in validate.c once. */
#ifndef TGI_CORE_VALIDATE_H
#define TGI_CORE_VALIDATE_H

#include "parse.h"

/* A count of entries of at least `entry_bytes` bytes each, which follow at `after`. `limit` and `over` say
 * what more than `limit` entries are; `other` is how many of them count towards it already. Fails with
 * TG_E_COUNT_RANGE, `over` or TG_E_COUNT_TRUNCATED; of the last two with the former, but for a `guess`, a count that
 * may be something else: one that the file cannot hold is wrong under any limit. */
typedef struct tgi_count_rule {
    uint64_t entry_bytes;
    uint64_t limit;
    uint64_t other;
    tg_status over;
    const char *what;
    bool guess;
} tgi_count_rule;

TGI_NODISCARD tgi_step tgi_check_count(tgi_parse *p, uint64_t count, uint64_t offset, uint64_t after,
                                       const tgi_count_rule *rule);

/* Names of keys and of tensors. */
typedef struct tgi_name_rule {
    uint64_t most; /* bytes */
    tg_status empty, too_long, nul, not_utf8;
    const char *what;
} tgi_name_rule;

extern const tgi_name_rule tgi_key_rule, tgi_tensor_name_rule;

/* The length of a name, whose field is at `offset`, before its bytes are read. */
TGI_NODISCARD tgi_step tgi_check_name_length(tgi_parse *p, uint64_t len, uint64_t offset, const tgi_name_rule *rule);

/* The bytes of a name, which are at `offset` of the file. */
TGI_NODISCARD tgi_step tgi_check_name(tgi_parse *p, const uint8_t *name, size_t len, uint64_t length_offset,
                                      uint64_t offset, const tgi_name_rule *rule);

/* The same for a name that does not stand in the file as it is given out: all is reported at `offset`. */
TGI_NODISCARD tgi_step tgi_check_resolved_name(tgi_parse *p, const tg_bytes *name, uint64_t offset,
                                               const tgi_name_rule *rule);

/* A shape, and where its fields are. */
typedef struct tgi_shape {
    const uint64_t *dims;
    uint32_t num_dims;
    uint64_t row; /* elements of a row: the fastest dimension, 1 for a scalar */
    uint64_t dims_offset, row_offset, type_offset;
    uint64_t dim_bytes;          /* bytes of one dimension's field */
    tg_status zero;              /* what a dimension of 0 is; TG_OK where it is nothing */
    const uint64_t *dim_offsets; /* where each dimension is, if their fields differ in size; else NULL */
} tgi_shape;

/* How many elements a shape has; the second number takes zeros as 1, so that a zero hides no overflow. */
typedef struct tgi_elements {
    uint64_t count, nominal;
} tgi_elements;

TGI_NODISCARD tgi_step tgi_check_dims(tgi_parse *p, const tgi_shape *shape, tgi_elements *out);

/* How many bytes these elements take, in whole blocks of `type`. */
TGI_NODISCARD tgi_step tgi_check_size(tgi_parse *p, const tgi_shape *shape, const tg_dtype_info *type,
                                      tgi_elements elements, uint64_t *out_size);

/* All names unique, keys first: builds the tables by which they are found. */
TGI_NODISCARD tgi_step tgi_check_duplicates(tgi_parse *p);

/* The same for the tensors alone. */
TGI_NODISCARD tgi_step tgi_check_tensor_names(tgi_parse *p);

/* Where tensor data may be. On entry each `seen.offset` counts from `data_offset` of the model. */
typedef struct tgi_place_rule {
    tg_status gap, order, after; /* what each of these oddities is */
    bool tiled;                  /* each tensor must begin where the one before it in the table, padded, ends */
    bool placed_empty;           /* an empty tensor too must be where another begins or ends */
} tgi_place_rule;

/* Judges the place of every tensor, and makes `seen.offset` absolute. */
TGI_NODISCARD tgi_step tgi_check_places(tgi_parse *p, const tgi_place_rule *rule);

#endif
