/* SPDX-License-Identifier: MIT */
/* The ggml family before GGUF: the steps (see legacy.h). The magic says which layouts there may be. The header of each
 * is read from the same private copy; those that come to their tensors share chains of records, which are read side by
 * side; then each layout is compared with the tensors that were found. Exactly one must explain the file to its last
 * byte. Where none does, the error is that of the one that came closest, and names those that came as close with the
 * same error.
 *
 * The cursor of the parse stays behind all that any candidate has read of its header. It goes back once, when the
 * headers are done: to where the first tensors begin. */
#include "legacy.h"

bool legacy_is_final(const tg_error *error, bool open)
{
    /* cppcheck-suppress [uninitvar, ctuuninitvar] ; a step that fails has filled it */
    tg_class kind = tg_status_class(error->status);
    return kind == TG_CLASS_MEMORY || kind == TG_CLASS_IO || kind == TG_CLASS_INTERNAL ||
           error->status == TG_E_LIMIT_HEAP || (open && kind == TG_CLASS_LIMIT);
}

/* ---- The candidates ---- */

static void add_candidate(legacy_state *s, const legacy_layout *layout, legacy_types types, bool doubts)
{
    legacy_candidate *candidate = &s->candidates[s->num_candidates++];
    candidate->layout = layout;
    candidate->types = types;
    candidate->chain = -1;
    candidate->doubts = doubts;
}

/* Does the number of tokens stand in the header and again in front of the tokens? */
static bool counts_again(const legacy_layout *layout)
{
    const legacy_section *section = layout->sections;
    while (section->kind != LEGACY_END && (section->flags & LEGACY_COUNT_AGAIN) == 0)
        section++;
    return section->kind != LEGACY_END;
}

/* Every row that the container allows, once for each table of types that it may have. Where two numbers of tokens
 * differ, nobody knows which is wrong: who guesses tries both, so that the tensors show what layout it is. */
static tgi_step list_candidates(tgi_parse *p, legacy_state *s)
{
    tg_layout asked = p->settings->layout;
    for (size_t i = 0; i < legacy_num_layouts; i++) {
        const legacy_layout *layout = &legacy_layouts[i];
        bool wanted = asked == TG_LAYOUT_NONE ? !layout->by_name_only : layout->layout == asked;
        if (!wanted || (layout->containers & s->container->bit) == 0)
            continue;
        bool plain = s->container->types == LEGACY_TYPES_BY_FTYPE;
        uint32_t tables = plain && layout->plain[0] != layout->plain[1] ? 2 : 1;
        uint32_t counts = asked == TG_LAYOUT_NONE && counts_again(layout) ? 2 : 1;
        if (s->num_candidates + tables * counts > LEGACY_MAX_CANDIDATES)
            return tgi_report(p, TG_E_INTERNAL, 0, s->num_candidates, LEGACY_MAX_CANDIDATES, "layouts");
        for (uint32_t k = 0; k < tables * counts; k++)
            add_candidate(s, layout, plain ? layout->plain[k % tables] : s->container->types, k >= tables);
    }
    if (s->num_candidates == 0)
        return tgi_report(p, TG_E_LAYOUT_MAGIC, 0, 0, 0, "magic");
    return TGI_OK;
}

/* magic, and a version where the format has one */
static tgi_step begin_file(tgi_parse *p, legacy_state *s)
{
    tgi_cursor c = p->at;
    const uint8_t *magic;
    uint32_t version = 0, most = 0;
    TGI_TRY(tgi_get_bytes(p, &c, 4, &magic, "magic"));
    uint64_t offset = tgi_tell(&c);
    if (legacy_is_versioned(p->model->format))
        TGI_TRY(tgi_get_u32(p, &c, &version, "version"));
    s->container = legacy_find_container(p->model->format, version, &most);
    if (s->container == NULL)
        return tgi_report(p, TG_E_VERSION, offset, version, most, "version");
    if (p->settings->profile == TG_PROFILE_LLAMA_CPP)
        return tgi_report(p, TG_E_PROFILE_FORMAT, 0, 0, 0, "magic");
    p->model->version = version;
    TGI_TRY(list_candidates(p, s));
    s->header_start = (uint32_t)tgi_tell(&c);
    s->header_at = s->header_start;
    s->listed = true;
    s->reading_headers = true;
    tgi_commit(p, &c);
    return TGI_OK;
}

