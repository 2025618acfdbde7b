/* SPDX-License-Identifier: MIT */
/* GGUF files for the corpus: the header, keys and values. Each rejected file breaks one rule, by as little as it can;
 * the accepted ones stand just inside. */
#include "corpus_gen.h"
#include "corpus_put.h"

#include <stdio.h>
#include <string.h>

void put(corpus *c, gb_model *m, const char *path)
{
    char whole[256];
    (void)snprintf(whole, sizeof whole, "gguf/%s.gguf", path);
    corpus_add(c, whole, m->file.data, m->file.len);
    gb_free(m);
}

gb_model *with_key(const char *name, gb_value value)
{
    gb_model *m = gb_base();
    (void)gb_add_key(m, name, value);
    gb_write(m);
    return m;
}

static gb_model *with_key_bytes(const char *name, size_t len)
{
    gb_model *m = with_key("k", gb_u32(1));
    gb_set_key_name(m, 2, name, len);
    gb_write(m);
    return m;
}

gb_model *put_u64(gb_model *m, uint64_t at, uint64_t value)
{
    gb_put_count(m, at, value);
    return m;
}

gb_model *put_u32(gb_model *m, uint64_t at, uint32_t value)
{
    bytes_put_u32(&m->file, at, value);
    return m;
}

gb_model *cut(gb_model *m, uint64_t len)
{
    bytes_cut(&m->file, len);
    return m;
}

/* ---- Seeds: whole files that are worth mutating ---------------------------------------------- */

static void seeds(corpus *c)
{
    char name[64];
    for (uint32_t version = 1; version <= 3; version++) {
        for (int big = 0; big <= 1; big++) {
            const char *order = big == 1 ? "big" : "little";
            (void)snprintf(name, sizeof name, "seed/base-v%u-%s", version, order);
            put(c, gb_base_as(version, big == 1), name);
            gb_model *rich = gb_rich(version, big == 1);
            for (size_t i = 0; i < rich->num_tensors; i++) /* small enough for the corpus */
                if (rich->tensors[i].type == GB_T_Q4_K)
                    rich->tensors[i].dims[1] = 1;
            gb_write(rich);
            (void)snprintf(name, sizeof name, "seed/rich-v%u-%s", version, order);
            put(c, rich, name);
        }
    }
    gb_model *empty = gb_new(3, false);
    gb_write(empty);
    put(c, empty, "seed/empty");
}

/* ---- The fixed header ------------------------------------------------------------------------------ */

static void header(corpus *c)
{
    static const uint32_t versions[] = {0, 4, 0xFFFF, 0x04000000, 0xFFFFFFFF, 0x03010000};
    char name[64];
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        (void)snprintf(name, sizeof name, "reject/E_VERSION--%08x", versions[i]);
        gb_model *m = gb_base();
        put(c, put_u32(m, m->at.version, versions[i]), name);
    }
    put(c, cut(gb_base(), 4), "reject/E_TRUNCATED--in-the-version");
    put(c, cut(gb_base(), 7), "reject/E_TRUNCATED--in-the-version-by-one");
    put(c, cut(gb_base(), 15), "reject/E_TRUNCATED--in-the-number-of-tensors");
    put(c, cut(gb_base(), 23), "reject/E_TRUNCATED--in-the-number-of-keys");
    put(c, cut(gb_base_as(1, false), 15), "reject/E_TRUNCATED--in-the-number-of-keys-v1");
    gb_model *m = gb_base();
    put(c, put_u64(m, m->at.num_tensors, UINT64_MAX), "reject/E_COUNT_RANGE--all-ones-tensors");
    m = gb_base();
    put(c, put_u64(m, m->at.num_tensors, INT64_MAX / 25 + UINT64_C(1)), "reject/E_COUNT_RANGE--tensors-beyond-2-63");
    m = gb_base();
    put(c, put_u64(m, m->at.num_keys, UINT64_C(1) << 61), "reject/E_COUNT_RANGE--keys");
    m = gb_base();
    put(c, put_u64(m, m->at.num_keys, INT64_MAX / 14 + UINT64_C(1)), "reject/E_COUNT_RANGE--keys-beyond-2-63");
    m = gb_base();
    put(c, put_u64(m, m->at.num_tensors, 7), "reject/E_COUNT_TRUNCATED--tensors");
    m = gb_base();
    put(c, put_u64(m, m->at.num_keys, 13), "reject/E_COUNT_TRUNCATED--keys");
    m = gb_base_as(1, true);
    put(c, put_u64(m, m->at.num_keys, 100), "reject/E_COUNT_TRUNCATED--keys-v1-big");
    m = gb_base();
    put(c, put_u64(m, m->at.num_tensors, 1048577), "reject/E_LIMIT_TENSORS--a-million-and-one");
    m = gb_base();
    put(c, put_u64(m, m->at.num_keys, 1048577), "reject/E_LIMIT_KEYS--a-million-and-one");
    put(c, gb_base(), "accept/limits-exactly-met@max_tensors=1,max_keys=2");
    put(c, gb_base(), "reject/E_LIMIT_KEYS--two@max_keys=1");
}

