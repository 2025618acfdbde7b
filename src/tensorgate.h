/* SPDX-License-Identifier: MIT */
/* tensorgate: vet an untrusted model file before anything points into it.
 *
 *     #include <tensorgate.h>
 *
 *     tg_model *model = NULL;
 *     tg_error error;
 *     if (tg_open_path("model.gguf", NULL, &model, &error) != TG_OK) {
 *         char line[TG_ERROR_LINE];
 *         tg_error_format(&error, line, sizeof line);
 *         fprintf(stderr, "model.gguf: %s\n", line);
 *         return 1;
 *     }
 *     const tg_tensor *t = tg_model_find_tensor(model, "token_embd.weight");
 *     const void *weights = NULL;
 *     size_t len = 0;
 *     if (t != NULL && tg_tensor_data(model, t, &weights, &len, &error) == TG_OK)
 *         use(weights, len);
 *     tg_close(model);
 *
 * What an accepted model means: every count, length, type, shape and offset in
 * its header was compared with a bound, every tensor lies inside its file, no two
 * overlap, all names are unique valid UTF-8. What it does not mean: that the weights
 * are good, that the metadata is true, or that the file stays as it was. See
 * tg_tensor_data for what a mapping can and cannot promise.
 *
 * Conventions
 *  - `_len` counts bytes, `num_` and `count` count elements, offsets are bytes from
 *    the start of the file.
 *  - Functions that can fail return a tg_status and fill `out_error` (which may be
 *    NULL). On failure their other outputs are untouched; on success `out_error` is.
 *  - Accessors are total: NULL, a bad index or a wrong type gives NULL, 0 or false,
 *    never an abort and never a read out of bounds.
 *  - Everything reached through a model belongs to it and lives until tg_close.
 *  - A model never changes after it was opened; any number of threads may use it.
 *    tg_close must not run while another thread still uses the model.
 *  - No function writes to a terminal, sets a signal handler or reads the locale.
 */
#ifndef TENSORGATE_H
#define TENSORGATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version and linkage --------------------------------------------------------- */

/* The one place where the version is written; the build reads it from here. */
#define TG_VERSION_MAJOR 0
#define TG_VERSION_MINOR 1
#define TG_VERSION_PATCH 0

/* Define TG_SHARED when linking the Windows DLL; tensorgate itself defines TG_BUILDING. */
#if defined(_WIN32) && defined(TG_SHARED)
#ifdef TG_BUILDING
#define TG_API __declspec(dllexport)
#else
#define TG_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define TG_API __attribute__((visibility("default")))
#else
#define TG_API
#endif

/* tg_version returns the version of the library that runs, as "major.minor.patch". */
TG_API const char *tg_version(void);

/* ---- Statuses ---------------------------------------------------------------------- */

/* tg_class says what kind of answer a status is, for callers that decide by kind. */
typedef enum tg_class {
    TG_CLASS_OK = 0,
    TG_CLASS_MALFORMED = 1,   /* the bytes break a rule of their format */
    TG_CLASS_TRUNCATED = 2,   /* the file ends too early; more bytes could mend it */
    TG_CLASS_UNSUPPORTED = 3, /* recognised, but nothing that tensorgate reads */
    TG_CLASS_LIMIT = 4,       /* larger than a limit of tg_limits */
    TG_CLASS_IO = 5,          /* the operating system or the reader said no */
    TG_CLASS_MEMORY = 6,      /* the allocator said no */
    TG_CLASS_USAGE = 7,       /* the caller's arguments are wrong */
    TG_CLASS_INTERNAL = 8     /* a defect of tensorgate: please report it */
} tg_class;

/* Every status: name, pinned number, class, sentence. Append only; numbers never change.
 *
 * TG_W_ statuses are warnings: the model is accepted and they are listed in it. Where the
 * caller made them strict (tg_options), the same status is returned as an error instead,
 * and the class here is the one it then has. */
