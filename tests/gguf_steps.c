/* SPDX-License-Identifier: MIT */
/* The fields of a written description in the order of reading: see gguf_steps.h. */
#include "gguf_steps.h"

#include <stdlib.h>

static void add(gb_steps *s, gb_step step)
{
    s->steps = (gb_step *)must_grow(s->steps, s->count, sizeof *s->steps);
    s->steps[s->count++] = step;
}

static void add_field(gb_steps *s, uint64_t offset, uint64_t size, uint64_t index)
{
    add(s, (gb_step){offset, size, index, 0, 0, false});
}

static void add_count(gb_steps *s, uint64_t count_at, uint64_t after, uint64_t need, uint64_t index)
{
    if (need > 0)
        add(s, (gb_step){after, 0, index, need, count_at, false});
}

static void add_string(gb_steps *s, const gb_model *m, uint64_t length_at, const bytes *text, uint64_t index)
{
    add_field(s, length_at, gb_count_size(m), index);
    add_field(s, length_at + gb_count_size(m), text->len, index);
}

static void add_value(gb_steps *s, const gb_model *m, const gb_value *value, uint64_t index);

static void add_array(gb_steps *s, const gb_model *m, const gb_value *array, uint64_t index)
{
    uint64_t count_size = gb_count_size(m);
    uint64_t size = gb_type_size(array->element_type);
    uint64_t smallest = array->element_type == GB_STRING ? count_size : 4 + count_size;
    add_field(s, array->at.element_type, 4, index);
    add_field(s, array->at.count, count_size, index);
    add_count(s, array->at.count, array->at.elements, array->count * (size > 0 ? size : smallest), index);
    if (size > 0)
        add(s, (gb_step){array->at.elements, array->count * size, index, 0, 0, true});
    else
        for (size_t i = 0; i < array->count; i++)
            add_value(s, m, &array->elements[i], index);
}

static void add_value(gb_steps *s, const gb_model *m, const gb_value *value, uint64_t index)
{
    if (value->type == GB_STRING)
        add_string(s, m, value->at.length, &value->text, index);
    else if (value->type == GB_ARRAY)
        add_array(s, m, value, index);
    else
        add_field(s, value->at.value, gb_type_size(value->type), index);
}

gb_steps gb_steps_of(const gb_model *m)
{
    gb_steps s = {NULL, 0};
    add_field(&s, m->at.version, 4, TG_NO_INDEX);
    add_field(&s, m->at.num_tensors, gb_count_size(m), TG_NO_INDEX);
    add_field(&s, m->at.num_keys, gb_count_size(m), TG_NO_INDEX);
    add_count(&s, m->at.num_tensors, m->at.entries, m->num_tensors * gb_min_tensor(m), TG_NO_INDEX);
    add_count(&s, m->at.num_keys, m->at.entries, m->num_keys * gb_min_key(m), TG_NO_INDEX);
    for (size_t i = 0; i < m->num_keys; i++) {
        const gb_key *key = &m->keys[i];
        add_string(&s, m, key->at.length, &key->name, i);
        add_field(&s, key->at.type, 4, i);
        add_value(&s, m, &key->value, i);
    }
    for (size_t i = 0; i < m->num_tensors; i++) {
        const gb_tensor *t = &m->tensors[i];
        add_string(&s, m, t->at.length, &t->name, i);
        add_field(&s, t->at.num_dims, 4, i);
        for (uint32_t d = 0; d < t->num_dims; d++)
            add_field(&s, t->at.dims[d], gb_count_size(m), i);
        add_field(&s, t->at.type, 4, i);
        add_field(&s, t->at.offset, 8, i);
    }
    return s;
}

void gb_steps_free(gb_steps *s)
{
    free(s->steps);
    s->steps = NULL;
    s->count = 0;
}

static uint64_t left_from(uint64_t offset, uint64_t len)
{
    return len > offset ? len - offset : 0;
}

expected gb_verdict_of_cut(const gb_model *m, const gb_steps *s, uint64_t len)
{
    for (size_t i = 0; i < s->count; i++) {
        const gb_step *step = &s->steps[i];
        uint64_t left = left_from(step->offset, len);
        if (left < step->need)
            return (expected){TG_E_COUNT_TRUNCATED, step->count_at, step->index, left, step->need, 0};
        if (left < step->size)
            return (expected){TG_E_TRUNCATED, step->offset, step->index, left, step->size, 0};
    }
    for (size_t i = 0; i < m->num_tensors; i++) {
        const gb_tensor *t = &m->tensors[i];
        uint64_t start = m->at.data + t->offset;
        uint64_t left = left_from(start, len);
        if (start > len || left < t->size)
            return (expected){TG_E_TENSOR_TRUNCATED, t->at.offset, i, left, t->size, 0};
    }
    return (expected){TG_OK, 0, 0, 0, 0, 0};
}