/* ---- Their headers ---- */

/* The header of the current candidate is done with: on to the next. */
static void next_candidate(tgi_parse *p, legacy_state *s)
{
    s->current++;
    s->header_at = s->header_start;
    if (s->current < s->num_candidates)
        return;
    s->reading_headers = false;
    uint64_t first = UINT64_MAX;
    for (uint32_t i = 0; i < s->num_chains; i++) {
        uint64_t start = s->chains[i].start;
        first = start < first ? start : first;
        p->keep = start > p->keep ? start : p->keep;
    }
    if (first != UINT64_MAX)
        p->at.pos = (size_t)first;
}

static tgi_step header_step(tgi_parse *p, legacy_state *s)
{
    legacy_candidate *candidate = &s->candidates[s->current];
    tg_error *error = p->error, found;
    size_t furthest = p->at.pos;
    p->error = &found;
    p->at.pos = s->header_at;
    tgi_step step = legacy_header_step(p, s, candidate);
    bool complete = step == TGI_DONE;
    if (complete)
        step = legacy_attach(p, s, s->current);
    s->header_at = p->at.pos;
    p->at.pos = p->at.pos > furthest ? p->at.pos : furthest;
    p->error = error;
    if (step == TGI_FAIL && legacy_is_final(&found, !candidate->faulty)) {
        *error = found;
        return TGI_FAIL;
    }
    if (step == TGI_FAIL) {
        if (!candidate->faulty)
            candidate->error = found;
        candidate->stopped = true;
        bool cut = tg_status_class(found.status) == TG_CLASS_TRUNCATED;
        candidate->reach = cut ? p->model->file_size : found.offset;
    }
    if (complete || step == TGI_FAIL)
        next_candidate(p, s);
    return step == TGI_MORE ? TGI_MORE : TGI_OK;
}

/* ---- The verdict ---- */

static bool is_clean(const legacy_candidate *candidate)
{
    return candidate->chain >= 0 && !candidate->stopped && !candidate->faulty;
}

/* Did it read many tokens, or tensors, and then nothing, up to the last byte? By chance that does not happen. */
static bool has_ended(const legacy_state *s, const legacy_candidate *candidate)
{
    return candidate->chain >= 0 && !candidate->stopped &&
           (legacy_num_tokens(candidate) >= LEGACY_LEAST_TOKENS || s->chains[candidate->chain].tensors.count > 0);
}

/* How close a candidate came to the file: the first of these counts most. */
enum {
    LEGACY_TENSORS_FIT = 0, /* names and shapes that are those of the layout */
    LEGACY_ENDED,           /* the file was explained to its end */
    LEGACY_REPEATED,        /* the number of tokens stands there twice */
    LEGACY_NUMBERS_FIT,
    LEGACY_CUT,       /* nothing is wrong but that the file ends */
    LEGACY_EXPLAINED, /* how much of the header */
    LEGACY_REACH,
    LEGACY_CLOSENESS
};

/* Does every number of the header fit that was read? Wrong guesses seldom have that: they read text as numbers, which
 * no rule forbids, but which no model has. */
static bool numbers_fit(const legacy_candidate *candidate)
{
    const legacy_number *numbers = (const legacy_number *)candidate->numbers.data;
    uint64_t end = 0;
    for (uint64_t i = 0; i < candidate->numbers.count; i++) {
        if (numbers[i].field->kind != LEGACY_FLOAT && numbers[i].value > 1u << 24)
            return false;
        end = numbers[i].offset + 4;
    }
    bool count = candidate->faulty && candidate->error.status == TG_E_VOCAB_COUNT; /* a number, too */
    return candidate->todo <= 1u << 24 && (!candidate->faulty || (candidate->error.offset >= end && !count));
}

/* Numbers of the header, any of which may be wrong, and tokens up to the first thing that is. Empty tokens are no
 * evidence: any zeros are some. */
static uint64_t count_explained(const legacy_candidate *candidate)
{
    const legacy_number *numbers = (const legacy_number *)candidate->numbers.data;
    uint64_t explained = candidate->faulty && candidate->error.offset < candidate->words_at ? 0 : candidate->words;
    for (uint64_t i = 0; i < candidate->numbers.count; i++)
        explained += numbers[i].field->kind != LEGACY_FLOAT;
    return explained;
}