#define TG_STATUS_LIST(X)                                                                                              \
    X(TG_OK, 0, OK, "accepted")                                                                                        \
    /* the caller and the machine */                                                                                   \
    X(TG_E_ARGUMENT, 1, USAGE, "an argument is missing or out of its range")                                           \
    X(TG_E_INTERNAL, 2, INTERNAL, "defect in tensorgate, please report it")                                            \
    X(TG_E_NO_MEMORY, 3, MEMORY, "the allocator returned no memory")                                                   \
    X(TG_E_FOREIGN_TENSOR, 4, USAGE, "the tensor belongs to another model")                                            \
    X(TG_E_READ_RANGE, 5, USAGE, "the range to read is not inside the tensor")                                         \
    X(TG_E_NOT_MAPPABLE, 6, USAGE, "this source cannot be mapped: read the tensor with tg_tensor_read")                \
    X(TG_E_ADDRESS_SPACE, 7, MEMORY, "too large for the address space of this process")                                \
    X(TG_E_OPEN, 20, IO, "the file cannot be opened")                                                                  \
    X(TG_E_NOT_REGULAR, 21, IO, "not a regular file")                                                                  \
    X(TG_E_READ, 22, IO, "reading failed")                                                                             \
    X(TG_E_MAP, 23, IO, "mapping failed")                                                                              \
    X(TG_E_FILE_CHANGED, 24, IO, "the file changed while it was in use")                                               \
    X(TG_E_REGION, 25, USAGE, "the region is not inside the file")                                                     \
    X(TG_E_GUARD, 26, IO, "the guard could not be set up")                                                             \
    X(TG_E_NO_SEALS, 27, USAGE, "this system has no memory that can be sealed")                                        \
    X(TG_E_SEAL, 28, IO, "the sealed copy could not be made")                                                          \
    X(TG_E_LOCK_LIMIT, 29, IO, "more memory than this process may lock (RLIMIT_MEMLOCK)")                              \
    X(TG_E_LOCK, 30, IO, "locking failed")                                                                             \
    X(TG_E_CANCELLED, 31, USAGE, "cancelled by the progress callback")                                                 \
    /* the file ends too early */                                                                                      \
    X(TG_E_EMPTY_FILE, 40, TRUNCATED, "the file is empty")                                                             \
    X(TG_E_TRUNCATED, 41, TRUNCATED, "the file ends inside a field")                                                   \
    X(TG_E_COUNT_TRUNCATED, 42, TRUNCATED, "more entries are declared than the rest of the file can hold")             \
    X(TG_E_TENSOR_TRUNCATED, 43, TRUNCATED, "the file ends before the data of a tensor")                               \
    /* what the file is */                                                                                             \
    X(TG_E_MAGIC, 60, MALFORMED, "not a model file of a known format")                                                 \
    X(TG_E_FORMAT, 61, UNSUPPORTED, "a known format that is not supported")                                            \
    X(TG_E_VERSION, 62, UNSUPPORTED, "unknown version of the format")                                                  \
    /* counts and lengths */                                                                                           \
    X(TG_E_COUNT_RANGE, 80, MALFORMED, "no file can hold this many entries")                                           \
    X(TG_E_STRING_LENGTH, 81, MALFORMED, "no file can hold a string of this length")                                   \
    /* keys and values */                                                                                              \
    X(TG_E_KEY_EMPTY, 100, MALFORMED, "empty key")                                                                     \
    X(TG_E_KEY_LENGTH, 101, MALFORMED, "key longer than the format allows")                                            \
    X(TG_E_KEY_NUL, 102, MALFORMED, "key contains a NUL byte")                                                         \
    X(TG_E_KEY_UTF8, 103, MALFORMED, "key is not valid UTF-8")                                                         \
    X(TG_E_KEY_DUPLICATE, 104, MALFORMED, "key occurs twice")                                                          \
    X(TG_E_VALUE_TYPE, 110, MALFORMED, "unknown value type")                                                           \
    X(TG_E_BOOL_VALUE, 111, MALFORMED, "bool that is neither 0 nor 1")                                                 \
    X(TG_E_ALIGNMENT_TYPE, 112, MALFORMED, "general.alignment is not a u32")                                           \
    X(TG_E_ALIGNMENT_VALUE, 113, MALFORMED, "general.alignment is not a power of two from 1 to 1 MiB")                 \
    /* tensors */                                                                                                      \
    X(TG_E_NAME_EMPTY, 120, MALFORMED, "empty tensor name")                                                            \
    X(TG_E_NAME_LENGTH, 121, MALFORMED, "tensor name longer than the format allows")                                   \
    X(TG_E_NAME_NUL, 122, MALFORMED, "tensor name contains a NUL byte")                                                \
    X(TG_E_NAME_UTF8, 123, MALFORMED, "tensor name is not valid UTF-8")                                                \
    X(TG_E_NAME_DUPLICATE, 124, MALFORMED, "tensor name occurs twice")                                                 \
    X(TG_E_RANK, 130, MALFORMED, "more dimensions than the format allows")                                             \
    X(TG_E_DIM_RANGE, 131, MALFORMED, "dimension above 2^63-1")                                                        \
    X(TG_E_ELEMENT_COUNT, 132, MALFORMED, "product of the dimensions above 2^63-1")                                    \
    X(TG_E_SIZE_OVERFLOW, 133, MALFORMED, "tensor larger than 2^63-1 bytes")                                           \
    X(TG_E_BLOCK, 134, MALFORMED, "row is not a whole number of blocks")                                               \
    X(TG_E_DTYPE, 135, UNSUPPORTED, "unknown tensor type")                                                             \
    X(TG_E_DTYPE_REMOVED, 136, UNSUPPORTED, "tensor type that was removed from the format")                            \
    X(TG_E_TENSOR_ALIGNMENT, 140, MALFORMED, "tensor offset is not a multiple of the alignment")                       \
    X(TG_E_TENSOR_RANGE, 141, MALFORMED, "tensor ends beyond 2^63-1")                                                  \
    X(TG_E_TENSOR_OVERLAP, 142, MALFORMED, "tensor overlaps another")                                                  \
    /* limits */                                                                                                       \
    X(TG_E_LIMIT_TENSORS, 200, LIMIT, "more tensors than the limit")                                                   \
    X(TG_E_LIMIT_KEYS, 201, LIMIT, "more keys than the limit")                                                         \
    X(TG_E_LIMIT_HEADER, 202, LIMIT, "header larger than the limit")                                                   \
    X(TG_E_LIMIT_ARRAY_ELEMENTS, 203, LIMIT, "more array elements than the limit")                                     \
    X(TG_E_LIMIT_ARRAY_DEPTH, 204, LIMIT, "arrays nested deeper than the limit")                                       \
    X(TG_E_LIMIT_HEAP, 205, LIMIT, "the header asks for more memory than the limit")                                   \
    /* what the llama.cpp profile demands beyond the format */                                                         \
    X(TG_E_PROFILE_FORMAT, 240, UNSUPPORTED, "llama.cpp loads little-endian GGUF 2 and 3 only")                        \
    X(TG_E_PROFILE_NAME, 241, UNSUPPORTED, "llama.cpp loads tensor names of at most 63 bytes")                         \
    X(TG_E_PROFILE_ORDER, 242, UNSUPPORTED, "llama.cpp wants each tensor right behind the one before it")              \
    X(TG_E_PROFILE_NESTED, 243, UNSUPPORTED, "llama.cpp does not load arrays in arrays")                               \
    X(TG_E_PROFILE_DIMS, 244, UNSUPPORTED, "llama.cpp's own check of the dimensions refuses them")                     \
    /* models in zip archives */                                                                                       \
    X(TG_E_ZIP_END, 600, MALFORMED, "the end record of the zip archive does not fit the file")                         \
    X(TG_E_ZIP_DIRECTORY, 601, MALFORMED, "the directory of the zip archive contradicts itself")                       \
    X(TG_E_ZIP_RANGE, 602, MALFORMED, "member of the zip archive that is not inside the file")                         \
    X(TG_E_ZIP_OVERLAP, 603, MALFORMED, "members of the zip archive overlap")                                          \
    X(TG_E_ZIP_LOCAL, 604, MALFORMED, "the header in front of the member is not what the directory says")              \
    X(TG_E_ZIP_STORED, 605, UNSUPPORTED, "the member is compressed or encrypted, so it cannot be used in place")       \
    X(TG_E_ZIP_SEVERAL, 606, USAGE, "the zip archive holds more than one model")                                       \
    X(TG_E_ZIP_MEMBER, 607, USAGE, "no zip archive with a member of that name")                                        \
    X(TG_E_ZIP_DUPLICATE, 608, MALFORMED, "two members of the zip archive have that name")                             \
    X(TG_E_ZIP_POLYGLOT, 609, MALFORMED, "a model with a zip archive at its end that names another")                   \
    X(TG_E_LIMIT_ZIP, 610, LIMIT, "directory of a zip archive larger than the limit")                                  \
    /* safetensors and its JSON */                                                                                     \
    X(TG_E_HEADER_LENGTH, 400, MALFORMED, "header length that is not from 2 to 100 000 000 bytes")                     \
    X(TG_E_JSON_SYNTAX, 401, MALFORMED, "not valid JSON")                                                              \
    X(TG_E_JSON_END, 402, MALFORMED, "the JSON text ends early")                                                       \
    X(TG_E_JSON_UTF8, 403, MALFORMED, "JSON string that is not valid UTF-8")                                           \
    X(TG_E_JSON_CONTROL, 404, MALFORMED, "control character in a JSON string")                                         \
    X(TG_E_JSON_ESCAPE, 405, MALFORMED, "unknown escape in a JSON string")                                             \
    X(TG_E_JSON_SURROGATE, 406, MALFORMED, "half of a surrogate pair in a JSON string")                                \
    X(TG_E_JSON_NUMBER, 407, MALFORMED, "number with a sign, fraction, exponent or leading zero")                      \
    X(TG_E_JSON_RANGE, 408, MALFORMED, "number above 2^64-1")                                                          \
    X(TG_E_JSON_DEPTH, 409, MALFORMED, "JSON nested deeper than the format needs")                                     \
    X(TG_E_JSON_TYPE, 410, MALFORMED, "JSON value of the wrong type")                                                  \
    X(TG_E_JSON_AFTER, 411, MALFORMED, "more than white space after the JSON")                                         \
    X(TG_E_FIELD_DUPLICATE, 412, MALFORMED, "field occurs twice")                                                      \
    X(TG_E_FIELD_MISSING, 413, MALFORMED, "field is missing")                                                          \
    X(TG_E_OFFSETS_COUNT, 414, MALFORMED, "data_offsets are not two numbers")                                          \
    X(TG_E_OFFSETS_ORDER, 415, MALFORMED, "data_offsets end before they begin")                                        \
    X(TG_E_OFFSETS_SIZE, 416, MALFORMED, "data_offsets span another size than shape and dtype need")                   \
    X(TG_E_PARTIAL_BYTE, 417, MALFORMED, "tensor is not a whole number of bytes")                                      \
    X(TG_E_DATA_GAP, 418, MALFORMED, "hole in the tensor data")                                                        \
    X(TG_E_DATA_AFTER, 419, MALFORMED, "bytes after the last tensor")                                                  \
    X(TG_E_LIMIT_RANK, 420, LIMIT, "more dimensions than the limit")                                                   \
    /* models of several files */                                                                                      \
    X(TG_E_LINK, 450, IO, "a symbolic link, which was not to be followed")                                             \
    X(TG_E_PART_NAME, 451, MALFORMED, "file name that is not bare: it could mean a file elsewhere")                    \
    X(TG_E_PART_MISSING, 452, TRUNCATED, "a file of the model is missing")                                             \
    X(TG_E_PART_FORMAT, 453, MALFORMED, "the files of the model differ in format or byte order")                       \
    X(TG_E_SPLIT_TYPE, 454, MALFORMED, "split key that has another type than the format gives it")                     \
    X(TG_E_SPLIT_KEY, 455, MALFORMED, "split.count without the other split keys")                                      \
    X(TG_E_SPLIT_NUMBER, 456, MALFORMED, "split.no is not below split.count")                                          \
    X(TG_E_SPLIT_NAME, 457, MALFORMED, "the name of the file does not tell the number and count of its split keys")    \
    X(TG_E_SPLIT_FOREIGN, 458, MALFORMED, "not the part of the model that its name says")                              \
    X(TG_E_SPLIT_TENSORS, 459, MALFORMED, "split.tensors.count is not the number of tensors of all parts")             \
    X(TG_E_LIMIT_FILES, 460, LIMIT, "more files than the limit")                                                       \
    X(TG_E_INDEX_EMPTY, 461, MALFORMED, "the index names no tensor")                                                   \
    X(TG_E_INDEX_TENSOR, 462, MALFORMED, "the index names a tensor that its file does not have")                       \
    /* files of the ggml family before GGUF */                                                                         \
    X(TG_E_HPARAM_NEGATIVE, 500, MALFORMED, "a number of the header is negative")                                      \
    X(TG_E_HPARAM_RANGE, 501, MALFORMED, "hyper-parameter outside the range of its layout")                            \
    X(TG_E_HPARAM_RELATION, 502, MALFORMED, "hyper-parameters that do not fit together")                               \
    X(TG_E_FTYPE, 503, UNSUPPORTED, "unknown ftype")                                                                   \
    X(TG_E_VOCAB_COUNT, 504, MALFORMED, "number of tokens that contradicts the header")                                \
    X(TG_E_TOKEN_LENGTH, 505, MALFORMED, "token longer than 65535 bytes")                                              \
    X(TG_E_TABLE_SIZE, 506, MALFORMED, "size of a table that contradicts the header")                                  \
    X(TG_E_DIM_NEGATIVE, 507, MALFORMED, "dimension above 2^31-1: negative as the 32-bit number that it is")           \
    X(TG_E_DIM_ZERO, 508, MALFORMED, "dimension of 0, which this format does not have")                                \
    X(TG_E_RANK_SMALL, 509, MALFORMED, "fewer dimensions than the layout allows")                                      \
    X(TG_E_TENSOR_MISSING, 510, TRUNCATED, "the file ends before all tensors of its layout have come")                 \
    X(TG_E_TENSOR_UNKNOWN, 511, MALFORMED, "tensor that the layout does not have")                                     \
    X(TG_E_TENSOR_SHAPE, 512, MALFORMED, "shape that contradicts the hyper-parameters")                                \
    X(TG_E_STRAY_BYTES, 513, MALFORMED, "bytes behind the last tensor")                                                \
    X(TG_E_LAYOUT_AMBIGUOUS, 514, UNSUPPORTED, "several layouts explain the file: say which one it is")                \
    X(TG_E_LAYOUT_MAGIC, 515, UNSUPPORTED, "no layout that was asked for begins with this magic and version")          \
    X(TG_E_NESTED_MAGIC, 516, MALFORMED, "the model inside does not begin with its magic")                             \
    /* models of the ggml family in parts */                                                                           \
    X(TG_E_PARTS_HEADER, 540, MALFORMED, "header or vocabulary of the part is not that of the first")                  \
    X(TG_E_PARTS_TENSOR, 541, MALFORMED, "tensors of the part are not those of the first")                             \
    X(TG_E_PARTS_EXTRA, 542, MALFORMED, "one part more than the model has")                                            \
    X(TG_E_NOT_CONTIGUOUS, 543, USAGE, "the tensor is in pieces: read it with tg_tensor_read")                         \
    /* warnings */                                                                                                     \
    X(TG_W_TRAILING_NUL, 300, MALFORMED, "string ends with a NUL byte, which was left out")                            \
    X(TG_W_KEY_STYLE, 301, MALFORMED, "key segment outside [a-z0-9_-]+")                                               \
    X(TG_W_TEXT_VALUE, 302, MALFORMED, "string value is not UTF-8 or contains NUL")                                    \
    X(TG_W_TEXT_ELEMENT, 303, MALFORMED, "array element is not UTF-8 or contains NUL")                                 \
    X(TG_W_ALIGNMENT_SMALL, 304, MALFORMED, "general.alignment below 8")                                               \
    X(TG_W_NAME_LONG, 305, MALFORMED, "tensor name above 64 bytes")                                                    \
    X(TG_W_DIM_ZERO, 306, MALFORMED, "dimension of 0: the tensor is empty")                                            \
    X(TG_W_DATA_GAP, 307, MALFORMED, "gap in the tensor data")                                                         \
    X(TG_W_DATA_ORDER, 308, MALFORMED, "tensor data is not in the order of the table")                                 \
    X(TG_W_DATA_AFTER, 309, MALFORMED, "bytes after the last tensor")                                                  \
    X(TG_W_PADDING, 310, MALFORMED, "padding between header and data is not zero")                                     \
    X(TG_W_QUANTIZATION_VERSION, 311, MALFORMED, "quantized tensors without general.quantization_version")             \
    X(TG_W_LEADING_SPACE, 320, MALFORMED, "white space before the JSON of the header")                                 \
    X(TG_W_FIELD_UNKNOWN, 321, MALFORMED, "unknown field, which was passed over")                                      \
    X(TG_W_METADATA_NULL, 322, MALFORMED, "__metadata__ is null")                                                      \
    X(TG_W_PART, 323, MALFORMED, "one file of several; the others were not looked at")                                 \
    X(TG_W_TENSOR_UNMAPPED, 324, MALFORMED, "tensor that the index does not name")                                     \
    X(TG_W_FILE_UNMAPPED, 325, MALFORMED, "file named like those of the model, but not indexed")                       \
    X(TG_W_TOTAL_SIZE, 326, MALFORMED, "total_size of the index is not the size of the tensors")                       \
    X(TG_W_NO_TENSORS, 340, MALFORMED, "no tensors: a vocabulary only")                                                \
    X(TG_W_QUANTIZATION_UNKNOWN, 341, MALFORMED, "quantized tensors of unknown bit order")

