/* SPDX-License-Identifier: MIT */
/* tensorgate show: what a person reads, what a program reads, and what fits a terminal. */
#include "cli_json.h"
#include "cli_tests.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define U64(number) ((unsigned long long)(number))

/* A small model with everything that the summary speaks of. */
static gb_model *make_llama(void)
{
    static const char *const tokens[] = {"<s>", "</s>", "a", "b", "\xE2\x96\x81the", "c\n"};
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "general.architecture", gb_string("llama"));
    gb_add_key(m, "general.name", gb_string("Tiny \"L\""));
    gb_add_key(m, "general.file_type", gb_u32(15));
    gb_add_key(m, "general.quantization_version", gb_u32(2));
    gb_add_key(m, "llama.context_length", gb_u32(4096));
    gb_add_key(m, "llama.embedding_length", gb_u32(256));
    gb_add_key(m, "llama.block_count", gb_u32(2));
    gb_add_key(m, "llama.attention.head_count", gb_u32(32));
    gb_add_key(m, "llama.attention.head_count_kv", gb_u32(8));
    gb_add_key(m, "tokenizer.ggml.model", gb_string("gpt2"));
    gb_add_key(m, "tokenizer.ggml.tokens", gb_strings(6, tokens));
    gb_add_tensor(m, "token_embd.weight", GB_T_Q4_K, GB_DIMS(256, 6));
    gb_add_tensor(m, "blk.0.norm.weight", GB_T_F32, GB_DIMS(256));
    gb_add_tensor(m, "scale", GB_T_F32, GB_SCALAR);
    gb_write(m);
    return m;
}

static void write_llama(const char *name)
{
    gb_model *m = make_llama();
    cli_write_model(name, m);
    gb_free(m);
}

/* ---- Text --------------------------------------------------------------------------------- */

static void summary_says_what_is_asked_first(void **state)
{
    (void)state;
    gb_model *m = make_llama();
    cli_write_model("llama.gguf", m);
    run r = RUN("show", "llama.gguf");
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 0);
    char *end = strstr(r.out, "\nMetadata\n");
    assert_non_null(end);
    *end = '\0';
    assert_string_equal(r.out, format("Model\n"
                                      "  file            llama.gguf\n"
                                      "  size            %.2f KiB (%s bytes)\n"
                                      "  format          GGUF v3, little-endian\n"
                                      "  architecture    llama\n"
                                      "  name            Tiny \"L\"\n"
                                      "  parameters      1.79 K (1,793)\n"
                                      "  tensor data     1.85 KiB in 3 tensors, 8.44 bits per weight\n"
                                      "  file type       15, Q4_K_M\n"
                                      "  context length  4096\n"
                                      "  embedding       256\n"
                                      "  layers          2\n"
                                      "  heads           32, 8 for keys and values\n"
                                      "  vocabulary      6 tokens, gpt2\n"
                                      "  alignment       32 bytes\n"
                                      "  data offset     %llu\n"
                                      "  warnings        none\n"
                                      "\n"
                                      "Types\n"
                                      "  type  tensors  parameters  bytes   share  bits/weight\n"
                                      "  f32         2         257  1,028  54.3 %%        32.00\n"
                                      "  q4_K        1       1,536    864  45.7 %%         4.50\n",
                                      (double)m->file.len / 1024,
                                      format("%zu,%03zu", m->file.len / 1000, m->file.len % 1000), U64(m->at.data)));
    run_free(&r);
    gb_free(m);
}

static void tables_list_keys_and_tensors(void **state)
{
    (void)state;
    gb_model *m = make_llama();
    cli_write_model("llama.gguf", m);
    run r = RUN("show", "llama.gguf");
    const char *tables = strstr(r.out, "\nMetadata\n");
    assert_non_null(tables);
    assert_string_equal(tables, format("\n"
                                       "Metadata\n"
                                       "  key                            type       value\n"
                                       "  general.architecture           string     \"llama\"\n"
                                       "  general.name                   string     \"Tiny \\\"L\\\"\"\n"
                                       "  general.file_type              u32        15\n"
                                       "  general.quantization_version   u32        2\n"
                                       "  llama.context_length           u32        4096\n"
                                       "  llama.embedding_length         u32        256\n"
                                       "  llama.block_count              u32        2\n"
                                       "  llama.attention.head_count     u32        32\n"
                                       "  llama.attention.head_count_kv  u32        8\n"
                                       "  tokenizer.ggml.model           string     \"gpt2\"\n"
                                       "  tokenizer.ggml.tokens          string[6]  \"<s>\", \"</s>\", \"a\", \"b\", "
                                       "\xE2\x80\xA6\n"
                                       "\n"
                                       "Tensors\n"
                                       "  index  name               type  shape    offset      size\n"
                                       "      0  token_embd.weight  q4_K  256 x 6    %4llu     864 B\n"
                                       "      1  blk.0.norm.weight  f32   256        %4llu  1.00 KiB\n"
                                       "      2  scale              f32   scalar     %4llu       4 B\n",
                                       U64(m->at.data), U64(m->at.data + m->tensors[1].offset),
                                       U64(m->at.data + m->tensors[2].offset)));
    run_free(&r);
    gb_free(m);
}