static void measure(const legacy_state *s, const legacy_candidate *candidate, uint64_t out[LEGACY_CLOSENESS])
{
    out[LEGACY_TENSORS_FIT] = candidate->evidence;
    out[LEGACY_ENDED] = has_ended(s, candidate);
    out[LEGACY_REPEATED] = candidate->repeated;
    out[LEGACY_NUMBERS_FIT] = numbers_fit(candidate);
    out[LEGACY_CUT] = !candidate->faulty && tg_status_class(candidate->error.status) == TG_CLASS_TRUNCATED;
    out[LEGACY_EXPLAINED] = count_explained(candidate);
    out[LEGACY_REACH] = candidate->reach;
}

/* Above 0 where `a` came closer than `b`, 0 where as close. */
static int compare(const legacy_state *s, const legacy_candidate *a, const legacy_candidate *b)
{
    uint64_t left[LEGACY_CLOSENESS], right[LEGACY_CLOSENESS];
    measure(s, a, left);
    measure(s, b, right);
    for (size_t i = 0; i < LEGACY_CLOSENESS; i++)
        if (left[i] != right[i])
            return left[i] > right[i] ? 1 : -1;
    return 0;
}

static uint64_t layout_bit(const legacy_candidate *candidate)
{
    return UINT64_C(1) << candidate->layout->layout;
}

/* Does a file that says GPT4All's number of tokens fail as one that lacks the last of them? Then it ends where that
 * would begin; or the first bytes of the first tensor were taken for it, and those behind them are no rank. */
static bool lacks_token(const tgi_parse *p, const legacy_state *s, const legacy_candidate *candidate)
{
    const legacy_number *number = legacy_find_number(candidate, "n_vocab", 7);
    const tg_error *error = &candidate->error;
    bool says = candidate->layout->layout == TG_LAYOUT_LLAMA && s->container->bit == LEGACY_GGML && number != NULL &&
                number->value == LEGACY_GPT4ALL_TOKENS && (p->settings->flags & TG_GPT4ALL_VOCABULARY) == 0;
    bool ends = candidate->done == LEGACY_GPT4ALL_TOKENS - 1 && error->offset == p->model->file_size;
    bool no_rank = error->status == TG_E_RANK || error->status == TG_E_RANK_SMALL;
    return says && (ends || (no_rank && error->offset == candidate->start));
}

/* What to tell a person where nothing that was found is known to be of that layout: it may be another. */
static tgi_hint guess_hint(const tgi_parse *p, const legacy_state *s, const legacy_candidate *candidate)
{
    bool gpt4all = lacks_token(p, s, candidate);
    for (uint32_t i = 0; i < s->num_candidates && !gpt4all; i++)
        if (s->candidates[i].layout->layout != candidate->layout->layout)
            return TGI_HINT_GUESSED_LAYOUT;
    return gpt4all ? TGI_HINT_GPT4ALL : TGI_HINT_NONE;
}

/* No layout explains the file: the error of the one that came closest. Others may have come as close that way. */
static tgi_step fail_as_closest(tgi_parse *p, const legacy_state *s)
{
    const legacy_candidate *closest = &s->candidates[0];
    for (uint32_t i = 1; i < s->num_candidates; i++)
        if (compare(s, &s->candidates[i], closest) > 0)
            closest = &s->candidates[i];
    *p->error = closest->error;
    p->error->reserved[TGI_ERROR_LAYOUT] = 0;
    tgi_hint hint = closest->evidence == 0 ? guess_hint(p, s, closest) : TGI_HINT_NONE;
    if (hint == TGI_HINT_GPT4ALL || p->error->reserved[TGI_ERROR_HINT] == TGI_HINT_NONE)
        p->error->reserved[TGI_ERROR_HINT] = hint;
    for (uint32_t i = 0; i < s->num_candidates; i++) {
        const legacy_candidate *other = &s->candidates[i];
        if (compare(s, other, closest) == 0 && other->error.status == closest->error.status &&
            other->error.offset == closest->error.offset)
            p->error->reserved[TGI_ERROR_LAYOUT] |= layout_bit(other);
    }
    return TGI_FAIL;
}

