/* SPDX-License-Identifier: MIT */
/* The caller's options: checked, and filled in with the defaults. Options grow at their ends, so a caller built
 * against an older header passes a shorter struct: what it does not have is taken as zero. */
#include "api.h"

#include <stdlib.h>
#include <string.h>

/* tg_limits and tg_options end here in the first version. */
#define OLDEST_LIMITS (offsetof(tg_limits, heap_factor) + sizeof(uint64_t))
#define OLDEST_OPTIONS (offsetof(tg_options, hash_key) + sizeof(const uint64_t *))

/* Blocks from this size on, in bytes, are pages of their own. */
#define LARGE_BLOCK ((size_t)1 << 20)

/* Does a block grow as the window does, of which more is to come? */
static bool doubles(size_t old_size, size_t new_size)
{
    return old_size > 0 && new_size > old_size + old_size / 2;
}

/* From one kind of memory to the other. */
static void *move_block(void *block, size_t old_size, size_t new_size)
{
    bool large = new_size >= LARGE_BLOCK;
    void *now = large ? tgi_pages_resize(NULL, 0, new_size, doubles(old_size, new_size)) : malloc(new_size);
    if (now == NULL)
        return NULL;
    memcpy(now, block, old_size < new_size ? old_size : new_size);
    if (large)
        free(block);
    else
        (void)tgi_pages_resize(block, old_size, 0, false);
    return now;
}

static void *default_resize(void *context, void *block, size_t old_size, size_t new_size)
{
    (void)context;
    bool was_large = old_size >= LARGE_BLOCK, is_large = new_size >= LARGE_BLOCK;
    if (block != NULL && new_size > 0 && was_large != is_large)
        return move_block(block, old_size, new_size);
    if (was_large || is_large)
        return tgi_pages_resize(block, old_size, new_size, doubles(old_size, new_size));
    if (new_size > 0)
        return realloc(block, new_size);
    free(block);
    return NULL;
}

static const tg_limits default_limits = {
    sizeof(tg_limits), 1u << 20, 1u << 20, UINT64_C(256) << 20, UINT64_C(128) << 20, 4, UINT64_C(16) << 20, 8, 10000,
};

static void use_default(uint64_t *field, uint64_t value)
{
    if (*field == 0)
        *field = value;
}

static bool fill_limits(const tg_limits *given, tg_limits *out)
{
    const tg_limits *d = &default_limits;
    memset(out, 0, sizeof *out);
    if (given != NULL) {
        if (given->struct_size < OLDEST_LIMITS)
            return false;
        memcpy(out, given, given->struct_size < sizeof *out ? given->struct_size : sizeof *out);
    }
    use_default(&out->max_tensors, d->max_tensors);
    use_default(&out->max_keys, d->max_keys);
    use_default(&out->max_header_bytes, d->max_header_bytes);
    use_default(&out->max_array_elements, d->max_array_elements);
    use_default(&out->max_array_depth, d->max_array_depth);
    use_default(&out->heap_base, d->heap_base);
    use_default(&out->heap_factor, d->heap_factor);
    use_default(&out->max_files, d->max_files);
    /* The tables of names count in 32 bits. */
    return out->max_array_depth <= TGI_MAX_ARRAY_DEPTH && out->max_tensors < UINT32_MAX && out->max_keys < UINT32_MAX &&
           out->max_files < UINT32_MAX;
}

/* The set of warnings that are errors, as bits. */
static bool fill_strict(const tg_options *options, uint64_t *out)
{
    *out = (options->flags & TG_STRICT) != 0 ? UINT64_MAX : 0;
    if (options->num_strict > 0 && options->strict == NULL)
        return false;
    for (size_t i = 0; i < options->num_strict; i++) {
        if (!tg_status_is_warning(options->strict[i]))
            return false;
        *out |= UINT64_C(1) << (options->strict[i] - TGI_FIRST_WARNING);
    }
    return true;
}

static bool layout_of_name(const char *name, tg_layout *out)
{
    tg_layout layout;
    for (size_t i = 0; tg_layout_at(i, &layout); i++) {
        if (strcmp(name, tg_layout_name(layout)) == 0) {
            *out = layout;
            return true;
        }
    }
    return false;
}

bool tgi_settings_from(const tg_options *options, tgi_settings *out, const char **out_what)
{
    static const tg_allocator usual = {default_resize, NULL};
    tg_options o;
    memset(&o, 0, sizeof o);
    out->layout = TG_LAYOUT_NONE;
    *out_what = "options.struct_size";
    if (options != NULL) {
        if (options->struct_size < OLDEST_OPTIONS)
            return false;
        memcpy(&o, options, options->struct_size < sizeof o ? options->struct_size : sizeof o);
    }
    *out_what = "options.flags";
    if ((o.flags & ~(TG_CHECK_TEXT | TG_STABLE_MEMORY | TG_STRICT | TG_GUARD | TG_SEALED_COPY | TG_SINGLE_FILE |
                     TG_NO_FOLLOW | TG_GPT4ALL_VOCABULARY)) != 0)
        return false;
    *out_what = "options.profile";
    if (o.profile > TG_PROFILE_LLAMA_CPP)
        return false;
    *out_what = "options.layout";
    if (o.layout != NULL && !layout_of_name(o.layout, &out->layout))
        return false;
    *out_what = "options.limits";
    if (!fill_limits(o.limits, &out->limits))
        return false;
    *out_what = "options.strict";
    if (!fill_strict(&o, &out->strict))
        return false;
    *out_what = "options.allocator";
    if (o.allocator != NULL && o.allocator->resize == NULL)
        return false;
    out->allocator = o.allocator != NULL ? *o.allocator : usual;
    out->flags = o.flags;
    out->profile = o.profile;
    out->region_offset = o.region_offset;
    out->region_len = o.region_len;
    out->member = o.member;
    out->member_seen = o.member_seen;
    out->member_context = o.member_context;
    uint64_t random[2] = {0, 0};
    if (o.hash_key == NULL)
        tgi_random(random, sizeof random);
    const uint64_t *key = o.hash_key != NULL ? o.hash_key : random;
    tgi_hash_key hash = {key[0], key[1], UINT64_MAX};
    out->hash = hash;
    return true;
}
