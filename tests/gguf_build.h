/* SPDX-License-Identifier: MIT */
/* GGUF files for tests: describe a model, write it, and know where every field went.
 *
 * A test starts from a valid description (gb_base, gb_rich), changes one thing in it or patches one field
 * of the written file, and names the offset that it expects by field: `m->keys[1].at.type`. The writer
 * checks nothing, so that it can write what no writer should. It knows the format from its specification
 * and shares no code with the library.
 */
#ifndef TESTS_GGUF_BUILD_H
#define TESTS_GGUF_BUILD_H

#include "bytes.h"

/* Types of values, as the file numbers them. */
enum {
    GB_U8 = 0,
    GB_I8 = 1,
    GB_U16 = 2,
    GB_I16 = 3,
    GB_U32 = 4,
    GB_I32 = 5,
    GB_F32 = 6,
    GB_BOOL = 7,
    GB_STRING = 8,
    GB_ARRAY = 9,
    GB_U64 = 10,
    GB_I64 = 11,
    GB_F64 = 12
};

/* Types of tensors, as the file numbers them: those that tests name. */
enum {
    GB_T_F32 = 0,
    GB_T_F16 = 1,
    GB_T_Q4_0 = 2,
    GB_T_Q8_0 = 8,
    GB_T_Q4_K = 12,
    GB_T_I8 = 24,
    GB_T_I32 = 26,
    GB_T_I64 = 27,
    GB_T_F64 = 28,
    GB_T_BF16 = 30,
    GB_T_MXFP4 = 39,
    GB_T_COUNT = 43
};

#define GB_MAX_DIMS 8

typedef struct gb_value {
    uint32_t type;
    uint64_t bits; /* a number, float or bool */
    bytes text;    /* a string; of a raw value, everything behind the type field */
    bool raw;
    uint32_t element_type;     /* of an array */
    struct gb_value *elements; /* `count` of them */
    size_t count;
    struct {
        uint64_t value;                         /* where it begins: behind the type field */
        uint64_t length, text;                  /* of a string: its length field and its bytes */
        uint64_t element_type, count, elements; /* of an array */
    } at;
} gb_value;

typedef struct gb_key {
    bytes name;
    gb_value value;
    struct {
        uint64_t length, name, type, end;
    } at;
} gb_key;

typedef struct gb_tensor {
    bytes name;
    uint32_t num_dims;
    uint64_t dims[GB_MAX_DIMS];
    uint32_t type;
    bool has_offset; /* else it goes behind the tensor before it */
    uint64_t offset; /* in the data section; written by gb_write where it was not given */
    uint64_t size;   /* bytes, by gb_write; UINT64_MAX where that is not a number */
    struct {
        uint64_t length, name, num_dims, dims[GB_MAX_DIMS], type, offset;
    } at;
} gb_tensor;

typedef struct gb_model {
    uint32_t version;
    bool big_endian;
    uint64_t alignment; /* of the data; a key that says so is up to the test */
    bool pad_end;       /* pad behind the last tensor too */
    gb_key *keys;
    size_t num_keys;
    gb_tensor *tensors;
    size_t num_tensors;
    bytes file; /* by gb_write */
    struct {
        uint64_t version, num_tensors, num_keys, entries, header_end, data;
    } at;
} gb_model;

/* An empty description with alignment 32; and two valid ones, written:
 * base is the smallest with a tensor: architecture, alignment, and F32[8] named "w" (192 bytes in version 3);
 * rich has every value type, strings, arrays of every type, arrays in arrays, and tensors of many types. */
gb_model *gb_new(uint32_t version, bool big_endian);
gb_model *gb_base(void);
gb_model *gb_base_as(uint32_t version, bool big_endian);
gb_model *gb_rich(uint32_t version, bool big_endian);
void gb_free(gb_model *m);

/* Writes `m->file` afresh, and all `at`. The bytes of tensor t are gb_data_byte(t, 0), (t, 1), … */
void gb_write(gb_model *m);
uint8_t gb_data_byte(size_t tensor, uint64_t at);

/* Overwrites a count, length or dim, which have 4 bytes in version 1 and 8 in the others. */
void gb_put_count(gb_model *m, uint64_t at, uint64_t value);
/* What such a field takes, and the smallest entries of each kind, in bytes. */
uint64_t gb_count_size(const gb_model *m);
uint64_t gb_min_key(const gb_model *m);
uint64_t gb_min_tensor(const gb_model *m);

/* A literal with its length, NULs inside included. */
#define GB_LIT(literal) (literal), (sizeof(literal) - 1)

/* Values. What is passed to gb_push, gb_add_key and gb_set_value belongs to the model from then on. */
gb_value gb_number(uint32_t type, uint64_t bits);
gb_value gb_u32(uint32_t value);
gb_value gb_string(const char *text);
gb_value gb_string_n(const char *text, size_t len);
gb_value gb_array(uint32_t element_type);
void gb_push(gb_value *array, gb_value element);
gb_value gb_numbers(uint32_t element_type, size_t count, const uint64_t *bits);
gb_value gb_strings(size_t count, const char *const *texts);
gb_value gb_raw(uint32_t type, const void *data, size_t len);
uint64_t gb_type_size(uint32_t type); /* 0 for strings, arrays and unknown types */

/* Keys and tensors. The add functions return the index. */
size_t gb_add_key(gb_model *m, const char *name, gb_value value);
void gb_set_key_name(gb_model *m, size_t key, const char *name, size_t len);
void gb_set_value(gb_model *m, size_t key, gb_value value);
size_t gb_add_tensor(gb_model *m, const char *name, uint32_t type, uint32_t num_dims, const uint64_t *dims);
void gb_set_tensor_name(gb_model *m, size_t tensor, const char *name, size_t len);
void gb_set_dims(gb_model *m, size_t tensor, uint32_t num_dims, const uint64_t *dims);
void gb_set_offset(gb_model *m, size_t tensor, uint64_t offset);

/* `num_dims, dims` of a tensor: GB_DIMS(32, 2). */
#define GB_DIMS(...)                                                                                                   \
    (uint32_t)(sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)), (const uint64_t[])                         \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define GB_SCALAR 0, NULL

/* Elements and bytes of a block of a tensor type; false where it is unknown or was removed. */
bool gb_block(uint32_t type, uint64_t *elements, uint64_t *size);

#endif
