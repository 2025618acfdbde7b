/* SPDX-License-Identifier: MIT */
/* Changes of a file or of the options whose effect on the verdict is known (see oracle_vary in oracle.h). */
#include "oracle.h"

#include "fuzz.h"
#include "model_check.h"

#include <stdlib.h>

typedef struct variation {
    const ref_file *file;
    const oracle_options *options;
    const oracle_verdict *base;
    uint64_t random;
} variation;

static uint64_t pick(variation *v, uint64_t below)
{
    return below > 0 ? fuzz_random(&v->random) % below : 0;
}

static oracle_verdict open_again(const variation *v, const oracle_options *options)
{
    return oracle_open(v->file, options, ORACLE_READER, NULL);
}

/* The k-th call for memory fails: the memory status, or, where the call was one that may fail, the same verdict. */
static void vary_memory(variation *v)
{
    int64_t k = (int64_t)(1 + pick(v, v->base->calls + 1));
    const oracle_how how = {(v->random & 1) != 0 ? k : -k, false, NULL, NULL, NULL};
    oracle_verdict starved = oracle_open(v->file, v->options, ORACLE_READER, &how);
    if (starved.status != TG_E_NO_MEMORY)
        oracle_same(v->base, &starved, "a failed allocation changed the verdict");
    else
        FUZZ_CHECK((uint64_t)k <= v->base->calls, "out of memory, though nothing failed");
}

/* Tight limits on the heap: the same verdict, or the limit. oracle_open compares the peak. */
static void vary_heap(variation *v)
{
    oracle_options tight = *v->options;
    tight.limits.heap_base = 262144 + pick(v, 16384); /* what is set aside, and room for some entries */
    tight.limits.heap_factor = 3 + pick(v, 3);
    oracle_verdict other = open_again(v, &tight);
    if (other.status != TG_E_LIMIT_HEAP && v->base->status != TG_E_LIMIT_HEAP)
        oracle_same(v->base, &other, "a limit on the heap changed the verdict");
    oracle_verdict in_place = oracle_open(v->file, &tight, ORACLE_MEMORY, NULL);
    if (v->file->len == v->file->size)
        oracle_same(&other, &in_place, "a limit on the heap depends on the source");
}

/* A legacy file that no layout explains is rejected for what is wrong with it as the layout that came closest. Which
 * one that is depends on how far each was read, and a layout that is known to be wrong is not read beyond a limit: then
 * the file is still rejected, but perhaps for something else. */
static void same_unless_guessed(const variation *v, const oracle_verdict *other, const char *what)
{
    if (oracle_is_legacy(v->file) && v->base->status != TG_OK)
        FUZZ_CHECK(other->status != TG_OK, what);
    else
        oracle_same(v->base, other, what);
}

/* What was accepted stays accepted, and so does every refusal that is not about a limit. */
static void vary_raised(variation *v)
{
    oracle_options raised = *v->options;
    raised.limits = ref_limits(&v->options->limits);
    raised.limits.max_tensors *= 2;
    raised.limits.max_keys *= 2;
    raised.limits.max_header_bytes *= 2;
    raised.limits.max_array_elements *= 2;
    raised.limits.max_array_depth = 16;
    raised.limits.heap_base *= 2;
    oracle_verdict other = open_again(v, &raised);
    if (tg_status_class(v->base->status) != TG_CLASS_LIMIT)
        same_unless_guessed(v, &other, "larger limits changed the verdict");
}

static void vary_lowered(variation *v)
{
    oracle_options lowered = *v->options;
    uint64_t *const fields[] = {&lowered.limits.max_tensors, &lowered.limits.max_keys, &lowered.limits.max_header_bytes,
                                &lowered.limits.max_array_elements, &lowered.limits.max_array_depth};
    uint64_t which = pick(v, 5), now = *fields[which];
    *fields[which] = which == 2 ? 4 + pick(v, v->file->len + 1) : 1 + pick(v, 4); /* the magic has 4 bytes */
    if (now != 0 && *fields[which] > now)
        *fields[which] = now;
    oracle_verdict other = open_again(v, &lowered);
    bool detected = v->base->status == TG_E_MAGIC || v->base->status == TG_E_FORMAT;
    if (which == 2 && detected) /* the hint is taken from what may be read */
        FUZZ_CHECK(other.status == v->base->status, "a smaller limit changed the verdict");
    else if (tg_status_class(other.status) != TG_CLASS_LIMIT)
        same_unless_guessed(v, &other, "a smaller limit changed the verdict");
}