/* ---- Keys -------------------------------------------------------------------------------------------- */

/* The longer the header, the more memory: with each entry that is read, not at the end. */
static void put_many_tensors(corpus *c)
{
    gb_model *m = gb_base();
    for (unsigned i = 0; i < 60; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "tensor.%u", i);
        (void)gb_add_tensor(m, name, GB_T_I8, GB_DIMS(1));
    }
    gb_write(m);
    put(c, m, "accept/memory-for-the-header@heap_base=263000,heap_factor=16");
}

static void keys(corpus *c)
{
    char longest[3000];
    memset(longest, 'k', sizeof longest);
    gb_model *m = gb_base();
    put(c, put_u64(m, m->keys[0].at.length, 0), "reject/E_KEY_EMPTY--length-zero");
    m = gb_base_as(2, false);
    gb_set_key_name(m, 0, "\0", 1);
    gb_write(m);
    put(c, m, "reject/E_KEY_EMPTY--only-the-trailing-nul");
    m = gb_base();
    put(c, put_u64(m, m->keys[0].at.length, 65536), "reject/E_KEY_LENGTH--one-more-than-there-may-be");
    m = gb_base();
    put(c, put_u64(m, m->keys[0].at.length, 65535), "reject/E_TRUNCATED--longest-key-beyond-the-end");
    put(c, with_key_bytes(longest, sizeof longest), "accept/key-of-3000-bytes");
    m = gb_base();
    put(c, put_u64(m, m->keys[0].at.length, UINT64_C(1) << 63), "reject/E_STRING_LENGTH--key-2-63");
    m = gb_base();
    put(c, put_u64(m, m->keys[0].at.length, UINT64_MAX), "reject/E_STRING_LENGTH--key-all-ones");
    put(c, with_key_bytes("a\0b", 3), "reject/E_KEY_NUL--in-the-middle");
    put(c, with_key_bytes("ab\0", 3), "reject/E_KEY_NUL--at-the-end-in-version-3");
    put(c, with_key_bytes("\xFF", 1), "reject/E_KEY_UTF8--ff");
    put(c, with_key_bytes("k\xC0\x80", 3), "reject/E_KEY_UTF8--overlong-nul");
    put(c, with_key_bytes("k\xE0\x9F\xBF", 4), "reject/E_KEY_UTF8--overlong-of-three");
    put(c, with_key_bytes("k\xED\xA0\x80", 4), "reject/E_KEY_UTF8--surrogate");
    put(c, with_key_bytes("k\xF0\x8F\xBF\xBF", 5), "reject/E_KEY_UTF8--overlong-of-four");
    put(c, with_key_bytes("k\xF4\x90\x80\x80", 5), "reject/E_KEY_UTF8--above-10ffff");
    put(c, with_key_bytes("k\xE2\x96", 3), "reject/E_KEY_UTF8--cut");
    put(c, with_key_bytes("k\xF0\x9F\x98z", 5), "reject/E_KEY_UTF8--last-byte-of-four");
    put(c, with_key_bytes("0123456789abcdef\xC3(", 18), "reject/E_KEY_UTF8--behind-two-words-of-ascii");
    put(c, with_key_bytes("\xED\x9F\xBF\xF4\x8F\xBF\xBF\xE0\xA0\x80\xC2\x80", 12), "accept/W_KEY_STYLE--utf8-edges");
    put(c, with_key_bytes("General.Name", 12), "accept/W_KEY_STYLE--capitals");
    put(c, with_key_bytes("general..name", 13), "accept/W_KEY_STYLE--empty-segment");
    put(c, with_key_bytes(".name", 5), "accept/W_KEY_STYLE--begins-with-a-dot");
    put(c, with_key_bytes("general.", 8), "accept/W_KEY_STYLE--ends-with-a-dot");
    put(c, with_key_bytes("a_z-09.x", 8), "accept/key-of-every-kind-of-letter");
    put(c, with_key_bytes("general.architecture", 20), "reject/E_KEY_DUPLICATE--same-twice");
    m = gb_base_as(2, false);
    gb_set_key_name(m, 0, "x\0", 2);
    (void)gb_add_key(m, "x", gb_u32(1));
    gb_write(m);
    put(c, m, "reject/E_KEY_DUPLICATE--equal-without-the-trailing-nul");
    put(c, with_key_bytes("general.architectura", 20), "accept/keys-that-differ-in-the-last-byte");
    m = gb_base_as(2, false);
    gb_set_key_name(m, 0, "x\0", 2);
    gb_write(m);
    put(c, m, "accept/W_TRAILING_NUL--key");
    const uint64_t large[] = {(UINT64_C(1) << 53) + 1, (UINT64_C(1) << 53) + 2, UINT64_MAX,
                              (uint64_t)-9007199254740993};
    put(c, with_key("v", gb_number(GB_U64, large[0])), "accept/no-double");
    put(c, with_key("v", gb_number(GB_U64, large[1])), "accept/a-double");
    put(c, with_key("v", gb_number(GB_U64, large[2])), "accept/the-largest-number");
    put(c, with_key("v", gb_number(GB_I64, large[3])), "accept/no-negative-double");
    put_many_tensors(c);
    put(c, with_key("v", gb_u32(1)), "accept/three-keys");
}