typedef enum tg_status {
#define TG_STATUS_ENUM(name, number, class_, sentence) name = number,
    TG_STATUS_LIST(TG_STATUS_ENUM)
#undef TG_STATUS_ENUM
} tg_status;

/* tg_status_name returns the name, such as "TG_E_TENSOR_OVERLAP"; "TG_E_UNKNOWN" for a number
 * that this version does not know. */
TG_API const char *tg_status_name(tg_status status);

/* tg_status_class returns the kind; TG_CLASS_INTERNAL for a number that this version does not know. */
TG_API tg_class tg_status_class(tg_status status);

/* tg_status_text returns the sentence of `status`, without a full stop. */
TG_API const char *tg_status_text(tg_status status);

/* tg_status_is_warning says whether `status` is a TG_W_ status. */
TG_API bool tg_status_is_warning(tg_status status);

/* tg_status_at walks all statuses: it stores the `index`-th in `*out_status` and returns true, or
 * returns false, with the output untouched, where there is none. */
TG_API bool tg_status_at(size_t index, tg_status *out_status);

/* tg_class_name returns "malformed", "truncated", "unsupported", "limit", "io", "memory", "usage",
 * "internal" or "ok". */
TG_API const char *tg_class_name(tg_class class_);

/* The index of an error that is about no single entry. */
#define TG_NO_INDEX UINT64_MAX