/* With warnings as errors, a model without warnings stays, and one with them falls to one of them. */
static void vary_strict(variation *v)
{
    oracle_options strict = *v->options;
    strict.flags ^= TG_STRICT;
    oracle_verdict other = open_again(v, &strict);
    const oracle_verdict *hard = (strict.flags & TG_STRICT) != 0 ? &other : v->base;
    const oracle_verdict *soft = hard == v->base ? &other : v->base;
    if (tg_status_is_warning(hard->status)) {
        if (soft->status == TG_OK)
            FUZZ_CHECK((soft->warnings >> ((unsigned)hard->status - REF_FIRST_WARNING) & 1) != 0, "no such warning");
        return;
    }
    oracle_same(hard, soft, "strictness changed more than warnings");
    FUZZ_CHECK(hard->status != TG_OK || hard->warnings == 0, "a warning that is no error though strict");
}

/* Looking at all text adds warnings, and changes nothing else. */
static void vary_text(variation *v)
{
    oracle_options other_way = *v->options;
    other_way.flags ^= TG_CHECK_TEXT;
    other_way.flags &= ~TG_STRICT;
    oracle_options same_way = *v->options;
    same_way.flags &= ~TG_STRICT;
    oracle_verdict a = open_again(v, &same_way), b = open_again(v, &other_way);
    uint64_t text = UINT64_C(1) << ((unsigned)TG_W_TEXT_ELEMENT - REF_FIRST_WARNING);
    FUZZ_CHECK(a.status == b.status && (a.warnings & ~text) == (b.warnings & ~text), "text changed the verdict");
    FUZZ_CHECK(((same_way.flags & TG_CHECK_TEXT) != 0 ? b.warnings & text : a.warnings & text) == 0, "unasked");
}

/* What the profile accepts, the format accepts with the same model. */
static void vary_profile(variation *v)
{
    oracle_options profiled = *v->options, plain = *v->options;
    profiled.profile = TG_PROFILE_LLAMA_CPP;
    plain.profile = TG_PROFILE_NONE;
    oracle_verdict a = open_again(v, &profiled), b = open_again(v, &plain);
    bool demanded = a.status >= TG_E_PROFILE_FORMAT && a.status <= TG_E_PROFILE_DIMS;
    if (!demanded)
        oracle_same(&a, &b, "the profile changed more than it demands");
}

/* The last byte of any tensor that has bytes. */
static uint64_t end_of_data(const variation *v)
{
    const tg_options options = oracle_given(v->options, NULL);
    tg_model *model = NULL;
    uint64_t end = 0;
    if (tg_open_memory(v->file->data, (size_t)v->file->len, &options, &model, NULL) != TG_OK)
        return 0;
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        uint64_t needed = t->size > 0 ? t->offset + t->size : t->entry_offset + 1;
        end = needed > end ? needed : end;
    }
    for (uint64_t i = 0; i < tg_model_num_keys(model); i++)
        if (tg_model_key(model, i)->entry_offset + 1 > end)
            end = tg_model_key(model, i)->entry_offset + 1;
    tg_close(model);
    return end;
}

/* Layouts that know neither how many tensors there are nor all of their names, or where some are optional. */
static bool is_open_ended(tg_layout layout)
{
    static const tg_layout layouts[] = {
        TG_LAYOUT_RWKV,
        TG_LAYOUT_PARAKEET,
        TG_LAYOUT_ENCODEC,
        TG_LAYOUT_BARK,
        TG_LAYOUT_CLIP,
        TG_LAYOUT_SAM,
        TG_LAYOUT_LORA,
        TG_LAYOUT_GPT2,
        TG_LAYOUT_FALCON,
        TG_LAYOUT_FALCON_RUSTFORMERS,
        TG_LAYOUT_STABLE_DIFFUSION,
        TG_LAYOUT_STABLE_DIFFUSION_LORA,
    };
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (layouts[i] == layout)
            return true;
    return false;
}