static gb_model *with_split(uint32_t type_of_number, uint64_t number, uint32_t count, uint64_t tensors)
{
    gb_model *m = gb_base();
    (void)gb_add_key(m, "split.no", gb_number(type_of_number, number));
    (void)gb_add_key(m, "split.count", gb_number(GB_U16, count));
    (void)gb_add_key(m, "split.tensors.count", gb_number(GB_I32, tensors));
    gb_write(m);
    return m;
}

/* What a file says of the set that it is part of. */
static void splits(corpus *c)
{
    put(c, with_split(GB_U16, 0, 1, 1), "accept/split-in-one");
    put(c, with_split(GB_U16, 1, 2, 2), "accept/W_PART--split-in-two");
    put(c, with_split(GB_I32, 1, 2, 2), "reject/E_SPLIT_TYPE--number-is-an-i32");
    put(c, with_split(GB_U16, 2, 2, 2), "reject/E_SPLIT_NUMBER--two-of-two");
    put(c, with_split(GB_U16, 0, 2, 0), "reject/E_SPLIT_TENSORS--fewer-than-here");
    put(c, with_split(GB_U16, 0, 2, UINT32_MAX), "reject/E_SPLIT_TENSORS--negative");
    put(c, with_key("split.count", gb_number(GB_U16, 2)), "reject/E_SPLIT_KEY--count-alone");
    gb_model *m = with_key("split.count", gb_number(GB_U16, 2));
    (void)gb_add_key(m, "split.no", gb_number(GB_U16, 0));
    gb_write(m);
    put(c, m, "reject/E_SPLIT_KEY--without-tensors");
}