/* Frees what the winner does not need. */
static void forget_others(tgi_parse *p, legacy_state *s)
{
    tgi_arena *arena = &p->model->arena;
    for (uint32_t i = 0; i < s->num_candidates; i++) {
        tgi_arena_free(arena, s->candidates[i].numbers.data);
        if (i != s->winner)
            tgi_arena_free(arena, s->candidates[i].marks.data);
    }
    for (uint32_t i = 0; i < s->num_chains; i++) {
        if ((int)i == s->candidates[s->winner].chain)
            continue;
        tgi_arena_free(arena, s->chains[i].tensors.data);
        tgi_arena_free(arena, s->chains[i].dims.data);
        tgi_arena_free(arena, s->chains[i].names.data);
    }
}

static tgi_step decide(tgi_parse *p, legacy_state *s)
{
    uint64_t layouts = 0, num_layouts = 0;
    for (uint32_t i = 0; i < s->num_candidates; i++) {
        legacy_candidate *candidate = &s->candidates[i];
        if (candidate->chain >= 0)
            TGI_TRY(legacy_judge(p, s, candidate));
        if (!is_clean(candidate) || (layouts & layout_bit(candidate)) != 0)
            continue;
        s->winner = layouts == 0 ? i : s->winner;
        layouts |= layout_bit(candidate);
        num_layouts++;
    }
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    if (num_layouts == 0)
        return fail_as_closest(p, s);
    if (num_layouts > 1) {
        tgi_step step = tgi_report(p, TG_E_LAYOUT_AMBIGUOUS, 0, num_layouts, 1, "layouts");
        p->error->reserved[TGI_ERROR_LAYOUT] = layouts;
        return step;
    }
    TGI_TRY(legacy_build(p, s));
    forget_others(p, s);
    return TGI_DONE;
}

static tgi_step legacy_step(tgi_parse *p, void *state)
{
    legacy_state *s = (legacy_state *)state;
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    if (!s->listed)
        return begin_file(p, s);
    if (s->reading_headers)
        return header_step(p, s);
    tgi_step step = legacy_chains_step(p, s);
    return step == TGI_DONE ? decide(p, s) : step;
}

/* Is it unknown how the bits of quantized tensors are arranged? Files of ggml have said it since May 2023, rwkv.cpp's
 * since its version 101. */
static bool arrangement_unknown(const legacy_state *s)
{
    legacy_types types = s->candidates[s->winner].types;
    return types == LEGACY_TYPES_RWKV_100 ||
           (types == LEGACY_TYPES_GGJT1 && s->container->types == LEGACY_TYPES_BY_FTYPE);
}

static tgi_step legacy_finish(tgi_parse *p, void *state)
{
    legacy_state *s = (legacy_state *)state;
    TGI_TRY(tgi_check_duplicates(p));
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    if (p->model->tensors.count == 0)
        TGI_TRY(tgi_report(p, TG_W_NO_TENSORS, p->model->data_offset, 0, 1, "tensors"));
    if (!s->quantized || !arrangement_unknown(s))
        return TGI_OK;
    p->entry = TGI_ENTRY_TENSOR;
    p->index = s->quantized_index;
    return tgi_report(p, TG_W_QUANTIZATION_UNKNOWN, s->quantized_offset, 0, 0, "tensor type");
}

static bool begins_with_magic(tgi_cursor c, const char *magic)
{
    const uint8_t *bytes;
    return tgi_take(&c, 4, &bytes) && memcmp(bytes, magic, 4) == 0;
}

/* On disk, magics are back to front. */
#define LEGACY_FORMAT(name, magic, format)                                                                             \
    static bool name##_probe(tgi_cursor c)                                                                             \
    {                                                                                                                  \
        return begins_with_magic(c, magic);                                                                            \
    }                                                                                                                  \
    const tgi_format tgi_##name = {format, #name, sizeof(legacy_state), name##_probe, legacy_step, legacy_finish};

LEGACY_FORMAT(ggml, "lmgg", TG_FORMAT_GGML)
LEGACY_FORMAT(ggmf, "fmgg", TG_FORMAT_GGMF)
LEGACY_FORMAT(ggjt, "tjgg", TG_FORMAT_GGJT)
LEGACY_FORMAT(ggla, "algg", TG_FORMAT_GGLA)
LEGACY_FORMAT(ggcc, "ccgg", TG_FORMAT_GGCC)
LEGACY_FORMAT(ggmm, "mmgg", TG_FORMAT_GGMM)
LEGACY_FORMAT(repl, "lper", TG_FORMAT_REPL)
