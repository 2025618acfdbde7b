/* SPDX-License-Identifier: MIT */
/* The second reader of the ggml family before GGUF (see ref_legacy.h). A plan is what stands between the magic and the
 * records, word by word:
 *
 *     name      a number, which is the key "<layout>.<name>"; with ! behind it, a float
 *     &name     that number is the count from here on       #      a count is read
 *     @         so many tokens; @+ with scores anyway        %      so many pairs of strings
 *     $         a string                                     :      so many triples of numbers
 *     M         two numbers, and their product of floats     V      a number, and that many floats
 *     U         so many numbers                              G      the magic of ggml
 *     /name     so many records as a number says; their tensors have that in front of their names
 *     .name     the tensors that follow have that in front of their names */
#include "ref_legacy.h"

#include "fuzz.h"
#include "ref_place.h"
#include "wide.h"

#include <stdio.h>

#define BARK(part)                                                                                                     \
    part ".n_layer " part ".n_head " part ".n_embd " part ".block_size " part ".bias " part ".n_in_vocab " part        \
         ".n_out_vocab " part ".n_lm_heads " part ".n_wtes " part ".ftype /" part "/ "
#define ENCODEC(p)                                                                                                     \
    p "in_channels " p "hidden_dim " p "n_filters " p "kernel_size " p "residual_kernel_size " p "n_bins " p           \
      "bandwidth " p "sampling_rate " p "ftype"
#define GPT2 "n_vocab n_ctx n_embd n_head n_layer ftype "
#define NEOX "n_vocab n_ctx n_embd n_head n_layer n_rot "
#define REPLIT "d_model max_seq_len n_heads n_layers n_vocab "
#define FALCON "n_vocab n_embd n_head n_head_kv n_layer n_falcon_type ftype "

static const struct plan {
    tg_layout layout;
    const char *plan;
} plans[] = {
    {TG_LAYOUT_LLAMA, "n_vocab n_embd n_mult n_head n_layer n_rot ftype &n_vocab @"},
    {TG_LAYOUT_GPT2, GPT2 "# @"},
    {TG_LAYOUT_GPTJ, NEOX "ftype # @"},
    {TG_LAYOUT_GPTNEOX, NEOX "par_res ftype &n_vocab @"},
    {TG_LAYOUT_GPTNEOX_OLD, NEOX "ftype &n_vocab @"},
    {TG_LAYOUT_MPT, REPLIT "alibi_bias_max! clip_qkv! ftype &n_vocab @"},
    {TG_LAYOUT_REPLIT, REPLIT "ftype &n_vocab @+"},
    {TG_LAYOUT_BLOOM, "n_vocab n_embd n_mult n_head n_layer ftype &n_vocab @"},
    {TG_LAYOUT_FALCON, FALCON "&n_vocab @"},
    {TG_LAYOUT_FALCON_RUSTFORMERS, "n_vocab n_embd n_head n_head_kv n_layer ftype &n_vocab @"},
    {TG_LAYOUT_RWKV, "n_vocab n_embed n_layer data_type"},
    {TG_LAYOUT_WHISPER, "n_vocab n_audio_ctx n_audio_state n_audio_head n_audio_layer n_text_ctx n_text_state "
                        "n_text_head n_text_layer n_mels ftype M # @"},
    {TG_LAYOUT_SILERO_VAD, "$ version_major version_minor version_patch n_window n_context n_encoder_layers "
                           "&n_encoder_layers : lstm_input_size lstm_hidden_size final_conv_in final_conv_out"},
    {TG_LAYOUT_PARAKEET, "n_vocab n_audio_ctx n_audio_state n_audio_head n_audio_layer n_mels ftype n_fft "
                         "subsampling_factor n_subsampling_channels n_conv_kernel n_pred_dim n_pred_layers "
                         "n_tdt_durations n_max_tokens M V &n_tdt_durations U # @"},
    {TG_LAYOUT_CLIP,
     "text.n_vocab text.num_positions text.hidden_size text.n_intermediate text.projection_dim text.n_head "
     "text.n_layer vision.image_size vision.patch_size vision.hidden_size vision.n_intermediate "
     "vision.projection_dim vision.n_head vision.n_layer use_gelu ftype # @"},
    {TG_LAYOUT_BERT, "n_vocab n_max_tokens n_embd n_intermediate n_head n_layer ftype &n_vocab @"},
    {TG_LAYOUT_ENCODEC, ENCODEC("")},
    {TG_LAYOUT_BARK, "# @ " BARK("semantic") BARK("coarse") BARK("fine") "G " ENCODEC("codec.") " .codec/"},
    {TG_LAYOUT_SAM, "n_enc_state n_enc_layer n_enc_head n_enc_out_chans n_pt_embd ftype"},
    {TG_LAYOUT_STABLE_DIFFUSION, "ftype # @"},
    {TG_LAYOUT_STABLE_DIFFUSION_LORA, "ftype"},
    {TG_LAYOUT_GPT4ALL_MPT, "n_vocab n_ctx n_layer n_head n_embd alibi_bias_max! clip_qkv! ftype # @"},
    {TG_LAYOUT_GPT4ALL_REPLIT, GPT2 "&n_vocab @+"},
    {TG_LAYOUT_LORA, "r alpha"},
};

