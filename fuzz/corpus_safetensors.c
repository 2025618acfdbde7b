/* SPDX-License-Identifier: MIT */
/* The safetensors files of the corpus: one for each rule, just outside it; and files that use all of the format. */
#include "corpus_gen.h"

#include "st_build.h"

#include <stdio.h>
#include <string.h>

typedef struct row {
    const char *name; /* STATUS--what-it-is; of accepted files without a status where there is no warning */
    const char *json; /* as st_make takes it */
    size_t data_len;
} row;

#define T(dtype, shape, offsets) ST_TENSOR(dtype, shape, offsets)
#define EMPTY T("U8", "[0]", "[0,0]")
#define A_50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const row accepted[] = {
    {"no-tensors", "{}", 0},
    {"white-space-behind", "{} \t\r\n", 0},
    {"white-space-everywhere", "{ 'a' : { 'dtype' : 'U8' , 'shape' : [ 1 , 2 ] , 'data_offsets' : [ 0 , 2 ] } }", 2},
    {"metadata", "{'__metadata__':{'format':'pt','n\\u00e9':'\\ud83d\\ude00\\n','empty':''}}", 0},
    {"order-of-fields", "{'a':{'data_offsets':[0,2],'shape':[2],'dtype':'U8'}}", 2},
    {"escapes-in-capitals", "{'\\u00E9\\uD83D\\uDE00\\/\\b\\f\\n\\r\\t\\\\\\'':" EMPTY "}", 0},
    {"escapes-everywhere", "{'\\u0061':{'d\\u0074ype':'\\u00558','sh\\u0061pe':[2],'data_offset\\u0073':[0,2]}}", 2},
    {"order-of-data", "{'a':" T("U8", "[4]", "[3,7]") ",'b':" T("U8", "[3]", "[0,3]") "}", 7},
    {"unaligned", "{'a':" T("U8", "[1]", "[0,1]") ",'b':" T("F32", "[2]", "[1,9]") "}", 9},
    {"scalar", "{'a':" T("F64", "[]", "[0,8]") "}", 8},
    {"eight-dimensions", "{'a':" T("U8", "[1,1,1,1,1,1,1,1]", "[0,1]") "}", 1},
    {"empty-at-each-boundary",
     "{'a':" EMPTY
     ",'b':" T("U8", "[4]", "[0,4]") ",'c':" T("U8", "[2,0]", "[4,4]") ",'d':" T("U8", "[0]", "[4,4]") "}",
     4},
    {"zero-times-much", "{'a':" T("U8", "[0,9223372036854775807]", "[0,0]") "}", 0},
    {"four-bits", "{'a':" T("F4", "[2,3]", "[0,3]") "}", 3},
    {"six-bits", "{'a':" T("F6_E2M3", "[2,2]", "[0,3]") ",'b':" T("F6_E3M2", "[8]", "[3,9]") "}", 9},
    {"eight-bits",
     "{'a':" T("BOOL", "[1]", "[0,1]") ",'b':" T("I8", "[1]", "[1,2]") ",'c':" T("F8_E5M2", "[1]", "[2,3]") ",'d':" T(
         "F8_E4M3", "[1]", "[3,4]") ",'e':" T("F8_E8M0", "[1]",
                                              "[4,5]") ",'f':" T("F8_E4M3FNUZ", "[1]",
                                                                 "[5,6]") ",'g':" T("F8_E5M2FNUZ", "[1]", "[6,7]") "}",
     7},
    {"more-bits",
     "{'a':" T("I16", "[1]", "[0,2]") ",'b':" T("U16", "[1]", "[2,4]") ",'c':" T("F16", "[1]", "[4,6]") ",'d':" T(
         "BF16", "[1]",
         "[6,8]") ",'e':" T("I32", "[1]",
                            "[8,12]") ",'f':" T("U32", "[1]",
                                                "[12,16]") ",'g':" T("F32", "[1]",
                                                                     "[16,20]") ",'h':" T("C64", "[1]",
                                                                                          "[20,28]") ",'i':" T("I64",
                                                                                                               "[1]",
                                                                                                               "[28,"
                                                                                                               "36]") ",'j':" T("U64",
                                                                                                                                "[1]",
                                                                                                                                "[36,44]") "}",
     44},
    {"W_LEADING_SPACE--line", "\n{}", 0},
    {"W_FIELD_UNKNOWN--of-every-kind",
     "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2],'x':[1,-2.5e+3,'s',true,false,null],'y':{'x':{}}}}", 2},
    {"W_FIELD_UNKNOWN--numbers", "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2],'x':[1e5,1E-2,-0.5E+7,0,-0]}}",
     2},
    {"W_FIELD_UNKNOWN--the-same-of-two-tensors",
     "{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'x':1},'b':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'x'"
     ":1}}",
     0},
    {"long-name-with-an-escape", "{'" A_50 A_50 A_50 A_50 A_50 "\\u0061':" EMPTY "}", 0},
    {"W_METADATA_NULL--null", "{'__metadata__':null}", 0},
    {"W_TEXT_VALUE--nul", "{'__metadata__':{'a':'x\\u0000'}}", 0},
};