/* The number that stands for the index of a model of several files, which is none of them. */
#define TG_FILE_INDEX UINT32_MAX

/* tg_error says what is wrong and where. It holds no pointer that must be freed. */
typedef struct tg_error {
    tg_status status;
    uint32_t file;        /* which file of a model of several; 0 for the first; TG_FILE_INDEX for the index */
    uint64_t offset;      /* byte offset, in that file, of the field at fault */
    uint64_t index;       /* which key or tensor, counted from 0; or TG_NO_INDEX */
    uint64_t found;       /* the number found there; of class truncated: the bytes that are left */
    uint64_t limit;       /* the bound it was compared with; of class truncated: the bytes needed */
    int32_t os_code;      /* errno, GetLastError or the reader's own code; 0 where there is none */
    const char *what;     /* static: the field at fault, such as "number of dimensions"; or NULL */
    uint64_t reserved[4]; /* tensorgate's own: see tg_error_hint and tg_error_entry */
    char file_name[256];  /* bare name of that file, NUL-terminated; empty where the model has but one */
} tg_error;

/* Room enough for any line of tg_error_format, in bytes. */
#define TG_ERROR_LINE 512

/* tg_error_format writes one line for people, without a newline and with no byte of the file in it:
 * "at byte 96: more dimensions than the format allows (number of dimensions of tensor 3: found 9, limit 4)
 * [TG_E_RANK]". It writes at most `len` bytes, always NUL-terminated where `len` is not 0, and returns
 * the length that the whole line has, in bytes without the NUL. */
TG_API size_t tg_error_format(const tg_error *error, char *out_buffer, size_t len);

/* tg_error_entry returns what `index` counts: "key", "tensor", "member" or "" where there is no index. */
TG_API const char *tg_error_entry(const tg_error *error);

/* tg_error_hint returns a static sentence that says what the file probably is, or what to do about
 * it ("this is a Git LFS pointer: …"); NULL where nothing helpful is known. */
TG_API const char *tg_error_hint(const tg_error *error);

/* ---- Formats and types --------------------------------------------------------------- */

typedef enum tg_format {
    TG_FORMAT_NONE = 0,
    TG_FORMAT_GGUF = 1,
    TG_FORMAT_GGML = 2, /* 2 to 5 and 7 to 9: the magic of a file of the ggml family before GGUF; */
    TG_FORMAT_GGMF = 3, /* what follows the magic is its layout: see tg_layout */
    TG_FORMAT_GGJT = 4,
    TG_FORMAT_GGLA = 5,
    TG_FORMAT_SAFETENSORS = 6,
    TG_FORMAT_GGCC = 7,
    TG_FORMAT_GGMM = 8,
    TG_FORMAT_REPL = 9
} tg_format;

/* tg_format_name returns "gguf", "ggml" and so on; "" for TG_FORMAT_NONE and unknown numbers. */
TG_API const char *tg_format_name(tg_format format);

/* The files of the ggml family before GGUF do not say what they are: under one magic there are many layouts of
 * header, vocabulary and tensors. Each is listed here with its pinned number, its name and what wrote it. */
#define TG_LAYOUT_LIST(X)                                                                                              \
    X(TG_LAYOUT_LLAMA, 1, "llama", "LLaMA, by llama.cpp until August 2023")                                            \
    X(TG_LAYOUT_GPT2, 2, "gpt2", "GPT-2, Cerebras-GPT, StarCoder, SantaCoder")                                         \
    X(TG_LAYOUT_GPTJ, 3, "gptj", "GPT-J")                                                                              \
    X(TG_LAYOUT_GPTNEOX, 4, "gptneox", "GPT-NeoX, StableLM, Dolly v2 since 13 May 2023")                               \
    X(TG_LAYOUT_GPTNEOX_OLD, 5, "gptneox-old", "GPT-NeoX and StableLM before 13 May 2023")                             \
    X(TG_LAYOUT_MPT, 6, "mpt", "MPT")                                                                                  \
    X(TG_LAYOUT_REPLIT, 7, "replit", "Replit")                                                                         \
    X(TG_LAYOUT_BLOOM, 8, "bloom", "BLOOM, by bloomz.cpp")                                                             \
    X(TG_LAYOUT_FALCON, 9, "falcon", "Falcon, by ggllm.cpp")                                                           \
    X(TG_LAYOUT_FALCON_RUSTFORMERS, 10, "falcon-rustformers", "Falcon, by rustformers")                                \
    X(TG_LAYOUT_RWKV, 11, "rwkv", "RWKV, by rwkv.cpp")                                                                 \
    X(TG_LAYOUT_WHISPER, 12, "whisper", "Whisper, by whisper.cpp")                                                     \
    X(TG_LAYOUT_SILERO_VAD, 13, "silero-vad", "Silero voice activity detection, by whisper.cpp")                       \
    X(TG_LAYOUT_PARAKEET, 14, "parakeet", "Parakeet TDT, by whisper.cpp")                                              \
    X(TG_LAYOUT_CLIP, 15, "clip", "CLIP, by clip.cpp until September 2023")                                            \
    X(TG_LAYOUT_BERT, 16, "bert", "BERT, by bert.cpp")                                                                 \
    X(TG_LAYOUT_ENCODEC, 17, "encodec", "EnCodec, by encodec.cpp")                                                     \
    X(TG_LAYOUT_BARK, 18, "bark", "Bark with its codec, by bark.cpp")                                                  \
    X(TG_LAYOUT_SAM, 19, "sam", "Segment Anything")                                                                    \
    X(TG_LAYOUT_STABLE_DIFFUSION, 20, "stable-diffusion", "Stable Diffusion, by stable-diffusion.cpp of 2023")         \
    X(TG_LAYOUT_STABLE_DIFFUSION_LORA, 21, "stable-diffusion-lora", "LoRA of Stable Diffusion (only by name)")         \
    X(TG_LAYOUT_GPT4ALL_MPT, 22, "gpt4all-mpt", "MPT, by GPT4All")                                                     \
    X(TG_LAYOUT_GPT4ALL_REPLIT, 23, "gpt4all-replit", "Replit, by GPT4All")                                            \
    X(TG_LAYOUT_LORA, 24, "lora", "LoRA adapter of LLaMA, by llama.cpp")

typedef enum tg_layout {
    TG_LAYOUT_NONE = 0, /* of other formats, where the format says it all */
#define TG_LAYOUT_ENUM(name, number, short_name, text) name = number,
    TG_LAYOUT_LIST(TG_LAYOUT_ENUM)
#undef TG_LAYOUT_ENUM
} tg_layout;

/* tg_layout_name returns "llama" and so on; "" for TG_LAYOUT_NONE and unknown numbers. */
TG_API const char *tg_layout_name(tg_layout layout);

/* tg_layout_text returns what has that layout, and who wrote it; "" where tg_layout_name does. */
TG_API const char *tg_layout_text(tg_layout layout);

/* tg_layout_at walks all layouts: it stores the `index`-th in `*out_layout` and returns true, or returns
 * false, with the output untouched, where there is none. */
TG_API bool tg_layout_at(size_t index, tg_layout *out_layout);

/* tg_error_layout returns the `index`-th of the layouts that an error is about, or TG_LAYOUT_NONE: those that explain
 * the file, for TG_E_LAYOUT_AMBIGUOUS; for other errors the one that explained most of it, by which the
 * rest was judged, or those that explained as much and failed alike. Of a file that breaks off before its first tensor,
 * that may be another than the one it has: then tg_options.layout says it. */
TG_API tg_layout tg_error_layout(const tg_error *error, size_t index);

typedef enum tg_endian {
    TG_ENDIAN_NONE = 0,
    TG_ENDIAN_LITTLE = 1,
    TG_ENDIAN_BIG = 2,
} tg_endian;

