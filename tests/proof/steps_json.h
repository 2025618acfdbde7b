/* SPDX-License-Identifier: MIT */
/* For the reader of JSON, whose contracts are proved (see proof.cmake): any answer that they allow. */
#ifndef TGI_PROOF_STEPS_JSON_H
#define TGI_PROOF_STEPS_JSON_H

#include "core/json_parse.h"

#include "steps.h"

LIST(tgi_key, names_list); /* larger than what it holds */
LIST(uint8_t, names_bytes);

static void any_names(tgi_json_names *names)
{
    names->names = ANY_LIST(names_list, 6);
    names->bytes = ANY_LIST(names_bytes, 7);
    names->num_objects = any(0, TGI_MAX);
}

static void check_names(const tgi_json_names *names)
{
    //@ assert names->names.count <= names->names.room && names->names.room * 32 <= BLOCK;
    //@ assert names->bytes.count <= names->bytes.room && names->bytes.room <= BLOCK;
    (void)names;
}

static tgi_json_fault any_fault(void)
{
    return (tgi_json_fault)any(TGI_JSON_FINE, TGI_JSON_DEPTH);
}

static void any_place(tgi_cursor *c)
{
    //@ assert c->pos <= c->len;
    c->pos = any(0, c->len);
}

void tgi_json_space(tgi_cursor *c)
{
    any_place(c);
}

tgi_json_kind tgi_json_peek(tgi_cursor *c)
{
    any_place(c);
    return (tgi_json_kind)any(TGI_JSON_NOTHING, TGI_JSON_NULL);
}

bool tgi_json_byte_after_space(tgi_cursor *c, uint8_t byte)
{
    (void)byte;
    any_place(c);
    return any_bool();
}

bool tgi_json_is_end(tgi_cursor *c)
{
    any_place(c);
    return c->pos == c->len;
}

tgi_json_fault tgi_json_unexpected(tgi_cursor *c)
{
    any_place(c);
    return any_bool() ? TGI_JSON_END : TGI_JSON_SYNTAX;
}

tgi_json_fault tgi_json_string_value(tgi_cursor *c, tgi_json_string *out)
{
    const uint8_t *text;
    any_place(c);
    if (!tgi_take(c, any(0, c->len), &text))
        return (tgi_json_fault)any(TGI_JSON_END, TGI_JSON_DEPTH);
    out->text = text;
    out->len = (size_t)proof_taken;
    out->offset = any(0, UINT64_MAX);
    out->escaped = any_bool();
    any_place(c);
    return TGI_JSON_FINE;
}

tgi_json_fault tgi_json_u64(tgi_cursor *c, uint64_t *out)
{
    tgi_json_fault fault = any_fault();
    any_place(c);
    if (fault == TGI_JSON_FINE)
        *out = any(0, UINT64_MAX);
    return fault;
}

tgi_json_fault tgi_json_skip_number(tgi_cursor *c)
{
    any_place(c);
    return any_fault();
}

void tgi_json_skip_word(tgi_cursor *c, tgi_json_kind kind)
{
    (void)kind;
    any_place(c);
}

#ifndef ALL_JSON
tgi_step tgi_json_skip(tgi_parse *p, tgi_cursor *c, tgi_json_names *names, size_t depth, size_t most)
{
    (void)depth;
    (void)most;
    any_place(c);
    any_names(names);
    return any_bool() ? TGI_OK : tgi_report(p, (tg_status)any(TG_E_INTERNAL, TG_E_JSON_DEPTH), 0, 0, 0, NULL);
}
#endif

size_t tgi_json_decode(const uint8_t *text, size_t len, uint8_t *out)
{
    if (len > 0) {
        out[0] = text[0];
        out[len - 1] = text[len - 1];
        Frama_C_make_unknown((char *)out, len);
    }
    return any(0, len);
}

#endif
