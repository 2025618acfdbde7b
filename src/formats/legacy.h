/* SPDX-License-Identifier: MIT */
/* The ggml family before GGUF: what its files share. A container is a magic and a version; it says how tensor data is
 * padded and which blocks the quantized types have. A layout is what stands between: a list of sections, which one
 * row of the table in legacy_layouts.c describes.
 *
 *   legacy.c          the steps: which layouts the magic allows, each header, the tensor records, the verdict
 *   legacy_layouts.c  the table of layouts
 *   legacy_types.c    containers, and the types of tensors in each
 *   legacy_header.c   the sections in front of the tensors: numbers, tokens, tables
 *   legacy_records.c  chains of tensor records
 *   legacy_judge.c    are the tensors of a chain those of a layout?
 *   legacy_shape.c    the little language in which rows give sizes
 *   legacy_keys.c     the keys of the model, from what the header of the layout had
 */
#ifndef TGI_FORMATS_LEGACY_H
#define TGI_FORMATS_LEGACY_H

#include "../core/validate.h"
#include "format.h"

/* ---- Containers and types ---------------------------------------------------------------- */

/* Which blocks the quantized types have. */
typedef enum legacy_types {
    LEGACY_TYPES_GGJT1 = 0, /* until ggjt 1 */
    LEGACY_TYPES_GGJT2,
    LEGACY_TYPES_GGJT3,    /* today's blocks, as far as they were known in August 2023 */
    LEGACY_TYPES_TODAY,    /* files that are still written: every type that ggml has */
    LEGACY_TYPES_FLOATS,   /* f32 and f16 */
    LEGACY_TYPES_RWKV_100, /* rwkv.cpp numbers the types in its own way */
    LEGACY_TYPES_RWKV_101,
    LEGACY_TYPES_BY_FTYPE, /* ftype / 1000 says it; where that is 0, the layout does */
} legacy_types;

/* Numbers of containers, as bits of legacy_layout.containers. */
enum {
    LEGACY_GGML = 1,
    LEGACY_GGMF_1 = 2,
    LEGACY_GGJT_1 = 4,
    LEGACY_GGJT_2 = 8,
    LEGACY_GGJT_3 = 16,
    LEGACY_GGLA_1 = 32,
    LEGACY_GGMF_100 = 64,
    LEGACY_GGMF_101 = 128,
    LEGACY_GGCC_10 = 256,
    LEGACY_GGMM = 512,
    LEGACY_REPL = 1024,
};

typedef struct legacy_container {
    uint32_t bit;
    tg_format format;
    bool versioned;
    uint32_t version;
    uint32_t padding; /* tensor data begins at a multiple of this */
    bool scores;      /* each token is followed by an f32 */
    legacy_types types;
} legacy_container;

/* The container of that format and version, or NULL. `*out_most` is the highest version that there is. */
const legacy_container *legacy_find_container(tg_format format, uint32_t version, uint32_t *out_most);

/* Does that format have a version behind its magic? */
bool legacy_is_versioned(tg_format format);

/* The type with number `id`; NULL where there is none, and then `*out_removed` says whether there was one. */
const tg_dtype_info *legacy_type(legacy_types types, uint32_t id, bool *out_removed);

/* Is `value`, without its thousands, an ftype? `llama` tells the numbers of llama.cpp from those of ggml. */
bool legacy_ftype_known(legacy_types types, bool llama, uint32_t value);

/* ---- Layouts -------------------------------------------------------------------------------- */

typedef enum legacy_field_kind {
    LEGACY_NUMBER = 0, /* of 32 bits, from `least` to `most` */
    LEGACY_FLOAT,
    LEGACY_FTYPE,       /* of the file: ggml's numbers, with thousands for the quantization version */
    LEGACY_FTYPE_LLAMA, /* llama.cpp's numbers */
    LEGACY_FTYPE_PLAIN, /* ggml's, without thousands */
    LEGACY_FTYPE_MODEL, /* ggml's in the low 16 bits; above, 0 or 1 */
    LEGACY_FTYPE_RWKV,
} legacy_field_kind;

typedef struct legacy_field {
    const char *name;
    legacy_field_kind kind;
    uint32_t least;
    uint32_t most;           /* 0: 2^31-1 */
    bool zero_if_no_tensors; /* may be 0 in a file that is a vocabulary only */
} legacy_field;

typedef enum legacy_section_kind {
    LEGACY_END = 0,
    LEGACY_FIELDS,  /* `fields`, `count` times (NULL: once) */
    LEGACY_TEXT,    /* length, bytes */
    LEGACY_TOKENS,  /* `count` tokens: length, bytes, and a score where there are scores */
    LEGACY_PAIRS,   /* count, which is `count`; two strings each */
    LEGACY_MATRIX,  /* two numbers, which are `count` and `count2` (NULL: any); their product of f32 */
    LEGACY_VECTOR,  /* a number, which is `count` (NULL: any); that many f32 */
    LEGACY_U32S,    /* `count` numbers */
    LEGACY_MAGIC,   /* that of an unversioned file */
    LEGACY_TENSORS, /* records, to the end of the file */
} legacy_section_kind;