/* tg_dtype is how the bytes of a tensor decode. Two tensors of models with the same byte order have
 * equal tg_dtype only where their bytes decode alike. Values are pinned and append-only. Those below
 * 256 are 1 + the number that ggml gives the type today. */
typedef enum tg_dtype {
    TG_DTYPE_NONE = 0,
    TG_DTYPE_F32 = 1,
    TG_DTYPE_F16 = 2,
    TG_DTYPE_Q4_0 = 3,
    TG_DTYPE_Q4_1 = 4,
    TG_DTYPE_Q5_0 = 7,
    TG_DTYPE_Q5_1 = 8,
    TG_DTYPE_Q8_0 = 9,
    TG_DTYPE_Q8_1 = 10,
    TG_DTYPE_Q2_K = 11,
    TG_DTYPE_Q3_K = 12,
    TG_DTYPE_Q4_K = 13,
    TG_DTYPE_Q5_K = 14,
    TG_DTYPE_Q6_K = 15,
    TG_DTYPE_Q8_K = 16,
    TG_DTYPE_IQ2_XXS = 17,
    TG_DTYPE_IQ2_XS = 18,
    TG_DTYPE_IQ3_XXS = 19,
    TG_DTYPE_IQ1_S = 20,
    TG_DTYPE_IQ4_NL = 21,
    TG_DTYPE_IQ3_S = 22,
    TG_DTYPE_IQ2_S = 23,
    TG_DTYPE_IQ4_XS = 24,
    TG_DTYPE_I8 = 25,
    TG_DTYPE_I16 = 26,
    TG_DTYPE_I32 = 27,
    TG_DTYPE_I64 = 28,
    TG_DTYPE_F64 = 29,
    TG_DTYPE_IQ1_M = 30,
    TG_DTYPE_BF16 = 31,
    TG_DTYPE_TQ1_0 = 35,
    TG_DTYPE_TQ2_0 = 36,
    TG_DTYPE_MXFP4 = 40,
    TG_DTYPE_NVFP4 = 41,
    TG_DTYPE_Q1_0 = 42,
    TG_DTYPE_Q2_0 = 43,
    /* From 256 on: types that only safetensors has. */
    TG_DTYPE_BOOL = 256,
    TG_DTYPE_U8 = 257,
    TG_DTYPE_U16 = 258,
    TG_DTYPE_U32 = 259,
    TG_DTYPE_U64 = 260,
    TG_DTYPE_F8_E5M2 = 261,
    TG_DTYPE_F8_E4M3 = 262,
    TG_DTYPE_F8_E8M0 = 263,
    TG_DTYPE_F8_E4M3FNUZ = 264,
    TG_DTYPE_F8_E5M2FNUZ = 265,
    TG_DTYPE_F4 = 266,
    TG_DTYPE_F6_E2M3 = 267,
    TG_DTYPE_F6_E3M2 = 268,
    TG_DTYPE_C64 = 269, /* two f32: real and imaginary part */
    /* From 320 on: blocks of 2023 as ggml, ggmf and ggjt had them before ggjt 3. */
    TG_DTYPE_Q4_0_GGJT1 = 320, /* until ggjt 1: f32 scale, neighbours in one byte */
    TG_DTYPE_Q4_1_GGJT1 = 321,
    TG_DTYPE_Q4_2 = 322, /* until ggjt 1, and then removed */
    TG_DTYPE_Q4_3 = 323,
    TG_DTYPE_Q5_0_GGJT1 = 324,
    TG_DTYPE_Q5_1_GGJT1 = 325,
    TG_DTYPE_Q8_0_GGJT2 = 326, /* until ggjt 2: f32 scale */
    TG_DTYPE_Q4_0_GGJT2 = 327, /* ggjt 2: f32 scale, bits as in ggjt 3 */
    TG_DTYPE_Q4_1_GGJT2 = 328
} tg_dtype;

/* tg_dtype_info describes a type. A row (the fastest dimension) of a tensor is a whole number of
 * blocks; of the types with 4 and 6 bits that only safetensors has, a tensor is. */
typedef struct tg_dtype_info {
    tg_dtype dtype;
    const char *name; /* static, as ggml names it, "f32", "q4_K"; those that it does not have, as safetensors does */
    uint32_t block_elements; /* elements in a block: 1 for plain types */
    uint32_t block_bytes;    /* bytes of a block */
    bool quantized;          /* more than one element in a block */
    const char *safetensors; /* static, as safetensors names it, "F32"; NULL for those that it does not have */
} tg_dtype_info;

/* tg_dtype_describe returns the description of `dtype`; NULL for TG_DTYPE_NONE and unknown numbers. */
TG_API const tg_dtype_info *tg_dtype_describe(tg_dtype dtype);

/* tg_dtype_name returns the name of `dtype`, or "" where it has none. */
TG_API const char *tg_dtype_name(tg_dtype dtype);

/* ---- Options ---------------------------------------------------------------------------- */

/* tg_limits bound what a header may ask for. A field of 0 means its default, which is far above every
 * real file. Begin with `tg_limits limits = {sizeof limits}`. */
typedef struct tg_limits {
    size_t struct_size;          /* bytes: sizeof(tg_limits) of the caller */
    uint64_t max_tensors;        /* default 1 048 576; below 2^32-1 */
    uint64_t max_keys;           /* default 1 048 576; below 2^32-1 */
    uint64_t max_header_bytes;   /* everything before the tensor data; default 256 MiB */
    uint64_t max_array_elements; /* in all arrays together; default 134 217 728 */
    uint64_t max_array_depth;    /* arrays in arrays, counting the outermost; default 4, at most 16 */
    uint64_t heap_base;          /* bytes; default 16 MiB. A model may hold heap_base + */
    uint64_t heap_factor;        /* heap_factor x the bytes of header read so far; default 8 */
    uint64_t max_files;          /* of one model; default 10 000 */
} tg_limits;

/* tg_allocator replaces the C library's allocator for all memory that belongs to a model. `resize`
 * works like realloc: `block` is NULL for a new block (then `old_size` is 0), `new_size` is 0 to free
 * it (the result is then ignored). It returns memory aligned for any type, or NULL, and then the old
 * block stays as it was. It is called by the thread that opens or closes the model only. */
typedef struct tg_allocator {
    void *(*resize)(void *context, void *block, size_t old_size, size_t new_size);
    void *context;
} tg_allocator;

/* What tg_options.profile may demand beyond the rules of the format. */
typedef enum tg_profile {
    TG_PROFILE_NONE = 0,
    TG_PROFILE_LLAMA_CPP = 1 /* what llama.cpp's own loader refuses is refused too */
} tg_profile;

/* Flags of tg_options. */
#define TG_CHECK_TEXT 0x1u /* look at every string in arrays (tokens, merges) too, and warn */
#define TG_STABLE_MEMORY                                                                                               \
    0x2u               /* tg_open_memory only: nobody writes to the memory while the model is
                                 open, so the header is used in place and not copied */
#define TG_STRICT 0x4u /* every warning is an error */
#define TG_GUARD 0x8u  /* reads through pointers of tg_tensor_data survive that the file is cut: see there */
#define TG_SEALED_COPY                                                                                                 \
    0x10u                     /* copy the whole file (or region) into memory that nobody can change, and
                                 vet and map that: for files that hostile programs can write to. Linux only. */
#define TG_SINGLE_FILE 0x100u /* tg_open_path only: judge the one file, even where it is the first of a set */
#define TG_NO_FOLLOW 0x200u   /* tg_open_path only: refuse symbolic links, at the end of `path` and in a set */
#define TG_GPT4ALL_VOCABULARY                                                                                          \
    0x1000u /* an unversioned LLaMA file that declares 32001 tokens has 32000, as the first
                                 GPT4All model had */