/* ---- Values ----------------------------------------------------------------------------------------------- */

static gb_model *with_type(uint32_t version, uint32_t type)
{
    gb_model *m = gb_base_as(version, false);
    (void)gb_add_key(m, "k", gb_u32(1));
    gb_write(m);
    return put_u32(m, m->keys[2].at.type, type);
}

static void scalars(corpus *c)
{
    put(c, with_type(3, 13), "reject/E_VALUE_TYPE--thirteen");
    put(c, with_type(3, 0xFFFFFFFF), "reject/E_VALUE_TYPE--all-ones");
    put(c, with_type(1, 10), "reject/E_VALUE_TYPE--u64-in-version-1");
    put(c, with_key("k", gb_number(GB_BOOL, 2)), "reject/E_BOOL_VALUE--two");
    put(c, with_key("k", gb_number(GB_BOOL, 255)), "reject/E_BOOL_VALUE--ff");
    put(c, with_key("k", gb_number(GB_BOOL, 1)), "accept/bool-true");
    static const uint64_t last_is_bad[] = {0, 1, 0, 2};
    put(c, with_key("k", gb_numbers(GB_BOOL, 4, last_is_bad)), "reject/E_BOOL_VALUE--last-of-an-array");
    gb_model *m = with_key("k", gb_string("text"));
    put(c, put_u64(m, m->keys[2].value.at.length, UINT64_C(1) << 63), "reject/E_STRING_LENGTH--value-2-63");
    m = with_key("k", gb_string("text"));
    put(c, put_u64(m, m->keys[2].value.at.length, 4096), "reject/E_TRUNCATED--string-beyond-the-end");
    put(c, with_key("k", gb_string_n("a\xFF", 2)), "accept/W_TEXT_VALUE--ff");
    put(c, with_key("k", gb_string_n("a\0b", 3)), "accept/W_TEXT_VALUE--nul");
    put(c, with_key("k", gb_string_n("0123456\0", 8)), "accept/W_TEXT_VALUE--nul-ends-a-word");
    put(c, with_key("k", gb_string("01234567\xF0\x9F\x98\x80\xE2\x96\x81\xC3\xA9 0123456789")), "accept/text");
    m = gb_base_as(2, false);
    gb_set_value(m, 0, gb_string_n("llama\0", 6));
    gb_write(m);
    put(c, m, "accept/W_TRAILING_NUL--value");
    m = gb_base_as(2, false);
    gb_set_value(m, 0, gb_string_n("llama\0\0", 7));
    gb_write(m);
    put(c, m, "accept/W_TEXT_VALUE--two-nuls-are-no-terminator");
    m = gb_base();
    put(c, cut(m, m->keys[1].value.at.value + 3), "reject/E_TRUNCATED--in-a-u32");
}

static gb_model *with_alignment(gb_value value, uint64_t alignment)
{
    gb_model *m = gb_base();
    gb_set_value(m, 1, value);
    m->alignment = alignment;
    gb_write(m);
    return m;
}