enum {
    LEGACY_COUNT_AGAIN = 1, /* tokens: their number stands in front, again */
    LEGACY_COUNT_OWN = 2,   /* tokens: their number stands in front, and is at most `count` (NULL: anything) */
    LEGACY_SCORED = 4,      /* tokens: with scores, whatever the container says */
    LEGACY_BIT_31 = 8,      /* tokens: the highest bit of a length marks a special token */
    LEGACY_COUNTED = 16,    /* tensors: their number stands in front */
};

typedef struct legacy_section {
    legacy_section_kind kind;
    const char *name; /* of the key; of fields and tensors: what stands in front of their names */
    const legacy_field *fields;
    const char *count, *count2; /* sizes: see legacy_shape.c */
    uint32_t flags;
} legacy_section;

typedef enum legacy_relation {
    LEGACY_MULTIPLE_OF = 0,
    LEGACY_EQUALS,
    LEGACY_AT_MOST,
    LEGACY_AT_LEAST,
} legacy_relation;

/* `left` is a field, `right` a size. */
typedef struct legacy_rule {
    const char *left;
    legacy_relation relation;
    const char *right;
    bool evidence_only; /* no error where the caller names the layout: but no guess either */
} legacy_rule;

/* A tensor of the layout. In names, % is the number of a layer, and * in front is anything. */
typedef struct legacy_anchor {
    const char *name;
    const char *dims;   /* sizes, fastest first: see legacy_shape.c */
    const char *layers; /* how many layers; NULL: no % in the name */
    bool optional;
} legacy_anchor;

#define LEGACY_MAX_DIMS 4

typedef struct legacy_layout {
    tg_layout layout;
    uint32_t containers;            /* LEGACY_GGML and so on */
    const legacy_section *sections; /* up to LEGACY_END */
    const legacy_rule *rules;       /* up to left NULL; or NULL */
    const legacy_anchor *anchors;   /* up to name NULL; or NULL */
    uint32_t least_rank, most_rank; /* dimensions of tensors */
    uint32_t longest_name;          /* bytes; 0: 65535 */
    legacy_types plain[2];          /* where ftype / 1000 is 0: the types to try */
    bool closed;                    /* there are no tensors but the anchors */
    bool paired;                    /* as many of the first anchor as of the second */
    bool by_name_only;              /* never guessed */
} legacy_layout;

extern const legacy_layout legacy_layouts[];
extern const size_t legacy_num_layouts;

/* ---- Candidates and chains ------------------------------------------------------------------- */

/* A number of the header. */
typedef struct legacy_number {
    const char *prefix; /* of the section */
    const legacy_field *field;
    uint64_t offset;
    uint32_t value;
    uint32_t repeat; /* in a section that is repeated: which time; else UINT32_MAX */
} legacy_number;

/* An array or text of the header that becomes a key. */
typedef struct legacy_table {
    const char *name;
    uint64_t offset, len; /* bytes of the elements */
    uint64_t count;       /* elements */
    uint64_t first_mark;
    uint64_t entry_offset;
    tg_value_type type; /* of the elements; TG_VALUE_NONE: one string */
    uint32_t encoding;
} legacy_table;

#define LEGACY_MAX_TABLES 6

/* A layout that may be that of the file, with one table of types. */
typedef struct legacy_candidate {
    const legacy_layout *layout;
    legacy_types types;
    size_t section;      /* that is being read */
    uint64_t done, todo; /* of that section: entries */
    bool begun;          /* the counts in front of its entries were read */
    bool doubts;         /* where a count of tokens is there twice and differs, this one takes the first */
    tgi_list numbers;    /* of legacy_number */
    uint64_t words;      /* tokens that are not empty, and where those of the first section begin */
    uint64_t words_at;
    tgi_list marks; /* of uint64_t: see TGI_MARK_EVERY */
    legacy_table tables[LEGACY_MAX_TABLES];
    size_t num_tables;
    uint64_t start;    /* of what follows the header: the tensors */
    int chain;         /* -1: none */
    bool faulty;       /* `error` is a rule that was broken, but the file was read on */
    bool stopped;      /* `error` is why it cannot be this layout */
    uint64_t reach;    /* how far it came, in bytes */
    uint64_t evidence; /* names and shapes of tensors that are those of the layout */
    bool repeated;     /* the number of tokens stands there twice, is the same, and so large that it is no chance */
    uint64_t parts;    /* of the model, of which the file is one; 0: it is whole */
    tg_error error;
} legacy_candidate;

/* A chain of records: the same for all candidates with this start, padding, types and sections. */
typedef struct legacy_chain {
    uint64_t start, at;
    uint64_t tensors_left; /* of a section that counts them */
    legacy_types types;
    const legacy_section *sections; /* the last ones of the layout, from LEGACY_TENSORS on */
    uint32_t owner;                 /* the first candidate */
    uint32_t ranks;                 /* bits: that were met, so that no candidate is left that does not know them */
    bool alive;
    bool failed;      /* else, when no longer alive, it came to the last byte of the file */
    tgi_list tensors; /* of tgi_tensor: name_offset counts in `names` */
    tgi_list dims;    /* of uint64_t */
    tgi_list names;   /* of bytes */
    size_t last_name; /* bytes at the end of `names`: of the record that it failed in, if that was read */
    tg_error error;
} legacy_chain;