/* tg_options change how a model is opened. NULL means the defaults, which are those of an all-zero
 * struct. Begin with `tg_options options = {sizeof options}`. Everything that it points to is used
 * during the call only, except `allocator`, which is copied. */
typedef struct tg_options {
    size_t struct_size;            /* bytes: sizeof(tg_options) of the caller */
    uint32_t flags;                /* TG_CHECK_TEXT and so on */
    uint32_t profile;              /* a tg_profile */
    const tg_limits *limits;       /* NULL: the defaults */
    const tg_allocator *allocator; /* NULL: the C library's */
    const tg_status *strict;       /* `num_strict` TG_W_ statuses that are errors */
    size_t num_strict;
    const uint64_t *hash_key; /* two numbers for the keyed hash of names; NULL: random ones from
                                      the system. Give them only where runs must repeat exactly. */
    uint64_t region_offset;   /* bytes: where in the file the model begins */
    uint64_t region_len;      /* bytes of the file that are looked at; 0: up to its end. All offsets that
                                      are given out, and all alignment, count from region_offset. */
    const char *member;       /* the model is the member of this name in the zip archive at the end of the
                                      file; NULL: see tg_open_path */
    /* NULL, or told of each member that could have been meant, before TG_E_ZIP_SEVERAL or TG_E_ZIP_MEMBER is
     * returned. `name` has `len` bytes of the file: any byte but NUL may be among them. */
    void (*member_seen)(void *context, const char *name, size_t len, uint64_t size);
    void *member_context;
    const char *layout; /* of a file of the ggml family before GGUF: a name of tg_layout_name; NULL: the one
                                      that explains the file to its last byte. Other formats ignore it. */
} tg_options;

/* ---- Open and close ----------------------------------------------------------------------- */

typedef struct tg_model tg_model;

/* tg_open_path vets the file at `path` and, where every rule holds, stores a model in `*out_model`.
 * It reads the header into private memory and maps nothing. Only regular files are opened. The file
 * stays open until tg_close.
 *
 * A file that does not begin as a model, and ends with a zip archive that names a member `….gguf`, is opened as
 * that member, in place, if it is stored uncompressed (a llamafile); all offsets then count from its first
 * byte, but for those of TG_E_ZIP_ errors. Several such members are TG_E_ZIP_SEVERAL, unless tg_options.member says
 * which. A model at whose end stands such an archive is TG_E_ZIP_POLYGLOT: two programs would see two models.
 *
 * Where the file is the first of a split GGUF, the first part of a LLaMA of March 2023 (model.bin, then model.bin.1
 * and so on; its shapes say how many), or the index of safetensors files (its name says so: it ends in .json and
 * has .index. in it), all of the set is opened, vetted and made one model, unless TG_SINGLE_FILE, a region or a
 * member is asked for. The other files are looked for in the folder of `path` as it is given, under bare names;
 * symbolic links are followed unless TG_NO_FOLLOW is given. One of them is open at a time; later uses open it again
 * and refuse it with TG_E_FILE_CHANGED if it is no longer the same file (sealed copies stay open instead).
 * tg_error.file and tg_error.file_name say which file an error is about. Parts of one LLaMA that have changed
 * places are not noticed: they have the same header and the same shapes, and nothing else in them says which is
 * which.
 *
 * Errors: any TG_E_ status about the file, TG_E_ARGUMENT, TG_E_REGION, TG_E_NO_MEMORY, TG_E_OPEN,
 * TG_E_NOT_REGULAR, TG_E_LINK, TG_E_READ, TG_E_FILE_CHANGED; TG_E_NO_SEALS and TG_E_SEAL for TG_SEALED_COPY; a TG_W_
 * status where it was made strict. On Windows `path` is UTF-8, and nobody can write to the file or cut it while
 * it is open (an open fails with TG_E_OPEN while somebody else has it open for writing). */
TG_API tg_status tg_open_path(const char *path, const tg_options *options, tg_model **out_model, tg_error *out_error);

/* tg_open_fd is tg_open_path for a file that is open for reading. `fd` is duplicated: it may be closed
 * afterwards, and its position is neither used nor moved. */
TG_API tg_status tg_open_fd(int fd, const tg_options *options, tg_model **out_model, tg_error *out_error);

/* tg_open_memory vets the `len` bytes at `data`, which must stay readable until tg_close. The header is
 * copied before it is looked at, unless TG_STABLE_MEMORY says that nobody writes there. tg_tensor_data
 * points into `data`. Memory that is a mapping of a file can fault while it is read, if that file is
 * cut: use tg_open_fd for files. */
TG_API tg_status tg_open_memory(const void *data, size_t len, const tg_options *options, tg_model **out_model,
                                tg_error *out_error);

/* tg_reader is any other place that bytes come from. `read_at` must fill all `len` bytes of `buffer`
 * from byte `offset` and return 0, or return its own code, which is passed on in tg_error.os_code.
 * It is asked only for ranges inside [0, size). The struct is copied; `context` must live until
 * tg_close. `read_at` is called during the open, and by tg_tensor_read in whichever thread calls that. */
typedef struct tg_reader {
    size_t struct_size; /* bytes: sizeof(tg_reader) of the caller */
    uint64_t size;      /* of the whole file, in bytes */
    int (*read_at)(void *context, uint64_t offset, void *buffer, size_t len);
    void *context;
} tg_reader;

/* tg_open_reader vets what `reader` reads. It asks for few, growing ranges that end at most
 * max(64 KiB, the bytes already parsed) beyond the header; then for the last 65 633 bytes, at the most, where the
 * directory of a zip archive would stand; and, where one does, for that. Without one, no byte is asked for
 * twice, but those records of the ggml family before GGUF that stand in these last bytes. */
TG_API tg_status tg_open_reader(const tg_reader *reader, const tg_options *options, tg_model **out_model,
                                tg_error *out_error);

/* tg_close frees the model, unmaps its data and closes its file. NULL is fine. */
TG_API void tg_close(tg_model *model);

/* ---- The model as a whole ------------------------------------------------------------------- */

TG_API tg_format tg_model_format(const tg_model *model);
TG_API uint32_t tg_model_version(const tg_model *model); /* of the format, as its header says; 0 if it has none */

/* tg_model_layout returns the layout of a file of the ggml family before GGUF, TG_LAYOUT_NONE for others. Of those
 * files, hyper-parameters are the keys "<layout>.<name>", the vocabulary is tokenizer.ggml.tokens and .scores, as
 * in GGUF, and general.architecture is the name of the layout; tokens are bytes and need not be UTF-8. */
TG_API tg_layout tg_model_layout(const tg_model *model);
TG_API tg_endian tg_model_endian(const tg_model *model); /* of the header and of the tensor data */

/* tg_model_alignment returns what every tensor offset is a multiple of, in bytes. */
TG_API uint64_t tg_model_alignment(const tg_model *model);

/* tg_model_data_offset returns where the tensor data of the first file begins, in bytes; where the header
 * ends, if there are no tensors. */
TG_API uint64_t tg_model_data_offset(const tg_model *model);

TG_API uint64_t tg_model_file_size(
    const tg_model *model); /* bytes of all files, or of the region, when they were opened; at most 2^64-1 */

/* tg_model_region_offset returns where in its file the model begins, in bytes: tg_options.region_offset, and, in a
 * zip archive, what comes before the member. */
TG_API uint64_t tg_model_region_offset(const tg_model *model);

/* tg_model_is_immutable says whether the system keeps everybody from changing the bytes of the model: a sealed
 * copy (TG_SEALED_COPY), a descriptor with F_SEAL_WRITE and F_SEAL_SHRINK, or a file under fs-verity. False for
 * everything else: permissions, locks and promises of the caller do not count. */
TG_API bool tg_model_is_immutable(const tg_model *model);

TG_API uint32_t tg_model_num_files(const tg_model *model);