static void alignments(corpus *c)
{
    static const uint32_t bad[] = {0, 3, 24, 33, 0x80000000, 0xFFFFFFFF, 1u << 21};
    char name[64];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(name, sizeof name, "reject/E_ALIGNMENT_VALUE--%u", bad[i]);
        put(c, with_alignment(gb_u32(bad[i]), 32), name);
    }
    put(c, with_alignment(gb_number(GB_I32, 32), 32), "reject/E_ALIGNMENT_TYPE--i32");
    put(c, with_alignment(gb_number(GB_U64, 32), 32), "reject/E_ALIGNMENT_TYPE--u64");
    put(c, with_alignment(gb_string("32"), 32), "reject/E_ALIGNMENT_TYPE--string");
    put(c, with_alignment(gb_array(GB_U32), 32), "reject/E_ALIGNMENT_TYPE--array");
    put(c, with_alignment(gb_u32(1), 1), "accept/W_ALIGNMENT_SMALL--one");
    put(c, with_alignment(gb_u32(4), 4), "accept/W_ALIGNMENT_SMALL--four");
    put(c, with_alignment(gb_u32(8), 8), "accept/alignment-eight");
    put(c, with_alignment(gb_u32(1024), 1024), "accept/alignment-1024");
    gb_model *m = gb_base();
    gb_set_value(m, 1, gb_u32(1u << 20));
    m->num_tensors = 0;
    gb_write(m);
    m->num_tensors = 1;
    put(c, m, "accept/alignment-1-mib-without-tensors");
}

/* ---- Arrays -------------------------------------------------------------------------------------------------- */

static gb_value nested(uint32_t depth)
{
    gb_value inner = gb_array(GB_U8);
    gb_push(&inner, gb_number(GB_U8, 7));
    for (; depth > 1; depth--) {
        gb_value outer = gb_array(GB_ARRAY);
        gb_push(&outer, inner);
        inner = outer;
    }
    return inner;
}

static gb_model *with_count(uint32_t element_type, uint64_t count)
{
    gb_value array = gb_array(element_type);
    gb_push(&array, element_type == GB_STRING  ? gb_string("s")
                    : element_type == GB_ARRAY ? gb_array(GB_U8)
                                               : gb_number(element_type, 1));
    gb_model *m = with_key("k", array);
    return put_u64(m, m->keys[2].value.at.count, count);
}

static gb_model *many_strings(size_t num, bool bad)
{
    gb_value array = gb_array(GB_STRING);
    for (size_t i = 0; i < num; i++) {
        char text[24];
        (void)snprintf(text, sizeof text, "t%zu", i);
        gb_push(&array, bad && i % 10 == 9 ? gb_string_n("\xE2\x96", 2) : gb_string(text));
    }
    return with_key("tokens", array);
}

