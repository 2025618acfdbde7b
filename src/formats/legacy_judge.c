/* SPDX-License-Identifier: MIT */
/* Are the tensors of a chain those of a layout (see legacy.h)? Each tensor is compared with the anchors of the row: its
 * name, its shape in hyper-parameters, and at the end whether all that are required have come. Linear in the tensors:
 * what is done for one is bounded by the anchors of a row. */
#include "legacy.h"

#define MOST_PARTS 64 /* LLaMA 65B has 8 */

/* An anchor, in this file. */
typedef struct judge_anchor {
    legacy_shape shape;
    uint64_t layers; /* that it stands for: 1 without % */
    uint64_t seen;
    size_t shared; /* bytes of the pattern that are those of the one before it */
    size_t next;   /* the first behind it that shares less */
} judge_anchor;

typedef struct judge {
    const legacy_chain *chain;
    legacy_candidate *candidate;
    uint32_t choices; /* of shapes that all tensors so far have had */
    size_t num_anchors;
    judge_anchor anchors[];
} judge;

static const char *listed_name(const judge *j, const tgi_tensor *tensor)
{
    return (const char *)j->chain->names.data + tensor->name_offset;
}

/* Of the record that the chain failed in, where its name was read: the last one. */
static const char *failed_name(const judge *j)
{
    return (const char *)j->chain->names.data + (j->chain->names.count - j->chain->last_name);
}

/* The number of a layer, in decimal and without leading zeros, below `layers`. */
static bool take_layer(const char *name, size_t len, size_t *at, uint64_t layers)
{
    size_t start = *at;
    uint64_t number = 0;
    while (*at < len && name[*at] >= '0' && name[*at] <= '9' && number < layers)
        number = number * 10 + (uint64_t)(name[(*at)++] - '0');
    return *at > start && (name[start] != '0' || *at == start + 1) && number < layers;
}

/* How far a name was that of a pattern. */
typedef struct pattern_fit {
    size_t len;    /* bytes of the pattern */
    size_t number; /* where in the pattern % was; SIZE_MAX: not reached */
    size_t digits; /* that stand for it */
} pattern_fit;

#define NO_FIT                                                                                                         \
    {                                                                                                                  \
        0, SIZE_MAX, 0                                                                                                 \
    }

/* Is `name` that of `pattern`, with the number of a layer for %? The first `shared` bytes of the pattern are known to
 * fit: `fit` says how, and then how far it goes. */
static bool fits_pattern(const char *pattern, size_t shared, const char *name, size_t len, uint64_t layers,
                         pattern_fit *fit)
{
    size_t at = shared;
    if (fit->number < shared)
        at += fit->digits - 1;
    else
        fit->number = SIZE_MAX;
    fit->len = shared;
    if (*pattern == '*') {
        size_t tail = strlen(++pattern);
        return tail < len && memcmp(name + (len - tail), pattern, tail) == 0;
    }
    for (; pattern[fit->len] != '\0'; fit->len++) {
        if (pattern[fit->len] != '%') {
            if (at == len || name[at++] != pattern[fit->len])
                return false;
            continue;
        }
        size_t start = at;
        if (!take_layer(name, len, &at, layers))
            return false;
        fit->number = fit->len;
        fit->digits = at - start;
    }
    return at == len;
}

/* A part of a model of 2023 has a share of the columns of its first anchor. The number of parts is nowhere else, as its
 * loaders had it: false where that tensor has not come. `*out` is 0 for a whole model. */
static bool count_parts(const judge *j, uint64_t *out)
{
    const legacy_anchor *first = j->candidate->layout->anchors;
    const tgi_tensor *tensors = (const tgi_tensor *)j->chain->tensors.data;
    const uint64_t *dims = (const uint64_t *)j->chain->dims.data;
    size_t len = first != NULL ? strcspn(first->dims, ":,") : 0;
    pattern_fit fit = NO_FIT;
    uint64_t whole;
    *out = 0;
    if (len == 0 || first->dims[len] != ':' || !legacy_size(j->candidate, first->dims, len, &whole))
        return true;
    for (uint64_t i = 0; i < j->chain->tensors.count; i++) {
        const char *name = listed_name(j, &tensors[i]);
        if (tensors[i].seen.num_dims == 0) /* no dims at all: no list */
            continue;
        if (fits_pattern(first->name, 0, name, tensors[i].seen.name.len, 1, &fit)) {
            bool shared = whole > dims[0] && whole % dims[0] == 0 && whole / dims[0] <= MOST_PARTS;
            *out = shared ? whole / dims[0] : 0;
            return true;
        }
        dims += tensors[i].seen.num_dims;
    }
    return false;
}

static size_t shared_prefix(const char *a, const char *b)
{
    size_t len = 0;
    while (a[len] != '\0' && a[len] != '*' && a[len] == b[len])
        len++;
    return len;
}

