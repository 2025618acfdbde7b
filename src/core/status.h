/* SPDX-License-Identifier: MIT */
/* What tg_error carries beside its public fields, and the hints. */
#ifndef TGI_CORE_STATUS_H
#define TGI_CORE_STATUS_H

#include "../tensorgate.h"

/* Warnings have the numbers from the first to the last, so that a set of them fits in a u64. */
#define TGI_FIRST_WARNING TG_W_TRAILING_NUL
#define TGI_MAX_WARNINGS 64
#define TGI_LAST_WARNING (TGI_FIRST_WARNING + TGI_MAX_WARNINGS - 1)

/* Places in tg_error.reserved. */
enum {
    TGI_ERROR_HINT = 0,   /* a tgi_hint */
    TGI_ERROR_ENTRY = 1,  /* a tgi_entry */
    TGI_ERROR_LAYOUT = 2, /* bit n: it is about layout n */
};

/* What an index counts. */
typedef enum tgi_entry {
    TGI_ENTRY_NONE = 0,
    TGI_ENTRY_KEY = 1,
    TGI_ENTRY_TENSOR = 2,
    TGI_ENTRY_MEMBER = 3,
} tgi_entry;

/* Hints: what a rejected file probably is, and what to do. */
#define TGI_HINT_LIST(X)                                                                                               \
    X(LFS, "this is a Git LFS pointer, not the model: fetch the file itself with `git lfs pull`")                      \
    X(HTML, "this is an HTML page: the download gave a web page, not the model")                                       \
    X(ZEROS, "the first bytes are all zero: the download is probably incomplete")                                      \
    X(EMPTY, "the download is probably incomplete")                                                                    \
    X(ZIP, "this is a zip archive, as PyTorch writes: convert it to safetensors or GGUF first")                        \
    X(PICKLE, "this looks like a Python pickle, which can run code when loaded: ask for safetensors or GGUF")          \
    X(GZIP, "this is compressed with gzip: unpack it first")                                                           \
    X(ZSTD, "this is compressed with zstd: unpack it first")                                                           \
    X(JSON, "this is JSON text, not a model file")                                                                     \
    X(HDF5, "this is an HDF5 file, as Keras writes: convert it to safetensors or GGUF first")                          \
    X(EXECUTABLE, "this is a program")                                                                                 \
    X(GGSN, "this is a saved llama.cpp session, not a model")                                                          \
    X(FUGG, "FUGG was never a GGUF magic: big-endian files begin with GGUF too")                                       \
    X(LOWERCASE, "the magic of a GGUF file is in capitals")                                                            \
    X(CUT, "compare the size of the file with its source: the download is probably incomplete")                        \
    X(NEWER, "the file may be newer than this version of tensorgate")                                                  \
    X(REQUANTIZE, "the type was removed in December 2024: quantize the model again from its source")                   \
    X(FORK, "types at and above 43 are private to forks of ggml")                                                      \
    X(PARTS, "give its first file, with all others in the same folder under their own names; --single looks at one")   \
    X(RAISE_TENSORS, "if it is meant to be this large: `--limit tensors=N`, or tg_limits.max_tensors")                 \
    X(RAISE_KEYS, "if it is meant to be this large: `--limit keys=N`, or tg_limits.max_keys")                          \
    X(RAISE_HEADER, "if it is meant to be this large: `--limit header-bytes=N`, or tg_limits.max_header_bytes")        \
    X(RAISE_ELEMENTS, "if it is meant to be this large: `--limit array-elements=N`, or tg_limits.max_array_elements")  \
    X(RAISE_DEPTH, "if it is meant to be this deep: `--limit array-depth=N` up to 16, or tg_limits.max_array_depth")   \
    X(RAISE_HEAP, "if that much memory is fine: `--limit heap-base=N` or `heap-factor=N`, or tg_limits")               \
    X(RAISE_FILES, "if it is meant to have this many: `--limit files=N`, or tg_limits.max_files")                      \
    X(FIXED_LIMIT, "no file that is in use comes near this limit, so no option raises it")                             \
    X(MEMBER, "say which one: `--member NAME`, or tg_options.member")                                                  \
    X(STORE, "put the model into the archive uncompressed, as `zip -0` does")                                          \
    X(LAYOUT, "say which one: `--layout NAME`, or tg_options.layout")                                                  \
    X(ANOTHER_LAYOUT, "without --layout the file is asked what it is; `--layout list` lists what there is")            \
    X(GUESSED_LAYOUT, "no tensor shows which layout it is, and this came closest: if it is another, `--layout NAME`")  \
    X(GPT4ALL, "if it is of GPT4All, which has one token less than it says: `--gpt4all-vocabulary`")

typedef enum tgi_hint {
    TGI_HINT_NONE = 0,
#define TGI_HINT_ENUM(name, text) TGI_HINT_##name,
    TGI_HINT_LIST(TGI_HINT_ENUM)
#undef TGI_HINT_ENUM
} tgi_hint;

/* Returns the sentence of `hint`, or NULL. */
const char *tgi_hint_text(uint64_t hint);

#endif
