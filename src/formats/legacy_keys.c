/* SPDX-License-Identifier: MIT */
/* The keys and tensors of the model, built from the candidate that won (see legacy.h): numbers as
 * "<layout>.<name>", tables and tokens as arrays, and general.architecture, so that one reader of keys does for all
 * formats. */
#include "legacy.h"

#include "../core/text.h"

#define LONGEST_KEY 128 /* bytes: names come from our own table */

static tgi_step add_key(tgi_parse *p, const char *name, uint64_t entry_offset, tg_value_type type, tgi_key *key)
{
    tgi_model *m = p->model;
    if (m->keys.count >= p->settings->limits.max_keys)
        return tgi_report(p, TG_E_LIMIT_KEYS, entry_offset, m->keys.count + 1, p->settings->limits.max_keys,
                          "number of keys");
    TGI_TRY(tgi_grow(p, &m->keys, sizeof(tgi_key), UINT64_MAX));
    key->seen.name.len = strlen(name);
    key->seen.index = m->keys.count;
    key->seen.entry_offset = entry_offset;
    key->seen.type = type;
    TGI_TRY(tgi_allocated(p, tgi_pool_add(m, name, key->seen.name.len, &key->name_offset)));
    ((tgi_key *)m->keys.data)[m->keys.count++] = *key;
    return TGI_OK;
}

/* "<layout>." and what follows. */
static tgi_text start_name(const legacy_candidate *candidate, char *buffer)
{
    tgi_text text = tgi_text_start(buffer, LONGEST_KEY);
    tgi_text_add(&text, tg_layout_name(candidate->layout->layout));
    tgi_text_add(&text, ".");
    return text;
}

static tgi_step add_architecture(tgi_parse *p, const legacy_candidate *candidate)
{
    const char *name = tg_layout_name(candidate->layout->layout);
    tgi_key key;
    memset(&key, 0, sizeof key);
    key.extra = strlen(name);
    TGI_TRY(tgi_allocated(p, tgi_pool_add(p->model, name, strlen(name), &key.value_offset)));
    return add_key(p, "general.architecture", 0, TG_VALUE_STRING, &key);
}

/* The value is copied, since some numbers stand between tensors. */
static tgi_step add_number(tgi_parse *p, const legacy_candidate *candidate, const legacy_number *number)
{
    char name[LONGEST_KEY];
    uint8_t bytes[4];
    tgi_key key;
    memset(&key, 0, sizeof key);
    tgi_text text = start_name(candidate, name);
    tgi_text_add(&text, number->prefix != NULL ? number->prefix : "");
    if (number->repeat != UINT32_MAX) {
        tgi_text_add_u64(&text, number->repeat);
        tgi_text_add(&text, ".");
    }
    tgi_text_add(&text, number->field->name);
    (void)tgi_text_end(&text);
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number->value >> (8 * i) & 0xFF);
    TGI_TRY(tgi_allocated(p, tgi_pool_add(p->model, bytes, sizeof bytes, &key.value_offset)));
    return add_key(p, name, number->offset, number->field->kind == LEGACY_FLOAT ? TG_VALUE_F32 : TG_VALUE_U32, &key);
}

static tgi_step add_array(tgi_parse *p, const char *name, const legacy_table *table, tg_value_type type,
                          uint32_t encoding)
{
    tgi_model *m = p->model;
    tgi_key key;
    memset(&key, 0, sizeof key);
    tgi_array array = {table->offset, table->len, table->count, m->marks.count, type, encoding};
    array.first_mark = table->first_mark;
    TGI_TRY(tgi_grow(p, &m->arrays, sizeof(tgi_array), UINT64_MAX));
    key.extra = m->arrays.count;
    ((tgi_array *)m->arrays.data)[m->arrays.count++] = array;
    return add_key(p, name, table->entry_offset, TG_VALUE_ARRAY, &key);
}

static tgi_step add_table_keys(tgi_parse *p, const legacy_candidate *candidate, const legacy_table *table)
{
    char name[LONGEST_KEY];
    tgi_text text = start_name(candidate, name);
    tgi_text_add(&text, table->name);
    (void)tgi_text_end(&text);
    if (table->type == TG_VALUE_NONE) {
        tgi_key key;
        memset(&key, 0, sizeof key);
        key.value_offset = table->offset;
        key.extra = table->len;
        return add_key(p, name, table->entry_offset, TG_VALUE_STRING, &key);
    }
    if (strchr(table->name, '.') != NULL) { /* a name that GGUF has too: no layout in front */
        TGI_TRY(add_array(p, table->name, table, table->type, table->encoding));
        if ((table->encoding & TGI_ENCODING_SCORED) == 0)
            return TGI_OK;
        uint32_t scores = (table->encoding & ~(uint32_t)TGI_ENCODING_SCORED) | TGI_ENCODING_SCORES;
        return add_array(p, "tokenizer.ggml.scores", table, TG_VALUE_F32, scores);
    }
    return add_array(p, name, table, table->type, table->encoding);
}

/* The tensors of the chain become those of the model; their names join the pool. */
static tgi_step take_tensors(tgi_parse *p, legacy_chain *chain)
{
    tgi_model *m = p->model;
    uint64_t names = 0;
    TGI_TRY(tgi_allocated(p, tgi_pool_add(m, chain->names.data, (size_t)chain->names.count, &names)));
    m->tensors = chain->tensors;
    m->dims = chain->dims;
    for (uint64_t i = 0; i < m->tensors.count; i++)
        tgi_tensor_at(m, i)->name_offset += names;
    tgi_arena_free(&m->arena, chain->names.data);
    return TGI_OK;
}

/* Where the first quantized tensor is whose bits may be arranged in several ways. */
static void find_quantized(tgi_parse *p, legacy_state *s)
{
    for (uint64_t i = 0; i < p->model->tensors.count && !s->quantized; i++) {
        const tgi_tensor *tensor = tgi_tensor_at(p->model, i);
        if (tg_dtype_describe(tensor->seen.dtype)->quantized) {
            s->quantized = true;
            s->quantized_index = i;
            s->quantized_offset = tensor->seen.entry_offset + 8;
        }
    }
}

tgi_step legacy_build(tgi_parse *p, legacy_state *s)
{
    tgi_model *m = p->model;
    legacy_candidate *winner = &s->candidates[s->winner];
    const legacy_number *numbers = (const legacy_number *)winner->numbers.data;
    p->entry = TGI_ENTRY_KEY;
    m->marks = winner->marks;
    TGI_TRY(add_architecture(p, winner));
    for (uint64_t i = 0; i < winner->numbers.count; i++)
        TGI_TRY(add_number(p, winner, &numbers[i]));
    for (size_t i = 0; i < winner->num_tables; i++)
        TGI_TRY(add_table_keys(p, winner, &winner->tables[i]));
    if (winner->parts > 1)
        TGI_TRY(legacy_mark_cuts(p, s, winner));
    TGI_TRY(take_tensors(p, &s->chains[winner->chain]));
    if (winner->parts > 1) {
        m->claim.kind = TG_SET_PARTS;
        m->claim.count = (uint32_t)winner->parts;
    }
    m->layout = winner->layout->layout;
    m->encoding = TGI_ENCODING_LENGTH_32;
    m->endian = TG_ENDIAN_LITTLE;
    m->alignment = s->container->padding;
    m->data_offset = m->tensors.count > 0 ? tgi_tensor_at(m, 0)->seen.offset : winner->start;
    p->keep = winner->start;
    find_quantized(p, s);
    return TGI_OK;
}