/* Each layout, with each table of types that it may have. */
#define LEGACY_MAX_CANDIDATES 48

typedef struct legacy_state {
    const legacy_container *container;
    bool listed; /* the candidates are */
    bool reading_headers;
    uint32_t header_start; /* behind magic and version */
    size_t header_at;      /* where the candidate is whose header is read */
    uint32_t current;      /* that candidate */
    uint32_t num_candidates;
    uint32_t num_chains;
    uint32_t winner;
    bool quantized; /* the winner has quantized tensors: the first, and its type field */
    uint64_t quantized_index, quantized_offset;
    legacy_candidate candidates[LEGACY_MAX_CANDIDATES];
    legacy_chain chains[LEGACY_MAX_CANDIDATES];
} legacy_state;

/* ---- legacy_header.c ---- */

/* One step of the section that `candidate` is at, from the cursor of `p` on. TGI_DONE: tensors come next. */
TGI_NODISCARD tgi_step legacy_header_step(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate);

/* Where nobody names the layout, a vocabulary alone has so many tokens: each of those that these loaders read has the
 * 256 bytes, in one form or another. Of a few tokens nobody can guess the layout: the beginning of any file is some. */
#define LEGACY_LEAST_TOKENS 256

/* The vocabulary of GPT4All of 2023 has one token less than its header says. */
#define LEGACY_GPT4ALL_TOKENS 32001

/* How many tokens there are in its header. */
uint64_t legacy_num_tokens(const legacy_candidate *candidate);

/* Notes that `candidate` breaks a rule, unless it has broken one before. Returns TGI_OK: the file is read on. */
tgi_step legacy_fault(tgi_parse *p, legacy_candidate *candidate, tg_status status, uint64_t offset, uint64_t found,
                      uint64_t limit, const char *what);

/* ---- legacy_records.c ---- */

/* Gives `candidate`, whose header is read, a chain. */
TGI_NODISCARD tgi_step legacy_attach(tgi_parse *p, legacy_state *s, uint32_t number);

/* One step of the chain that is furthest back. TGI_DONE: all have ended. */
TGI_NODISCARD tgi_step legacy_chains_step(tgi_parse *p, legacy_state *s);

/* ---- legacy_judge.c ---- */

/* Compares the tensors of its chain with the layout: sets what `candidate` says of itself. */
TGI_NODISCARD tgi_step legacy_judge(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate);

/* Says of each tensor of the chain of `candidate` along which dimension it was cut. */
TGI_NODISCARD tgi_step legacy_mark_cuts(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate);

/* ---- legacy_shape.c ---- */

/* The value of a size, such as "3*n_embd": a sum of products of numbers and fields, from left to right. False
 * where a field is missing, or the value is above 2^63-1, or something is divided by 0. */
TGI_NODISCARD bool legacy_size(const legacy_candidate *candidate, const char *size, size_t len, uint64_t *out);

/* The field of that name (with the prefix of its section), or NULL. */
const legacy_number *legacy_find_number(const legacy_candidate *candidate, const char *name, size_t len);

/* The dimensions that a row gives for a tensor. Where it gives several with "|", either all tensors have the first
 * or all the second, and so on. */
#define LEGACY_MAX_CHOICES 3

typedef struct legacy_shape {
    uint32_t num_dims;
    uint32_t split;            /* 1 + the dimension with ":"; 0: none */
    bool any[LEGACY_MAX_DIMS]; /* "?" */
    uint32_t choices[LEGACY_MAX_DIMS];
    uint64_t dims[LEGACY_MAX_DIMS][LEGACY_MAX_CHOICES];
} legacy_shape;

/* Evaluates them. False where a size has no value. */
TGI_NODISCARD bool legacy_read_shape(const legacy_candidate *candidate, const char *dims, legacy_shape *out);

/* Does the tensor have that shape? Missing dimensions are 1. `*choices`, a set of bits, loses those that do not
 * fit. */
bool legacy_shape_fits(const legacy_shape *shape, const uint64_t *dims, uint32_t num_dims, uint32_t *choices);

/* ---- legacy_keys.c ---- */

/* Builds the model from the candidate that won: keys, arrays and tensors. */
TGI_NODISCARD tgi_step legacy_build(tgi_parse *p, legacy_state *s);

/* ---- legacy.c ---- */

/* A candidate or chain has met an error: is it one that ends the whole parse? A limit does where that candidate is
 * `open`, nothing being wrong with it so far: another layout that explains the file might not be the only one if more
 * were read, and what is accepted must stay so with larger limits. */
bool legacy_is_final(const tg_error *error, bool open);

#endif