static void full_shows_every_element(void **state)
{
    (void)state;
    write_llama("llama.gguf");
    run r = RUN("show", "--full", "llama.gguf");
    assert_contains(r.out, "\"<s>\", \"</s>\", \"a\", \"b\", \"\xE2\x96\x81the\", \"c\\n\"\n");
    run_free(&r);
}

static void models_without_tensors_are_shown(void **state)
{
    (void)state;
    gb_model *m = gb_new(3, false);
    gb_write(m);
    cli_write_model("empty.gguf", m);
    gb_free(m);
    run r = RUN("show", "empty.gguf");
    assert_contains(r.out, "  tensors         none\n");
    assert_lacks(r.out, "Metadata");
    assert_lacks(r.out, "architecture");
    assert_int_equal(r.status, 0);
    run_free(&r);
}

static void warnings_are_shown(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    bytes_u8(&m->file, 1);
    cli_write_model("after.gguf", m);
    gb_free(m);
    run r = RUN("show", "after.gguf");
    assert_contains(r.out, "  warnings        1\n  warning: at byte ");
    assert_contains(r.out, " [TG_W_DATA_AFTER]\n");
    assert_int_equal(r.status, 0);
    run_free(&r);
}

/* The words are those of tensorgate check. */
static void rejected_files_are_refused(void **state)
{
    static const char *const files[] = {"bad.gguf", "missing.gguf", ".", "-"};
    static const int statuses[] = {1, 2, 2, 2};
    (void)state;
    cli_write("bad.gguf", "GGUF", 4);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        run check = RUN("check", files[i]), text = RUN("show", files[i]), json = RUN("show", "--json", files[i]);
        assert_run(&text, statuses[i], "", check.out);
        assert_run(&json, statuses[i], "", check.out);
        run_free(&check);
        run_free(&text);
        run_free(&json);
    }
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static run show_json(const char *name)
{
    run r = RUN("show", "--json", name);
    assert_json(r.out, r.out_len);
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 0);
    return r;
}

static void json_has_everything(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    cli_write_model("base.gguf", m);
    run r = show_json("base.gguf");
    assert_string_equal(
        r.out,
        format("{\"path\":\"base.gguf\",\"format\":\"gguf\",\"version\":3,\"endian\":\"little\",\"alignment\":%llu,"
               "\"data_offset\":%llu,\"file_size\":%zu,\"metadata\":[\n"
               " {\"key\":\"general.architecture\",\"type\":\"string\",\"value\":\"%s\"},\n"
               " {\"key\":\"general.alignment\",\"type\":\"u32\",\"value\":%llu}],\"tensors\":[\n"
               " {\"name\":\"w\",\"type\":\"f32\",\"dims\":[8],\"offset\":%llu,\"size\":32}],\"warnings\":[]}\n",
               U64(m->alignment), U64(m->at.data), m->file.len,
               format("%.*s", (int)m->keys[0].value.text.len, (const char *)m->keys[0].value.text.data),
               U64(m->alignment), U64(m->at.data)));
    run_free(&r);
    gb_free(m);
}