/* tg_file is one file of a model. */
typedef struct tg_file {
    const char *name;      /* NUL-terminated bare name, any other byte may be in it; "" where the source had none */
    uint64_t size;         /* bytes, when it was opened */
    uint64_t data_offset;  /* bytes: where its tensor data begins */
    uint64_t first_tensor; /* its tensors are those from this index on, in the order of its table */
    uint64_t num_tensors;
} tg_file;

/* tg_model_file returns the file of that number, or the index of the model for TG_FILE_INDEX; NULL where there is
 * none. */
TG_API const tg_file *tg_model_file(const tg_model *model, uint32_t file);

typedef enum tg_set_kind {
    TG_SET_NONE = 0,
    TG_SET_SPLIT_GGUF = 1, /* model-00001-of-00003.gguf and so on */
    TG_SET_INDEX = 2,      /* safetensors files with model.safetensors.index.json */
    TG_SET_PARTS = 3       /* LLaMA of March 2023: model.bin, model.bin.1 and so on */
} tg_set_kind;

/* tg_set says what set of files a model is, or is a part of. */
typedef struct tg_set {
    tg_set_kind kind;
    bool whole;         /* the model is all of the set; else it is one file of it */
    uint32_t num_files; /* of the whole set */
    uint32_t number;    /* where not `whole`: which file of the set it is, from 0 */
} tg_set;

/* tg_model_set returns what is known of the set, or NULL where the model is one file that stands alone. */
TG_API const tg_set *tg_model_set(const tg_model *model);

/* ---- Tensors ---------------------------------------------------------------------------------- */

/* Bytes inside a model: not NUL-terminated, and NUL or any other byte may be among them. */
typedef struct tg_bytes {
    const char *ptr;
    size_t len;
} tg_bytes;

/* tg_tensor is one validated entry of the tensor table. */
typedef struct tg_tensor {
    tg_bytes name;  /* valid UTF-8, not empty, no NUL, unique in the model */
    uint64_t index; /* position in the table */
    tg_dtype dtype;
    uint32_t num_dims;     /* 0 for a scalar */
    const uint64_t *dims;  /* elements, in the order of the file; see `flags` */
    uint64_t offset;       /* bytes from the start of its file */
    uint64_t size;         /* bytes; [offset, offset + size) lies inside the file */
    uint64_t num_elements; /* product of dims, at most 2^63-1; 1 for a scalar */
    uint32_t file;         /* which file of the model it is in */
    uint32_t flags;        /* TG_TENSOR_… */
    uint64_t entry_offset; /* bytes: where the header describes this tensor */
} tg_tensor;

/* dims[0] counts the elements that lie next to each other (a row): the order of ggml. Without it the
 * last dim does. */
#define TG_TENSOR_FASTEST_FIRST 0x1u

/* The tensor is not in one place: each file of the model has a piece. `offset` and `file` are those of the first. */
#define TG_TENSOR_IN_PIECES 0x2u

/* tg_piece is what one file has of a tensor. */
typedef struct tg_piece {
    uint32_t file;
    uint32_t dim;    /* along which the tensor was cut: 0 for columns, 1 for rows (dims[0], dims[1]) */
    uint64_t offset; /* bytes from the start of that file */
    uint64_t size;   /* bytes; all pieces have as many */
} tg_piece;

/* tg_tensor_num_pieces returns how many pieces `tensor` has: 1 where it is in one place; 0 for a tensor of another
 * model. tg_tensor_piece stores the `index`-th in `*out_piece` and returns true, or returns false, with the output
 * untouched, where there is none. Pieces that are cut along rows follow each other; of those that are cut along
 * columns, each row of the tensor is a row of the first, a row of the second, and so on. */
TG_API uint32_t tg_tensor_num_pieces(const tg_model *model, const tg_tensor *tensor);
TG_API bool tg_tensor_piece(const tg_model *model, const tg_tensor *tensor, uint32_t index, tg_piece *out_piece);

TG_API uint64_t tg_model_num_tensors(const tg_model *model);
TG_API const tg_tensor *tg_model_tensor(const tg_model *model, uint64_t index); /* NULL where there is none */

/* tg_model_find_tensor returns the tensor of that name, or NULL. Constant time. The _n form takes a
 * name that is not NUL-terminated. */
TG_API const tg_tensor *tg_model_find_tensor(const tg_model *model, const char *name);
TG_API const tg_tensor *tg_model_find_tensor_n(const tg_model *model, tg_bytes name);

/* tg_tensor_dtype_name returns the name that the format of the model gives to the type of `tensor`: "bf16" in GGUF,
 * "BF16" in safetensors; "" for NULL and for a tensor of another model. */
TG_API const char *tg_tensor_dtype_name(const tg_model *model, const tg_tensor *tensor);

/* tg_tensor_data stores a read-only pointer to the `*out_len` bytes of `tensor`, in the byte order of the
 * model. The first call maps the tensor data of the file (any number of threads may race to it), so
 * processes that map the same file share its pages. The pointer lives until tg_close. An empty tensor
 * gives a pointer that must not be read and length 0.
 *
 * Nothing can make a mapped file stay as it is: whoever may write to it can change the weights under
 * the pointer, and who truncates it turns reads into SIGBUS. Against such writers use tg_tensor_read, or open
 * with TG_SEALED_COPY.
 *
 * With TG_GUARD, the first such call in the process installs a handler for SIGBUS, which stays for good (so the
 * library must not be unloaded). A read of a page that the file no longer has then gives zeros, and from then on
 * tg_model_recheck and tg_tensor_data say TG_E_FILE_CHANGED for this model: ask before you rely on what was
 * computed. The page in which the file now ends reads as zeros behind that end without a fault; the size tells,
 * and tg_model_recheck looks at it. All other bus errors go to the handler that was there before. A
 * handler that is installed later, and does not pass on what is not its own, switches the guard off and does no
 * other harm. At most 1024 guarded mappings; beyond that, TG_E_GUARD. Windows lets nobody cut a
 * mapped file, and there the flag has no effect.
 *
 * Errors: TG_E_ARGUMENT, TG_E_FOREIGN_TENSOR, TG_E_NOT_CONTIGUOUS (TG_TENSOR_IN_PIECES: tg_tensor_read puts it
 * together), TG_E_NOT_MAPPABLE (reader source), TG_E_ADDRESS_SPACE (the data is too
 * large to map here: tg_tensor_read works), TG_E_MAP, TG_E_READ, TG_E_GUARD, TG_E_FILE_CHANGED (the file
 * is shorter than when it was opened). */
TG_API tg_status tg_tensor_data(const tg_model *model, const tg_tensor *tensor, const void **out_data, size_t *out_len,
                                tg_error *out_error);

/* tg_tensor_read copies `len` bytes that begin `offset` bytes into `tensor` to `out_buffer`. It reads, and
 * so never faults: a file that was cut gives TG_E_FILE_CHANGED. After a failure the buffer holds any
 * bytes. Errors: TG_E_ARGUMENT, TG_E_FOREIGN_TENSOR, TG_E_READ_RANGE, TG_E_READ, TG_E_FILE_CHANGED. */
TG_API tg_status tg_tensor_read(const tg_model *model, const tg_tensor *tensor, uint64_t offset, void *out_buffer,
                                size_t len, tg_error *out_error);

/* tg_model_recheck returns TG_E_FILE_CHANGED if the file's identity, size or times are not what they were
 * when it was opened, or if the guard met a page that was gone. TG_OK means that no change was seen, not that
 * there was none: writes through a mapping and within the tick of a coarse clock leave no trace. Memory and
 * readers always give TG_OK. */
TG_API tg_status tg_model_recheck(const tg_model *model, tg_error *out_error);