typedef struct walk {
    const tg_model *model;
    const ref_file *file;
    uint64_t at, count, tensor; /* the next byte, the count of the plan, the number of the next tensor */
    uint32_t version, ftype;
    uint64_t padding;
    const char *prefix; /* of tensor names, `prefix_len` bytes */
    size_t prefix_len;
    bool scores, old, one_less;
} walk;

static uint32_t take(walk *w)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value |= (w->at + i < w->file->len ? (uint32_t)w->file->data[w->at + i] : 0u) << (8 * i);
    w->at += 4;
    FUZZ_CHECK(w->at <= w->file->size, "a model whose header ends behind the file");
    return value;
}

static bool is_magic(const ref_file *file, const char *magic)
{
    return file->len >= 4 && memcmp(file->data, magic, 4) == 0;
}

/* ---- The header ------------------------------------------------------------------------------------ */

static tg_value value_of(const walk *w, const char *name, size_t len)
{
    char key[96];
    int all = snprintf(key, sizeof key, "%s.%.*s", tg_layout_name(tg_model_layout(w->model)), (int)len, name);
    FUZZ_CHECK(all > 0 && (size_t)all < sizeof key, "a name in a plan");
    return tg_model_value(w->model, tg_model_find_key(w->model, key));
}

static void read_number(walk *w, const char *name, size_t len)
{
    uint32_t value = take(w);
    bool is_float = name[len - 1] == '!';
    tg_value found = value_of(w, name, is_float ? len - 1 : len);
    uint64_t number = 0;
    FUZZ_CHECK(found.type == (is_float ? TG_VALUE_F32 : TG_VALUE_U32), "a hyper-parameter without its key");
    FUZZ_CHECK(is_float || (tg_value_u64(&found, &number) && number == value), "another hyper-parameter");
    if (len >= 5 && memcmp(name + len - 5, "ftype", 5) == 0)
        w->ftype = value;
}

static void read_tokens(walk *w, bool scores)
{
    tg_value tokens = tg_model_value(w->model, tg_model_find_key(w->model, "tokenizer.ggml.tokens"));
    tg_array_iter iter = tg_array_begin(&tokens);
    bool special = is_magic(w->file, "mmgg"); /* which the highest bit of a length says */
    if (w->one_less && w->count == 32001)
        w->count--;
    FUZZ_CHECK(tokens.count == w->count, "another number of tokens");
    for (uint64_t i = 0; i < w->count; i++) {
        tg_value token;
        tg_bytes text;
        uint64_t len = special ? take(w) & INT32_MAX : take(w);
        FUZZ_CHECK(tg_array_next(&iter, &token) && tg_value_string(&token, &text), "a token that is missing");
        FUZZ_CHECK(text.len == len, "the length of a token");
        for (uint64_t k = 0; k < len && w->at + k < w->file->len; k++)
            FUZZ_CHECK((uint8_t)text.ptr[k] == w->file->data[w->at + k], "the bytes of a token");
        w->at += len + (scores ? 4 : 0);
    }
}

static void read_pairs(walk *w)
{
    for (uint64_t i = 0; i < 2 * w->count; i++)
        w->at += take(w);
}

static void read_matrix(walk *w)
{
    uint64_t rows = take(w), columns = take(w);
    w->at += rows * columns * 4;
}

/* ---- Records ----------------------------------------------------------------------------------------- */

/* Until ggjt 2: the scales of some types had four bytes, and there were two types more. */
static bool old_block(uint32_t id, uint64_t *elements, uint64_t *bytes)
{
    static const uint8_t blocks[][2] = {{1, 4},   {1, 2},   {32, 20}, {32, 24}, {16, 10},
                                        {16, 12}, {32, 22}, {32, 24}, {32, 36}};
    if (id >= sizeof blocks / sizeof blocks[0])
        return false;
    *elements = blocks[id][0];
    *bytes = blocks[id][1];
    return true;
}

static bool same_name(const walk *w, tg_bytes name, uint64_t at, uint64_t len)
{
    if (name.len != w->prefix_len + len || (w->prefix_len > 0 && memcmp(name.ptr, w->prefix, w->prefix_len) != 0))
        return false;
    for (uint64_t i = 0; i < len; i++)
        if (at + i >= w->file->len || w->file->data[at + i] != (uint8_t)name.ptr[w->prefix_len + i])
            return false;
    return true;
}