static void numbers_are_exact(void **state)
{
    static const struct {
        uint32_t type;
        uint64_t bits;
        const char *text;
    } rows[] = {
        {GB_U8, 255, "255"},
        {GB_I8, 0x80, "-128"},
        {GB_U64, UINT64_MAX, "18446744073709551615"},
        {GB_U64, UINT64_C(9007199254740993), "9007199254740993"},
        {GB_I64, UINT64_C(1) << 63, "-9223372036854775808"},
        {GB_BOOL, 1, "true"},
        {GB_BOOL, 0, "false"},
        {GB_F32, 0x3F800000, "1"},
        {GB_F32, 0x3727C5AC, "1e-05"}, /* 9.999999747378752e-06 as a double */
        {GB_F32, 0x3DCCCCCD, "0.1"},
        {GB_F32, 0x40490FDB, "3.1415927"},
        {GB_F32, 0x80000000, "-0"},
        {GB_F32, 0x00000001, "1.4013e-45"},
        {GB_F32, 0x7F7FFFFF, "3.4028235e+38"},
        {GB_F32, 0x7FC00000, "\"NaN\""},
        {GB_F32, 0x7F800000, "\"Infinity\""},
        {GB_F64, 0xFFF0000000000000, "\"-Infinity\""},
        {GB_F64, 0x3FB999999999999A, "0.1"},
        {GB_F64, 0x400921FB54442D18, "3.141592653589793"},
        {GB_F64, 0x3FD5555555555555, "0.3333333333333333"},
        {GB_F64, 0x7FEFFFFFFFFFFFFF, "1.7976931348623157e+308"},
        {GB_F64, 0x7FF8000000000001, "\"NaN\""},
    };
    (void)state;
    gb_model *m = gb_new(3, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        gb_add_key(m, format("k.%zu", i), gb_number(rows[i].type, rows[i].bits));
    gb_write(m);
    cli_write_model("numbers.gguf", m);
    gb_free(m);
    run r = show_json("numbers.gguf");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *entry = strstr(r.out, format("{\"key\":\"k.%zu\",", i));
        assert_non_null(entry);
        const char *found = strstr(entry, "\"value\":");
        assert_non_null(found);
        const char *wanted = format("\"value\":%s}", rows[i].text);
        assert_string_equal(format("%.*s", (int)strlen(wanted), found), wanted);
    }
    run_free(&r);
}

static void arrays_show_their_first_elements(void **state)
{
    static const uint64_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    (void)state;
    gb_model *m = gb_new(3, false);
    gb_value rows = gb_array(GB_ARRAY);
    gb_push(&rows, gb_numbers(GB_U8, 10, numbers));
    gb_push(&rows, gb_array(GB_STRING));
    gb_value deep = gb_array(GB_ARRAY);
    gb_push(&deep, gb_numbers(GB_I16, 2, numbers));
    gb_push(&rows, deep);
    gb_add_key(m, "a.flat", gb_numbers(GB_U32, 10, numbers));
    gb_add_key(m, "a.empty", gb_array(GB_F32));
    gb_add_key(m, "a.nested", rows);
    gb_write(m);
    cli_write_model("arrays.gguf", m);
    gb_free(m);
    run r = show_json("arrays.gguf");
    assert_contains(r.out, "\"a.flat\",\"type\":\"array\",\"element_type\":\"u32\",\"length\":10,"
                           "\"value\":[0,1,2,3,4,5,6,7]}");
    assert_contains(r.out, "\"a.empty\",\"type\":\"array\",\"element_type\":\"f32\",\"length\":0,\"value\":[]}");
    assert_contains(r.out, "\"element_type\":\"array\",\"length\":3,\"value\":[[0,1,2,3,4,5,6,7],[],[[0,1]]]}");
    run_free(&r);
    r = RUN("show", "--json", "--full", "arrays.gguf");
    assert_json(r.out, r.out_len);
    assert_contains(r.out, "\"length\":10,\"value\":[0,1,2,3,4,5,6,7,8,9]}");
    assert_contains(r.out, "\"value\":[[0,1,2,3,4,5,6,7,8,9],[],[[0,1]]]}");
    run_free(&r);
    r = RUN("show", "arrays.gguf");
    assert_contains(r.out, "  a.flat    u32[10]   0, 1, 2, 3, \xE2\x80\xA6\n");
    assert_contains(r.out, "  a.empty   f32[0]    (empty)\n");
    assert_contains(r.out, "  a.nested  array[3]  [0, 1, 2, 3, \xE2\x80\xA6], [], [[0, 1]]\n");
    run_free(&r);
}

static void every_version_and_order_is_shown(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        for (int big = 0; big < 2; big++) {
            gb_model *m = gb_rich(version, big != 0);
            cli_write_model("rich.gguf", m);
            run r = show_json("rich.gguf");
            assert_contains(r.out, format("\"version\":%u,\"endian\":\"%s\"", version, big != 0 ? "big" : "little"));
            for (size_t i = 0; i < m->num_tensors; i++)
                assert_contains(r.out, format("\"offset\":%llu,\"size\":%llu}", U64(m->at.data + m->tensors[i].offset),
                                              U64(m->tensors[i].size)));
            assert_contains(r.out, "{\"key\":\"n.i8\",\"type\":\"i8\",\"value\":-5}");
            assert_contains(r.out, "{\"key\":\"n.f32\",\"type\":\"f32\",\"value\":1.5}");
            run_free(&r);
            gb_free(m);
        }
    }
}

/* ---- Terminals -------------------------------------------------------------------------------- */