/* Evaluates the row for this file. Anchors whose size has no value, or that stand for no layer, fit nothing. */
static void resolve_anchors(judge *j)
{
    const legacy_anchor *anchors = j->candidate->layout->anchors;
    bool counted = count_parts(j, &j->candidate->parts);
    const char *last = NULL; /* the number of layers that was evaluated last, which is mostly that of the next too */
    uint64_t last_layers = 1;
    for (size_t i = 0; i < j->num_anchors; i++) {
        judge_anchor *anchor = &j->anchors[i];
        const char *layers = anchors[i].layers;
        if (layers == NULL)
            last_layers = 1;
        else if (layers != last && !legacy_size(j->candidate, layers, strlen(layers), &last_layers))
            last_layers = 0;
        last = layers;
        anchor->layers = last_layers;
        if (!legacy_read_shape(j->candidate, anchors[i].dims, &anchor->shape))
            anchor->layers = 0;
        if (!counted && anchor->shape.split > 0) /* any share: the file ends before it says which */
            anchor->shape.any[anchor->shape.split - 1] = true;
        if (i > 0 && anchor->layers == j->anchors[i - 1].layers)
            anchor->shared = shared_prefix(anchors[i - 1].name, anchors[i].name);
    }
    for (size_t next, i = j->num_anchors; i > 0; i--) {
        for (next = i; next < j->num_anchors && j->anchors[next].shared >= j->anchors[i - 1].shared;)
            next = j->anchors[next].next;
        j->anchors[i - 1].next = next;
    }
    j->choices = UINT32_MAX;
}

/* The anchor of that name; `num_anchors` where there is none. What a pattern shares with the one before it is compared
 * once, and all patterns are passed over that share more than fits: else names that begin as many do would be dear. */
static size_t find_anchor(const judge *j, const char *name, size_t len)
{
    const legacy_anchor *anchors = j->candidate->layout->anchors;
    pattern_fit fit = NO_FIT;
    for (size_t i = 0; i < j->num_anchors;) {
        const judge_anchor *anchor = &j->anchors[i];
        bool may = fit.len >= anchor->shared;
        if (may && fits_pattern(anchors[i].name, anchor->shared, name, len, anchor->layers, &fit))
            return i;
        i = may ? i + 1 : anchor->next;
    }
    return j->num_anchors;
}

/* One tensor: `dims` are its dimensions. */
static tgi_step judge_tensor(tgi_parse *p, judge *j, const tgi_tensor *tensor, const uint64_t *dims)
{
    const legacy_layout *layout = j->candidate->layout;
    const char *name = listed_name(j, tensor);
    size_t len = tensor->seen.name.len, i = find_anchor(j, name, len);
    uint32_t choices = j->choices;
    p->index = tensor->seen.index;
    if (layout->longest_name > 0 && len > layout->longest_name)
        TGI_TRY(legacy_fault(p, j->candidate, TG_E_NAME_LENGTH, tensor->seen.entry_offset + 4, len,
                             layout->longest_name, "name"));
    if (i == j->num_anchors) {
        if (!layout->closed)
            return TGI_OK;
        return legacy_fault(p, j->candidate, TG_E_TENSOR_UNKNOWN, tensor->seen.entry_offset, 0, 0, "name");
    }
    j->anchors[i].seen++;
    j->candidate->evidence++;
    if (!legacy_shape_fits(&j->anchors[i].shape, dims, tensor->seen.num_dims, &choices))
        return legacy_fault(p, j->candidate, TG_E_TENSOR_SHAPE, tensor->seen.entry_offset + 12, 0, 0, "dimensions");
    j->choices = choices;
    j->candidate->evidence++;
    return TGI_OK;
}

/* How many tensors have not come: those that must, and those that may. */
static uint64_t count_missing(const judge *j, bool optional)
{
    const legacy_layout *layout = j->candidate->layout;
    uint64_t missing = 0;
    for (size_t i = 0; i < j->num_anchors; i++)
        if (layout->anchors[i].optional == optional && j->anchors[i].seen < j->anchors[i].layers)
            missing += j->anchors[i].layers - j->anchors[i].seen;
    if (layout->paired && !optional) {
        uint64_t first = j->anchors[0].seen, second = j->anchors[1].seen;
        missing += first > second ? first - second : second - first;
    }
    return missing;
}