static void arrays(corpus *c)
{
    gb_model *m = with_count(GB_U32, 1);
    put(c, put_u32(m, m->keys[2].value.at.element_type, 13), "reject/E_VALUE_TYPE--of-elements");
    m = with_key("k", gb_array(GB_U32));
    put(c, put_u32(m, m->keys[2].value.at.element_type, 99), "reject/E_VALUE_TYPE--of-no-elements");
    put(c, with_count(GB_U32, UINT64_C(1) << 62), "reject/E_COUNT_RANGE--u32-times-2-62");
    put(c, with_count(GB_STRING, UINT64_C(1) << 61), "reject/E_COUNT_RANGE--strings-2-61");
    put(c, with_count(GB_ARRAY, UINT64_C(1) << 60), "reject/E_COUNT_RANGE--arrays-2-60");
    put(c, with_count(GB_U64, 40), "reject/E_COUNT_TRUNCATED--u64");
    put(c, with_count(GB_STRING, 40), "reject/E_COUNT_TRUNCATED--strings");
    put(c, with_count(GB_ARRAY, 40), "reject/E_COUNT_TRUNCATED--arrays");
    put(c, with_count(GB_U8, 134217729), "reject/E_LIMIT_ARRAY_ELEMENTS--one-too-many");
    static const uint64_t five[] = {1, 2, 3, 4, 5};
    m = with_key("a", gb_numbers(GB_U8, 5, five));
    (void)gb_add_key(m, "b", gb_numbers(GB_U16, 4, five));
    gb_write(m);
    put(c, m, "reject/E_LIMIT_ARRAY_ELEMENTS--in-two-arrays@max_array_elements=8");
    m = with_key("a", gb_numbers(GB_U8, 5, five));
    (void)gb_add_key(m, "b", gb_numbers(GB_U16, 4, five));
    gb_write(m);
    put(c, m, "accept/elements-exactly-met@max_array_elements=9");
    put(c, with_key("k", nested(4)), "accept/arrays-four-deep");
    put(c, with_key("k", nested(5)), "reject/E_LIMIT_ARRAY_DEPTH--five-deep");
    put(c, with_key("k", nested(16)), "accept/arrays-sixteen-deep@max_array_depth=16");
    put(c, with_key("k", nested(17)), "reject/E_LIMIT_ARRAY_DEPTH--seventeen-deep@max_array_depth=16");
    put(c, with_key("k", nested(2)), "reject/E_PROFILE_NESTED--two-deep@llama.cpp");
    put(c, many_strings(100, false), "accept/a-hundred-strings@check_text");
    gb_value late = gb_array(GB_STRING); /* wrong behind the two words that are looked at together */
    gb_push(&late, gb_string_n("\xE2\x96\x81"
                               "abcdefghijklmno\xFFz",
                               20));
    put(c, with_key("tokens", late), "accept/W_TEXT_ELEMENT--in-the-third-word@check_text");
    put(c, many_strings(100, true), "accept/W_TEXT_ELEMENT--every-tenth@check_text");
    put(c, many_strings(70, true), "accept/text-of-elements-is-not-asked-for");
    m = with_count(GB_STRING, 1);
    put(c, put_u64(m, m->keys[2].value.at.elements, UINT64_C(1) << 63), "reject/E_STRING_LENGTH--element");
    m = with_count(GB_STRING, 1);
    put(c, put_u64(m, m->keys[2].value.at.elements, 9999), "reject/E_TRUNCATED--element");
    m = gb_base_as(1, false);
    gb_value array = gb_array(GB_STRING);
    gb_push(&array, gb_string("one"));
    gb_push(&array, gb_string("two"));
    (void)gb_add_key(m, "k", array);
    gb_write(m);
    put(c, m, "accept/strings-v1");
}

/* A model that looks like one: what `tensorgate show` has to say something about. */
static void sample(corpus *c)
{
    static const char *const tokens[] = {"<unk>", "<s>", "</s>", "\xE2\x96\x81the", "\xE2\x96\x81gate", "!"};
    gb_model *m = gb_new(3, false);
    (void)gb_add_key(m, "general.architecture", gb_string("llama"));
    (void)gb_add_key(m, "general.name", gb_string("Tiny Sample"));
    (void)gb_add_key(m, "general.quantization_version", gb_u32(2));
    (void)gb_add_key(m, "general.file_type", gb_u32(2));
    (void)gb_add_key(m, "llama.context_length", gb_u32(128));
    (void)gb_add_key(m, "llama.embedding_length", gb_u32(32));
    (void)gb_add_key(m, "llama.block_count", gb_u32(1));
    (void)gb_add_key(m, "llama.attention.head_count", gb_u32(4));
    (void)gb_add_key(m, "tokenizer.ggml.model", gb_string("llama"));
    (void)gb_add_key(m, "tokenizer.ggml.tokens", gb_strings(sizeof tokens / sizeof tokens[0], tokens));
    (void)gb_add_tensor(m, "token_embd.weight", GB_T_Q4_0, GB_DIMS(32, 6));
    (void)gb_add_tensor(m, "blk.0.attn_norm.weight", GB_T_F32, GB_DIMS(32));
    (void)gb_add_tensor(m, "blk.0.attn_q.weight", GB_T_Q4_0, GB_DIMS(32, 32));
    (void)gb_add_tensor(m, "output_norm.weight", GB_T_F32, GB_DIMS(32));
    gb_write(m);
    put(c, m, "accept/sample-llama");
}

void corpus_gguf(corpus *c)
{
    splits(c);
    sample(c);
    seeds(c);
    header(c);
    keys(c);
    scalars(c);
    alignments(c);
    arrays(c);
}