/* The columns of the longest line; all characters in these tests take one. Bold takes none. */
static size_t widest_line(const char *text)
{
    size_t widest = 0, columns = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\033')
            c += strcspn(c, "m");
        else if (*c == '\n')
            columns = 0;
        else if (((unsigned char)*c & 0xC0) != 0x80)
            columns++;
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

static void write_wide(const char *name)
{
    gb_model *m = make_llama();
    gb_add_key(m, "llama.attention.layer_norm_rms_epsilon_of_all", gb_number(GB_F32, 0x3727C5AC));
    gb_add_key(m, "tokenizer.chat_template",
               gb_string("{% for message in messages %}{{ message.role }}: {{ message.content }}\\{% endfor %}"
                         "{% if add_generation_prompt %}assistant:{% endif %}"));
    gb_add_tensor(m, "model.layers.0.self_attn.q_proj.weight.and.some.more.words", GB_T_F32, GB_DIMS(2, 2, 2, 2));
    gb_write(m);
    cli_write_model(name, m);
    gb_free(m);
}

static void lines_fit_the_terminal(void **state)
{
    static const unsigned short widths[] = {60, 72, 80, 100, 140};
    (void)state;
    write_wide("wide.gguf");
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        run r = run_on_terminal(widths[i], ARGUMENTS("show", "wide.gguf"));
        assert_int_equal(r.status, 0);
        assert_in_range(widest_line(r.out), widths[i] - 10, widths[i]);
        assert_contains(r.out, "tokenizer.chat_template");
        assert_contains(r.out, "\xE2\x80\xA6\n");
        run_free(&r);
    }
}

static void full_and_pipes_cut_nothing(void **state)
{
    (void)state;
    write_wide("wide.gguf");
    run full = run_on_terminal(60, ARGUMENTS("show", "--full", "wide.gguf"));
    run pipe = RUN("show", "wide.gguf");
    assert_contains(full.out, "assistant:{% endif %}\"\n");
    assert_contains(full.out, "model.layers.0.self_attn.q_proj.weight.and.some.more.words ");
    assert_contains(pipe.out, "assistant:{% endif %}\"\n");
    assert_contains(pipe.out, "model.layers.0.self_attn.q_proj.weight.and.some.more.words ");
    run_free(&full);
    run_free(&pipe);
}

static void columns_overrules_the_terminal(void **state)
{
    (void)state;
    write_wide("wide.gguf");
    cli_setenv("COLUMNS", "90");
    run r = run_on_terminal(140, ARGUMENTS("show", "wide.gguf"));
    assert_in_range(widest_line(r.out), 80, 90);
    run_free(&r);
    cli_setenv("COLUMNS", "many");
    r = run_on_terminal(0, ARGUMENTS("show", "wide.gguf"));
    assert_in_range(widest_line(r.out), 70, 80);
    run_free(&r);
    cli_setenv("COLUMNS", NULL);
}

static void headings_are_bold_on_terminals_only(void **state)
{
    (void)state;
    write_llama("llama.gguf");
    run r = run_on_terminal(80, ARGUMENTS("show", "llama.gguf"));
    assert_contains(r.out, "\033[1mMetadata\033[0m\n");
    run_free(&r);
    cli_setenv("NO_COLOR", "1");
    r = run_on_terminal(80, ARGUMENTS("show", "llama.gguf"));
    assert_lacks(r.out, "\033");
    run_free(&r);
    cli_setenv("NO_COLOR", NULL);
    cli_setenv("TERM", "dumb");
    r = run_on_terminal(80, ARGUMENTS("show", "llama.gguf"));
    assert_lacks(r.out, "\033");
    run_free(&r);
    cli_setenv("TERM", "xterm");
    r = RUN("show", "llama.gguf");
    assert_lacks(r.out, "\033");
    run_free(&r);
}

int cli_tests_show(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summary_says_what_is_asked_first),
        cmocka_unit_test(tables_list_keys_and_tensors),
        cmocka_unit_test(full_shows_every_element),
        cmocka_unit_test(models_without_tensors_are_shown),
        cmocka_unit_test(warnings_are_shown),
        cmocka_unit_test(rejected_files_are_refused),
        cmocka_unit_test(json_has_everything),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(arrays_show_their_first_elements),
        cmocka_unit_test(every_version_and_order_is_shown),
        cmocka_unit_test(lines_fit_the_terminal),
        cmocka_unit_test(full_and_pipes_cut_nothing),
        cmocka_unit_test(columns_overrules_the_terminal),
        cmocka_unit_test(headings_are_bold_on_terminals_only),
    };
    return cmocka_run_group_tests(tests, cli_setup, cli_teardown);
}