/* What the end of the chain means for this layout. */
static tgi_step judge_end(tgi_parse *p, judge *j)
{
    const legacy_chain *chain = j->chain;
    uint64_t size = p->model->file_size, missing = count_missing(j, false);
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    if (!chain->failed) {
        bool none = chain->tensors.count == 0, guessed = p->settings->layout == TG_LAYOUT_NONE;
        if (none && legacy_num_tokens(j->candidate) >= (guessed ? LEGACY_LEAST_TOKENS : 1))
            return TGI_OK;
        /* A record has at least 14 bytes. */
        if (missing > 0 || none)
            return legacy_fault(p, j->candidate, TG_E_TENSOR_MISSING, size, 0, missing > 0 ? missing * 14 : 14,
                                "tensors");
        return TGI_OK;
    }
    /* Only a layout that is complete shows that what follows is no further tensor. */
    bool all = j->num_anchors > 0 && j->candidate->layout->closed && !j->candidate->layout->paired && missing == 0 &&
               count_missing(j, true) == 0;
    if (all && chain->error.status == TG_E_TRUNCATED && chain->tensors.count > 0)
        return legacy_fault(p, j->candidate, TG_E_STRAY_BYTES, chain->at, size - chain->at, 0, NULL);
    if (!j->candidate->faulty)
        j->candidate->error = chain->error;
    j->candidate->stopped = true;
    return TGI_OK;
}

/* Is no tensor of a short chain one of the row, by its name, whatever the number of its layer? To ask that costs less
 * than to evaluate the row, and of most files all rows but one are foreign. Then the first tensor is at fault, or the
 * record that the chain failed in, and nothing speaks for the row. */
static bool is_foreign(const judge *j)
{
    const legacy_anchor *anchors = j->candidate->layout->anchors;
    const tgi_tensor *tensors = (const tgi_tensor *)j->chain->tensors.data;
    uint64_t count = j->chain->tensors.count;
    if (count == 0 ? !j->chain->failed : count > 16 || !j->candidate->layout->closed)
        return false;
    for (uint64_t i = 0; i <= count; i++) {
        size_t len = i < count ? tensors[i].seen.name.len : (size_t)j->chain->last_name;
        if (len == 0) /* no names at all: no list */
            continue;
        const char *name = i < count ? listed_name(j, &tensors[i]) : failed_name(j);
        for (size_t k = 0; k < j->num_anchors; k++) {
            pattern_fit fit = NO_FIT;
            if (fits_pattern(anchors[k].name, 0, name, len, UINT64_MAX / 10, &fit))
                return false;
        }
    }
    return true;
}

static tgi_step judge_chain(tgi_parse *p, judge *j)
{
    const tgi_tensor *tensors = (const tgi_tensor *)j->chain->tensors.data;
    const uint64_t *dims = (const uint64_t *)j->chain->dims.data;
    if (is_foreign(j))
        j->num_anchors = 0;
    resolve_anchors(j);
    for (uint64_t i = 0; i < j->chain->tensors.count; i++) {
        p->entry = TGI_ENTRY_TENSOR;
        TGI_TRY(judge_tensor(p, j, &tensors[i], dims));
        if (tensors[i].seen.num_dims > 0) /* no dims at all: no list */
            dims += tensors[i].seen.num_dims;
    }
    if (j->chain->last_name > 0)
        j->candidate->evidence += find_anchor(j, failed_name(j), j->chain->last_name) < j->num_anchors;
    return j->candidate->stopped ? TGI_OK : judge_end(p, j);
}

static tgi_step begin_judge(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate, judge **out)
{
    const legacy_anchor *anchors = candidate->layout->anchors;
    void *block = NULL;
    size_t count = 0;
    while (anchors != NULL && anchors[count].name != NULL)
        count++;
    size_t size = sizeof(judge) + count * sizeof(judge_anchor); /* of our own table: small */
    TGI_TRY(tgi_allocated(p, tgi_arena_resize(&p->model->arena, &block, size)));
    memset(block, 0, size);
    *out = (judge *)block;
    (*out)->num_anchors = count;
    (*out)->chain = &s->chains[candidate->chain];
    (*out)->candidate = candidate;
    return TGI_OK;
}

tgi_step legacy_mark_cuts(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate)
{
    judge *j = NULL;
    TGI_TRY(begin_judge(p, s, candidate, &j));
    resolve_anchors(j);
    tgi_tensor *tensors = (tgi_tensor *)j->chain->tensors.data;
    for (uint64_t i = 0; i < j->chain->tensors.count; i++) {
        const char *name = listed_name(j, &tensors[i]);
        size_t anchor = find_anchor(j, name, tensors[i].seen.name.len);
        tensors[i].cut = anchor < j->num_anchors ? j->anchors[anchor].shape.split : 0;
    }
    tgi_arena_free(&p->model->arena, j);
    return TGI_OK;
}

tgi_step legacy_judge(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate)
{
    const legacy_chain *chain = &s->chains[candidate->chain];
    judge *j = NULL;
    TGI_TRY(begin_judge(p, s, candidate, &j));
    tgi_step step = judge_chain(p, j);
    tgi_arena_free(&p->model->arena, j);
    if (candidate->reach > 0) /* it was stopped before the end of the chain */
        return step;
    bool cut = chain->failed && tg_status_class(chain->error.status) != TG_CLASS_TRUNCATED;
    candidate->reach = cut ? chain->error.offset : p->model->file_size;
    return step;
}