/* Reads one record. False where it is not the next tensor of the model. */
static bool same_record(walk *w)
{
    const tg_tensor *t = tg_model_tensor(w->model, w->tensor++);
    uint64_t record = w->at, size = 1, elements = 0, bytes = 0;
    if (t == NULL || t->entry_offset != record)
        return false;
    uint32_t rank = take(w), name_len = take(w), type = take(w);
    if (tg_model_layout(w->model) == TG_LAYOUT_RWKV && type >= 5) /* rwkv.cpp has a type 4 of its own */
        type--;
    if (rank != t->num_dims || rank > 4 ||
        !(w->old ? old_block(type, &elements, &bytes) : ref_block(type, &elements, &bytes)))
        return false;
    for (uint32_t i = 0; i < rank; i++) {
        uint64_t dim = take(w);
        wide product = wide_mul(size, dim);
        if (dim == 0 || dim != t->dims[i] || wide_above(product, INT64_MAX) || (i == 0 && dim % elements != 0))
            return false;
        size = wide_low(product);
    }
    if (!same_name(w, t->name, w->at, name_len))
        return false;
    w->at += name_len;
    while (w->at % w->padding != 0)
        w->at++;
    wide all = wide_mul(size / elements, bytes);
    if (wide_above(all, INT64_MAX) || t->offset != w->at || t->size != wide_low(all))
        return false;
    w->at += t->size;
    return true;
}

/* ---- The whole ----------------------------------------------------------------------------------------- */

static bool records(walk *w, uint64_t most)
{
    for (uint64_t i = 0; i < most && w->at < w->file->size; i++)
        if (!same_record(w))
            return false;
    return true;
}

/* One word of a plan. */
static bool follow(walk *w, const char *word, size_t len)
{
    tg_value number;
    switch (word[0]) {
    case '&':
        number = value_of(w, word + 1, len - 1);
        FUZZ_CHECK(tg_value_u64(&number, &w->count), "a count without its key");
        return true;
    case '#':
        w->count = take(w);
        return true;
    case '@':
        read_tokens(w, w->scores || len > 1);
        return true;
    case '%':
        read_pairs(w);
        return true;
    case '$':
        w->at += take(w);
        return true;
    case ':':
        w->at += w->count * 12;
        return true;
    case 'M':
        read_matrix(w);
        return true;
    case 'V':
        w->at += (uint64_t)take(w) * 4;
        return true;
    case 'U':
        w->at += w->count * 4;
        return true;
    case 'G':
        return take(w) == 0x67676d6c;
    case '/':
    case '.':
        w->prefix = word + 1;
        w->prefix_len = len - 1;
        return word[0] == '.' || records(w, take(w));
    default:
        read_number(w, word, len);
        return true;
    }
}

/* Is the file what the model says, with the blocks of before May 2023 or with today's? */
static bool explains(walk w, const char *plan)
{
    static const char with_merges[] = FALCON "n_bpe_merges &n_vocab @ # %";
    plan = is_magic(w.file, "ccgg") ? with_merges : plan;
    for (size_t len; *plan != '\0'; plan += len + strspn(plan + len, " ")) {
        len = strcspn(plan, " ");
        if (!follow(&w, plan, len))
            return false;
    }
    return records(&w, UINT64_MAX) && w.at == w.file->size && w.tensor == tg_model_num_tensors(w.model);
}

void ref_legacy_check(const tg_model *model, const ref_file *file, bool one_less)
{
    const char *plan = NULL;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        if (plans[i].layout == tg_model_layout(model))
            plan = plans[i].plan;
    FUZZ_CHECK(plan != NULL, "a layout that the second reader does not know");
    bool ggmf = is_magic(file, "fmgg"), ggjt = is_magic(file, "tjgg"), ggcc = is_magic(file, "ccgg");
    bool ggla = is_magic(file, "algg"), rwkv = tg_model_layout(model) == TG_LAYOUT_RWKV;
    walk w = {model, file, 4, 0, 0, 0, 0, 1, "", 0, false, false, false};
    w.one_less = one_less && is_magic(file, "lmgg") && tg_model_layout(model) == TG_LAYOUT_LLAMA;
    if (ggmf || ggjt || ggcc || ggla)
        w.version = take(&w);
    FUZZ_CHECK(tg_model_version(model) == w.version, "another version");
    w.padding = ggjt || ggcc || ggla ? 32 : 1;
    w.scores = (ggmf && !rwkv) || ggjt || ggcc;
    w.old = (ggmf && w.version < 101) || (ggjt && w.version < 3);
    bool fits = explains(w, plan);
    if (!fits && w.version == 0) { /* where the number of ftype does not say it */
        w.old = true;
        fits = explains(w, plan);
    }
    FUZZ_CHECK(fits, "the second reader of legacy files finds other tensors");
}