static const row rejected[] = {
    {"E_HEADER_LENGTH--one", "{", 0},
    {"E_JSON_SYNTAX--byte-order-mark", "\xef\xbb\xbf{}", 0},
    {"E_JSON_SYNTAX--comma-at-the-end", "{'a':" EMPTY ",}", 0},
    {"E_JSON_SYNTAX--nan", "{'a':{'shape':[NaN]}}", 0},
    {"E_JSON_END--in-a-name", "{'a", 4},
    {"E_TRUNCATED--with-the-file", "{'a':", 0},
    {"E_JSON_UTF8--in-a-name", "{'a\xff':1}", 0},
    {"E_JSON_CONTROL--newline", "{'\n':1}", 0},
    {"E_JSON_ESCAPE--x", "{'\\x':1}", 0},
    {"E_JSON_ESCAPE--first-digit", "{'\\ug000':1}", 0},
    {"E_JSON_ESCAPE--second-digit", "{'\\u0G00':1}", 0},
    {"E_JSON_ESCAPE--third-digit", "{'\\u00/0':1}", 0},
    {"E_JSON_ESCAPE--last-digit", "{'\\u000`':1}", 0},
    {"E_JSON_END--in-an-escape", "{'a\\", 4},
    {"E_JSON_END--in-the-digits", "{'a\\u00", 4},
    {"E_JSON_END--between-halves", "{'a\\ud83d", 4},
    {"E_JSON_END--in-the-second-half", "{'a\\ud83d\\ude", 4},
    {"E_JSON_SURROGATE--second-half-first", "{'\\udE00':1}", 0},
    {"E_JSON_SURROGATE--then-a-letter", "{'\\ud83d!':1}", 0},
    {"E_JSON_SURROGATE--then-another-escape", "{'\\ud83d\\n':1}", 0},
    {"E_JSON_SURROGATE--then-no-half", "{'\\ud83d\\ue000':1}", 0},
    {"E_JSON_NUMBER--capital-exponent", "{'a':{'shape':[1E2]}}", 0},
    {"E_JSON_NUMBER--exponent-without-digits", "{'a':{'x':1e+}}", 0},
    {"E_JSON_NUMBER--fraction-without-digits", "{'a':{'x':1.}}", 0},
    {"E_JSON_NUMBER--sign-alone", "{'a':{'x':-}}", 0},
    {"E_JSON_SYNTAX--half-a-word", "{'a':{'x':fals}}", 0},
    {"E_JSON_SYNTAX--a-word-too-long", "{'a':{'x':nullx}}", 0},
    {"E_JSON_SYNTAX--no-colon", "{'a'{}}", 0},
    {"E_JSON_SYNTAX--no-comma", "{'a':{'shape':[1 2]}}", 0},
    {"E_JSON_END--in-true", "{'a':{'x':tr", 4},
    {"E_JSON_END--in-false", "{'a':{'x':fal", 4},
    {"E_JSON_END--in-null", "{'a':{'x':nu", 4},
    {"E_JSON_RANGE--last-digit", "{'a':{'shape':[18446744073709551619]}}", 0},
    {"E_JSON_SURROGATE--alone", "{'\\ud800':1}", 0},
    {"E_JSON_SURROGATE--two-second-halves", "{'\\udc00\\udc00':1}", 0},
    {"E_JSON_SURROGATE--two-first-halves", "{'\\ud800\\ud800':1}", 0},
    {"E_JSON_NUMBER--fraction", "{'a':{'shape':[4.0]}}", 0},
    {"E_JSON_NUMBER--sign", "{'a':{'shape':[-0]}}", 0},
    {"E_JSON_NUMBER--leading-zero", "{'a':{'shape':[04]}}", 0},
    {"E_JSON_NUMBER--huge-exponent", "{'a':{'shape':[1e400]}}", 0},
    {"E_JSON_RANGE--two-to-the-64", "{'a':{'shape':[18446744073709551616]}}", 0},
    {"E_JSON_DEPTH--arrays", "{'a':{'x':[[[]]]}}", 0},
    {"E_JSON_DEPTH--objects", "{'a':{'x':{'y':{'z':{}}}}}", 0},
    {"E_JSON_TYPE--top-is-an-array", "[]", 0},
    {"E_JSON_TYPE--entry-is-an-array", "{'a':['U8',[2],[0,2]]}", 2},
    {"E_JSON_TYPE--dtype-is-an-object", "{'a':{'dtype':{'U8':null},'shape':[2],'data_offsets':[0,2]}}", 2},
    {"E_JSON_TYPE--dtype-is-a-number", "{'a':{'dtype':5}}", 0},
    {"E_JSON_TYPE--shape-is-a-string", "{'a':{'shape':'2'}}", 0},
    {"E_JSON_TYPE--dimension-is-a-string", "{'a':{'shape':['2']}}", 0},
    {"E_JSON_TYPE--offset-is-a-word", "{'a':{'data_offsets':[0,null]}}", 0},
    {"E_JSON_TYPE--metadata-of-numbers", "{'__metadata__':{'a':1}}", 0},
    {"E_JSON_AFTER--twice", "{}{}", 0},
    {"E_JSON_AFTER--cut-word", "{}t", 0},
    {"E_FIELD_DUPLICATE--dtype", "{'a':{'dtype':'U8','d\\u0074ype':'U8','shape':[2],'data_offsets':[0,2]}}", 2},
    {"E_FIELD_DUPLICATE--metadata", "{'__metadata__':{},'__metadata__':{}}", 0},
    {"E_FIELD_DUPLICATE--unknown", "{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'x':{'y':1,'y':1}}}", 0},
    {"E_FIELD_MISSING--dtype", "{'a':{'shape':[1],'data_offsets':[0,1]}}", 1},
    {"E_FIELD_MISSING--shape", "{'a':{'dtype':'U8','data_offsets':[0,1]}}", 1},
    {"E_FIELD_MISSING--data-offsets", "{'a':{'dtype':'U8','shape':[2]}}", 2},
    {"E_NAME_EMPTY--empty", "{'':" EMPTY "}", 0},
    {"E_NAME_NUL--escaped", "{'a\\u0000':" EMPTY "}", 0},
    {"E_NAME_DUPLICATE--same-range", "{'w':" T("U8", "[2]", "[0,2]") ",'w':" T("U8", "[2]", "[0,2]") "}", 2},
    {"E_NAME_DUPLICATE--once-escaped", "{'w':" EMPTY ",'\\u0077':" EMPTY "}", 0},
    {"E_KEY_EMPTY--metadata", "{'__metadata__':{'':'x'}}", 0},
    {"E_KEY_DUPLICATE--metadata", "{'__metadata__':{'a':'1','\\u0061':'2'}}", 0},
    {"E_DTYPE--lower-case", "{'a':" T("f32", "[1]", "[0,4]") "}", 4},
    {"E_DTYPE--too-short", "{'a':" T("F3", "[1]", "[0,4]") "}", 4},
    {"E_DTYPE--too-long", "{'a':" T("F32X", "[1]", "[0,4]") "}", 4},
    {"E_DIM_RANGE--two-to-the-63", "{'a':" T("U8", "[9223372036854775808]", "[0,0]") "}", 0},
    {"E_ELEMENT_COUNT--wraps", "{'a':" T("F32", "[4194305,4194305,211106198978564]", "[0,16]") "}", 16},
    {"E_ELEMENT_COUNT--zero-behind", "{'a':" T("U8", "[1099511627776,1099511627776,0]", "[0,0]") "}", 0},
    {"E_ELEMENT_COUNT--zero-in-front", "{'a':" T("U8", "[0,1099511627776,1099511627776]", "[0,0]") "}", 0},
    {"E_SIZE_OVERFLOW--f32", "{'a':" T("F32", "[4611686018427387904]", "[0,0]") "}", 0},
    {"E_LIMIT_RANK--nine", "{'a':" T("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]") "}", 1},
    {"E_PARTIAL_BYTE--four-bits", "{'a':" T("F4", "[3]", "[0,2]") "}", 2},
    {"E_PARTIAL_BYTE--six-bits", "{'a':" T("F6_E2M3", "[6]", "[0,5]") "}", 5},
    {"E_LIMIT_KEYS--two@max_keys=1", "{'__metadata__':{'a':'','b':''}}", 0},
    {"E_LIMIT_TENSORS--two@max_tensors=1", "{'a':" EMPTY ",'b':" EMPTY "}", 0},
    {"E_FIELD_DUPLICATE--unknown-in-the-entry", "{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'x':1,'x':2}}", 0},
    {"E_OFFSETS_COUNT--none", "{'a':" T("U8", "[2]", "[]") "}", 2},
    {"E_OFFSETS_COUNT--one", "{'a':" T("U8", "[2]", "[0]") "}", 2},
    {"E_OFFSETS_COUNT--three", "{'a':" T("U8", "[2]", "[0,2,2]") "}", 2},
    {"E_OFFSETS_ORDER--reversed", "{'a':" T("U8", "[2]", "[2,0]") "}", 2},
    {"E_OFFSETS_SIZE--short", "{'a':" T("F64", "[4]", "[0,16]") "}", 16},
    {"E_TENSOR_TRUNCATED--one-byte", "{'a':" T("U8", "[2]", "[0,2]") "}", 1},
    {"E_TENSOR_RANGE--wraps", "{'a':" T("U8", "[2]", "[18446744073709551530,18446744073709551532]") "}", 2},
    {"E_TENSOR_OVERLAP--same", "{'a':" T("U8", "[4]", "[0,4]") ",'b':" T("U8", "[4]", "[0,4]") "}", 4},
    {"E_TENSOR_OVERLAP--empty-inside", "{'a':" T("U8", "[4]", "[0,4]") ",'b':" T("U8", "[0]", "[2,2]") "}", 4},
    {"E_DATA_GAP--first", "{'a':" T("U8", "[4]", "[4,8]") "}", 8},
    {"E_DATA_GAP--between", "{'a':" T("U8", "[4]", "[0,4]") ",'b':" T("U8", "[3]", "[5,8]") "}", 8},
    {"E_DATA_AFTER--one-byte", "{'a':" T("U8", "[4]", "[0,4]") "}", 5},
};

static void add_rows(corpus *c, const row *rows, size_t num, const char *folder)
{
    for (size_t i = 0; i < num; i++) {
        char path[128];
        st_file f = st_make(rows[i].json, rows[i].data_len);
        (void)snprintf(path, sizeof path, "safetensors/%s/%s.safetensors", folder, rows[i].name);
        corpus_add(c, path, f.file.data, f.file.len);
        st_free(&f);
    }
}

void corpus_safetensors(corpus *c)
{
    add_rows(c, accepted, sizeof accepted / sizeof accepted[0], "accept");
    add_rows(c, rejected, sizeof rejected / sizeof rejected[0], "reject");
    static const uint64_t lengths[] = {0, 100000001, UINT64_MAX, UINT64_MAX - 7, (uint64_t)1 << 63};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char path[128];
        st_file f = st_make("{}", 0);
        bytes_put_u64(&f.file, 0, lengths[i]);
        (void)snprintf(path, sizeof path, "safetensors/reject/E_HEADER_LENGTH--%llu.safetensors",
                       (unsigned long long)lengths[i]);
        corpus_add(c, path, f.file.data, f.file.len);
        st_free(&f);
    }
}
