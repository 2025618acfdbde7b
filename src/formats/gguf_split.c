/* SPDX-License-Identifier: MIT */
/* GGUF: the keys by which a file says that it is a part of a split model (llama.cpp's gguf-split writes them). What can
 * be judged without the other parts is judged here; the rest is in sets/. split.count of 0 or 1 says that the file is
 * whole: the merging tool leaves 0. */
#include "gguf.h"

/* A split key and its number; `key` is NULL where the file does not have it. */
typedef struct split_key {
    const tgi_key *key;
    int64_t number;
} split_key;

static tgi_step find_split_key(tgi_parse *p, const char *name, tg_value_type type, split_key *out)
{
    const tgi_model *m = p->model;
    tgi_entries keys = tgi_key_entries(m);
    tg_bytes bytes = {name, strlen(name)};
    const tgi_key *key = (const tgi_key *)tgi_names_find(&m->key_names, &m->hash, &keys, bytes);
    out->key = key;
    out->number = 0;
    if (key == NULL)
        return TGI_OK;
    p->entry = TGI_ENTRY_KEY;
    p->index = key->seen.index;
    tg_value value = tgi_key_value(m, key);
    if (key->seen.type != type || !tg_value_i64(&value, &out->number))
        return tgi_report(p, TG_E_SPLIT_TYPE, key->seen.entry_offset, 0, 0, "type of the value");
    return TGI_OK;
}

/* Reports what is wrong with the value of a split key. */
static tgi_step bad_value(tgi_parse *p, tg_status status, const split_key *split, int64_t limit, const char *what)
{
    p->entry = TGI_ENTRY_KEY;
    p->index = split->key->seen.index;
    uint64_t found = split->number < 0 ? 0 : (uint64_t)split->number;
    return tgi_report(p, status, split->key->value_offset, found, (uint64_t)limit, what);
}

tgi_step gguf_split(tgi_parse *p)
{
    tgi_model *m = p->model;
    split_key number, count, tensors;
    TGI_TRY(find_split_key(p, "split.no", TG_VALUE_U16, &number));
    TGI_TRY(find_split_key(p, "split.tensors.count", TG_VALUE_I32, &tensors));
    TGI_TRY(find_split_key(p, "split.count", TG_VALUE_U16, &count));
    if (count.number <= 1)
        return TGI_OK;
    if (number.key == NULL || tensors.key == NULL)
        return tgi_report(p, TG_E_SPLIT_KEY, count.key->seen.entry_offset, 0, 0, "name");
    if (number.number >= count.number)
        return bad_value(p, TG_E_SPLIT_NUMBER, &number, count.number - 1, "split.no");
    if (tensors.number < 0 || (uint64_t)tensors.number < m->tensors.count)
        return bad_value(p, TG_E_SPLIT_TENSORS, &tensors, (int64_t)m->tensors.count, "split.tensors.count");
    tgi_claim claim = {
        TG_SET_SPLIT_GGUF,      (uint32_t)number.number, (uint32_t)count.number,  (uint64_t)tensors.number,
        number.key->seen.index, count.key->seen.index,   tensors.key->seen.index,
    };
    m->claim = claim;
    return TGI_OK;
}