/* May a legacy file end at that byte? Behind a vocabulary it may, and behind a tensor of such a layout: nothing says
 * that more follows. */
static bool may_end(const variation *v, uint64_t at)
{
    const tg_options options = oracle_given(v->options, NULL);
    tg_model *model = NULL;
    bool may = false;
    if (tg_open_memory(v->file->data, (size_t)v->file->len, &options, &model, NULL) != TG_OK)
        return false;
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        may = may || (i == 0 && at == t->entry_offset);
        may = may || (is_open_ended(tg_model_layout(model)) && at == t->offset + t->size);
    }
    may = may && oracle_is_legacy(v->file);
    tg_close(model);
    return may;
}

/* A prefix of an accepted file that ends before its last needed byte is truncated. */
static void vary_cut(variation *v)
{
    if (v->file->len != v->file->size || v->base->status != TG_OK || oracle_may_be_zip(v->file))
        return;
    uint64_t end = end_of_data(v);
    if (end == 0)
        return;
    ref_file cut = *v->file;
    cut.len = cut.size = (v->random & 3) == 0 ? end - 1 : pick(v, end);
    oracle_verdict other = oracle_open(&cut, v->options, ORACLE_READER, NULL);
    if (may_end(v, cut.len))
        return;
    FUZZ_CHECK(other.status != TG_OK, "a truncated file is accepted");
    if (cut.len >= 64)
        FUZZ_CHECK(tg_status_class(other.status) == TG_CLASS_TRUNCATED, "a truncated file is called something else");
}

/* Bytes behind the end: what was missing is then there; what was wrong stays wrong. */
static void vary_longer(variation *v)
{
    const oracle_verdict *base = v->base;
    ref_file longer = *v->file;
    tg_class class_ = tg_status_class(base->status);
    uint64_t missing = class_ == TG_CLASS_TRUNCATED ? base->error.limit - base->error.found : 1;
    if (missing > 65536 || oracle_may_be_zip(v->file))
        return; /* headers of zeros would only take time */
    longer.size += missing;
    oracle_verdict other = oracle_open(&longer, v->options, ORACLE_READER, NULL);
    if (base->status == TG_E_TRUNCATED || base->status == TG_E_COUNT_TRUNCATED)
        FUZZ_CHECK(other.status != base->status || other.error.offset != base->error.offset ||
                       other.error.index != base->error.index || other.error.limit != base->error.limit,
                   "what was missing is there, and still missed");
    if (oracle_is_legacy(v->file) && base->status == TG_OK)
        FUZZ_CHECK(other.status != TG_OK, "a byte behind the last record");
    if (v->file->len < 4 || memcmp(v->file->data, "GGUF", 4) != 0)
        return; /* other formats have rules for what follows the data */
    bool warned = tg_status_is_warning(base->status) || tg_status_is_warning(other.status);
    bool detected = base->status == TG_E_MAGIC || base->status == TG_E_FORMAT || base->status == TG_E_EMPTY_FILE;
    if ((class_ == TG_CLASS_MALFORMED || class_ == TG_CLASS_UNSUPPORTED) && !warned && !detected)
        FUZZ_CHECK(other.status == base->status && other.error.offset == base->error.offset, "a later byte mends");
    if (base->status == TG_OK && (v->options->flags & TG_STRICT) == 0)
        FUZZ_CHECK(other.status == TG_OK || other.status == TG_E_DATA_AFTER || other.status == TG_E_LIMIT_HEADER,
                   "a byte behind the end is an error"); /* it may be padding, which is part of the header */
}

void oracle_vary(const ref_file *file, const oracle_options *options, const oracle_verdict *base, uint64_t hash)
{
    static void (*const variations[])(variation *) = {
        vary_memory, vary_memory,  vary_heap, vary_raised, vary_lowered, vary_strict,
        vary_text,   vary_profile, vary_cut,  vary_cut,    vary_longer,
    };
    variation v = {file, options, base, hash};
    uint64_t which = fuzz_random(&v.random) % (sizeof variations / sizeof variations[0]);
    (void)fuzz_random(&v.random);
    variations[which](&v);
}