/* tg_tensor_alignment returns the largest power of two that divides the address which tg_tensor_data gives for
 * `tensor`, but no more than a page; so an engine knows beforehand whether it can use the bytes in place. 0 for an
 * empty tensor, a tensor of another model, and readers, which cannot be mapped. */
TG_API uint64_t tg_tensor_alignment(const tg_model *model, const tg_tensor *tensor);

/* tg_progress is told how far a long call is. It may cancel it. */
typedef struct tg_progress {
    size_t struct_size; /* bytes: sizeof(tg_progress) of the caller */
    /* `done` of `total` bytes; called in the calling thread, at first with 0 and at last with all. Returning false
     * ends the call with TG_E_CANCELLED. */
    bool (*report)(void *context, uint64_t done, uint64_t total);
    void *context;
} tg_progress;

/* The next three work on `num` tensors of the model, or on all where `tensors` is NULL. `progress` may be NULL. They
 * map the data as tg_tensor_data does, never fault, and fail as it does, and with TG_E_CANCELLED.
 *
 * tg_model_prefetch brings the tensors into memory. A file that was cut gives TG_E_FILE_CHANGED. */
TG_API tg_status tg_model_prefetch(const tg_model *model, const tg_tensor *const *tensors, uint64_t num,
                                   const tg_progress *progress, tg_error *out_error);

/* tg_model_lock brings them in and keeps them there until tg_close or tg_model_drop. After a failure none of them is
 * locked. Errors: TG_E_LOCK_LIMIT, with the bytes of the tensors in `found` and what the process may
 * lock in all in `limit` (RLIMIT_MEMLOCK; on Windows the working set); TG_E_LOCK, TG_E_NO_MEMORY. */
TG_API tg_status tg_model_lock(const tg_model *model, const tg_tensor *const *tensors, uint64_t num,
                               const tg_progress *progress, tg_error *out_error);

/* tg_model_drop unlocks them and lets their memory go, as far as it holds nothing else. Pointers stay good:
 * the bytes come from the file again when they are touched. */
TG_API tg_status tg_model_drop(const tg_model *model, const tg_tensor *const *tensors, uint64_t num,
                               tg_error *out_error);

/* ---- Keys and values ------------------------------------------------------------------------------ */

typedef enum tg_value_type {
    TG_VALUE_NONE = 0, /* no value: every getter says no */
    TG_VALUE_U8 = 1,
    TG_VALUE_I8 = 2,
    TG_VALUE_U16 = 3,
    TG_VALUE_I16 = 4,
    TG_VALUE_U32 = 5,
    TG_VALUE_I32 = 6,
    TG_VALUE_U64 = 7,
    TG_VALUE_I64 = 8,
    TG_VALUE_F32 = 9,
    TG_VALUE_F64 = 10,
    TG_VALUE_BOOL = 11,
    TG_VALUE_STRING = 12,
    TG_VALUE_ARRAY = 13
} tg_value_type;

/* tg_value_type_name returns "u8", "string", "array" and so on; "" for TG_VALUE_NONE and unknown numbers. */
TG_API const char *tg_value_type_name(tg_value_type type);

/* tg_value_type_size returns the bytes of one scalar of `type` in host memory; 0 for strings, arrays and
 * TG_VALUE_NONE. */
TG_API size_t tg_value_type_size(tg_value_type type);

/* tg_value is a small view of a value inside a model; copy it freely. A zeroed one has no value. */
typedef struct tg_value {
    tg_value_type type;
    tg_value_type element_type; /* of an array; else TG_VALUE_NONE */
    uint64_t count;             /* elements of an array; else 0 */
    struct {                    /* tensorgate's own */
        const void *bytes, *marks;
        size_t len;
        uint32_t encoding;
    } own;
} tg_value;

/* tg_key is one validated key of the metadata. */
typedef struct tg_key {
    tg_bytes name;         /* valid UTF-8, not empty, no NUL, unique in the model */
    uint64_t index;        /* position among the keys */
    uint64_t entry_offset; /* bytes: where the header begins to describe this key */
    tg_value_type type;    /* of its value: see tg_model_value */
    uint32_t file;         /* which file of the model it is in */
} tg_key;

TG_API uint64_t tg_model_num_keys(const tg_model *model);
TG_API const tg_key *tg_model_key(const tg_model *model, uint64_t index); /* NULL where there is none */
TG_API const tg_key *tg_model_find_key(const tg_model *model, const char *name);
TG_API const tg_key *tg_model_find_key_n(const tg_model *model, tg_bytes name);

/* tg_model_value returns the value of `key`, or one of type TG_VALUE_NONE if `key` is NULL or of another
 * model. So this is safe, whatever the file holds:
 *     uint64_t n = 0;
 *     tg_value v = tg_model_value(model, tg_model_find_key(model, "llama.context_length"));
 *     if (tg_value_u64(&v, &n)) … */
TG_API tg_value tg_model_value(const tg_model *model, const tg_key *key);

/* Typed getters. Each converts without loss and returns true, or returns false and leaves the output as
 * it was: where `value` is NULL, of a type that does not convert, or out of range.
 *   u64, i64  from every integer type, where the number fits
 *   f64       from f32 and f64, and from integers that a double holds exactly
 *   bool      from bool
 *   string    from string; the bytes may hold NUL and need not be UTF-8 */
TG_API bool tg_value_u64(const tg_value *value, uint64_t *out);
TG_API bool tg_value_i64(const tg_value *value, int64_t *out);
TG_API bool tg_value_f64(const tg_value *value, double *out);
TG_API bool tg_value_bool(const tg_value *value, bool *out);
TG_API bool tg_value_string(const tg_value *value, tg_bytes *out);

/* tg_array_get stores element `index` of `array` in `*out_element`. Constant time for scalars and strings;
 * for arrays in arrays, and strings in those, time grows with the bytes before the element: walk them with
 * tg_array_next. */
TG_API bool tg_array_get(const tg_value *array, uint64_t index, tg_value *out_element);

/* tg_array_copy copies elements [first, first + count) of an array of scalars to `out_buffer`, in host byte
 * order, `count` x tg_value_type_size(element_type) bytes; bools as one byte. It returns false, and
 * writes nothing, for other arrays, a range outside the array, or a `len` (bytes) too small. */
TG_API bool tg_array_copy(const tg_value *array, uint64_t first, uint64_t count, void *out_buffer, size_t len);

/* A walk over an array, each element in constant time (for arrays in arrays: in the time of its bytes):
 *     tg_value element;
 *     for (tg_array_iter i = tg_array_begin(&array); tg_array_next(&i, &element);) … */
typedef struct tg_array_iter {
    tg_value array;
    uint64_t index; /* of the element that comes next */
    size_t at;      /* tensorgate's own */
} tg_array_iter;

TG_API tg_array_iter tg_array_begin(const tg_value *array);
TG_API bool tg_array_next(tg_array_iter *iter, tg_value *out_element);

/* ---- Warnings ----------------------------------------------------------------------------------------- */

/* tg_warning is reported once for each code. */
typedef struct tg_warning {
    tg_status status; /* a TG_W_ status */
    uint32_t file;    /* of the first occurrence, as are offset, index, found and limit */
    uint64_t count;   /* occurrences */
    uint64_t offset, index, found, limit;
    const char *what;     /* static: the field or rule */
    uint64_t reserved[2]; /* tensorgate's own */
} tg_warning;

/* tg_warning_error gives a warning as the error that TG_STRICT would have made of it, for tg_error_format and
 * tg_error_entry. NULL gives an error of status TG_OK. */
TG_API tg_error tg_warning_error(const tg_warning *warning);

TG_API uint64_t tg_model_num_warnings(const tg_model *model);
TG_API const tg_warning *tg_model_warning(const tg_model *model, uint64_t index); /* NULL where there is none */

#ifdef __cplusplus
}
#endif

#endif /* TENSORGATE_H */
