/* SPDX-License-Identifier: MIT */
/* The sections that stand in front of tensors (see legacy.h). A step reads one field, one token or one table. A number
 * that breaks a rule is noted and read past: that way a file with one wrong number is still known for what it is,
 * and the number is what it is rejected for. Only what cannot be read past ends a candidate. */
#include "legacy.h"

#define LONGEST_TOKEN 65535 /* bytes */

tgi_step legacy_fault(tgi_parse *p, legacy_candidate *candidate, tg_status status, uint64_t offset, uint64_t found,
                      uint64_t limit, const char *what)
{
    if (candidate->faulty)
        return TGI_OK;
    tg_error *error = p->error;
    p->error = &candidate->error;
    candidate->faulty = tgi_report(p, status, offset, found, limit, what) == TGI_FAIL;
    p->error = error;
    return TGI_OK;
}

/* A number with a sign, which must be positive. One that is not ends the candidate. */
static tgi_step get_count(tgi_parse *p, tgi_cursor *c, uint32_t *out, const char *what)
{
    uint64_t offset = tgi_tell(c);
    TGI_TRY(tgi_get_u32(p, c, out, what));
    if (*out > INT32_MAX)
        return tgi_report(p, TG_E_HPARAM_NEGATIVE, offset, *out, INT32_MAX, what);
    return TGI_OK;
}

uint64_t legacy_num_tokens(const legacy_candidate *candidate)
{
    for (size_t i = 0; i < candidate->num_tables; i++)
        if (strcmp(candidate->tables[i].name, "tokenizer.ggml.tokens") == 0)
            return candidate->tables[i].count;
    return 0;
}

/* ---- Numbers ---- */

/* May a file of these types say that quantization version? A container with a version says it all; rustformers
 * repeats it in the thousands. */
static bool thousands_fit(legacy_types types, uint32_t thousands)
{
    if (thousands == 0 || thousands > 2)
        return thousands == 0;
    return types == LEGACY_TYPES_BY_FTYPE || types == (thousands == 1 ? LEGACY_TYPES_GGJT2 : LEGACY_TYPES_GGJT3);
}

static tgi_step check_ftype(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate,
                            const legacy_number *number)
{
    legacy_field_kind kind = number->field->kind;
    legacy_types types = s->container->types;
    uint32_t value = number->value, thousands = 0, model = 0;
    if (kind == LEGACY_FTYPE_MODEL) {
        model = value >> 16;
        value &= 0xFFFF;
    } else if (kind != LEGACY_FTYPE_PLAIN) {
        thousands = value / 1000;
        value %= 1000;
    }
    bool fits = model <= 1 && thousands_fit(types, thousands);
    bool by_ftype = types == LEGACY_TYPES_BY_FTYPE;
    if (by_ftype)
        types = thousands == 0 ? candidate->types : thousands == 1 ? LEGACY_TYPES_GGJT2 : LEGACY_TYPES_TODAY;
    if (!fits || !legacy_ftype_known(types, kind == LEGACY_FTYPE_LLAMA || s->container->versioned, value))
        return legacy_fault(p, candidate, TG_E_FTYPE, number->offset, number->value, 0, number->field->name);
    if (by_ftype)
        candidate->types = types;
    return TGI_OK;
}

static tgi_step check_number(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate,
                             const legacy_number *number)
{
    const legacy_field *field = number->field;
    uint32_t value = number->value, most = field->most > 0 ? field->most : INT32_MAX;
    if (field->kind == LEGACY_FLOAT)
        return TGI_OK;
    if (value > INT32_MAX)
        return legacy_fault(p, candidate, TG_E_HPARAM_NEGATIVE, number->offset, value, INT32_MAX, field->name);
    if (field->kind == LEGACY_FTYPE_RWKV) {
        bool removed;
        const tg_dtype_info *type = legacy_type(candidate->types, value, &removed);
        return type != NULL && !removed
                   ? TGI_OK
                   : legacy_fault(p, candidate, TG_E_FTYPE, number->offset, value, 16, field->name);
    }
    if (field->kind != LEGACY_NUMBER)
        return check_ftype(p, s, candidate, number);
    if (value < field->least && !(value == 0 && field->zero_if_no_tensors))
        return legacy_fault(p, candidate, TG_E_HPARAM_RANGE, number->offset, value, field->least, field->name);
    if (value > most)
        return legacy_fault(p, candidate, TG_E_HPARAM_RANGE, number->offset, value, most, field->name);
    return TGI_OK;
}

/* One field. */
static tgi_step read_field(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate,
                           const legacy_section *section)
{
    uint64_t num_fields = 1; /* no section is empty */
    while (section->fields[num_fields].name != NULL)
        num_fields++;
    tgi_cursor c = p->at;
    legacy_number number = {section->name, &section->fields[candidate->done % num_fields], tgi_tell(&c), 0, UINT32_MAX};
    TGI_TRY(tgi_get_u32(p, &c, &number.value, number.field->name));
    if (section->count != NULL)
        number.repeat = (uint32_t)(candidate->done / num_fields);
    TGI_TRY(tgi_grow(p, &candidate->numbers, sizeof number, UINT64_MAX));
    ((legacy_number *)candidate->numbers.data)[candidate->numbers.count++] = number;
    TGI_TRY(check_number(p, s, candidate, &number));
    candidate->done++;
    tgi_commit(p, &c);
    return TGI_OK;
}

static tgi_step begin_fields(tgi_parse *p, legacy_candidate *candidate, const legacy_section *section)
{
    uint64_t num_fields = 0, times = 1;
    while (section->fields[num_fields].name != NULL)
        num_fields++;
    if (section->count != NULL && !legacy_size(candidate, section->count, strlen(section->count), &times))
        times = 0;
    if (times > 1024)
        return tgi_report(p, TG_E_HPARAM_RANGE, tgi_tell(&p->at), times, 1024, section->name);
    candidate->todo = times * num_fields;
    return TGI_OK;
}

/* ---- Tables ---- */

static tgi_step add_table(tgi_parse *p, legacy_candidate *candidate, const legacy_table *table)
{
    if (candidate->num_tables == LEGACY_MAX_TABLES)
        return tgi_report(p, TG_E_INTERNAL, table->offset, candidate->num_tables, LEGACY_MAX_TABLES, table->name);
    candidate->tables[candidate->num_tables++] = *table;
    return TGI_OK;
}

static tgi_step read_text(tgi_parse *p, legacy_candidate *candidate, const legacy_section *section)
{
    tgi_cursor c = p->at;
    uint32_t len = 0;
    uint64_t offset = tgi_tell(&c);
    const uint8_t *bytes;
    TGI_TRY(get_count(p, &c, &len, section->name));
    if (len > LONGEST_TOKEN)
        return tgi_report(p, TG_E_STRING_LENGTH, offset, len, LONGEST_TOKEN, section->name);
    legacy_table table = {section->name, tgi_tell(&c), len, 0, 0, offset, TG_VALUE_NONE, 0};
    TGI_TRY(tgi_get_bytes(p, &c, len, &bytes, section->name));
    TGI_TRY(add_table(p, candidate, &table));
    tgi_commit(p, &c);
    return TGI_DONE;
}

/* `count` numbers of four bytes each, which stand at `*c`. */
static tgi_step read_numbers(tgi_parse *p, legacy_candidate *candidate, const legacy_section *section, tgi_cursor *c,
                             uint64_t count, tg_value_type type)
{
    const tgi_count_rule rule = {
        4, p->settings->limits.max_array_elements, 0, TG_E_LIMIT_ARRAY_ELEMENTS, section->name, true};
    const uint8_t *bytes;
    legacy_table table = {section->name, tgi_tell(c), 0, count, 0, tgi_tell(&p->at), type, 0};
    TGI_TRY(tgi_check_count(p, count, tgi_tell(&p->at), tgi_tell(c), &rule));
    table.len = count * 4;
    TGI_TRY(tgi_get_bytes(p, c, table.len, &bytes, section->name));
    TGI_TRY(add_table(p, candidate, &table));
    tgi_commit(p, c);
    return TGI_DONE;
}

/* Notes a count in front of a table that is not what the header makes it. */
static tgi_step compare_count(tgi_parse *p, legacy_candidate *candidate, uint64_t offset, uint64_t found,
                              const char *size, const char *what)
{
    uint64_t expected = 0;
    if (size == NULL)
        return TGI_OK;
    if (!legacy_size(candidate, size, strlen(size), &expected) || found != expected)
        return legacy_fault(p, candidate, TG_E_TABLE_SIZE, offset, found, expected, what);
    return TGI_OK;
}

static tgi_step read_matrix(tgi_parse *p, legacy_candidate *candidate, const legacy_section *section)
{
    tgi_cursor c = p->at;
    uint32_t rows = 0, columns = 0;
    uint64_t offset = tgi_tell(&c), count;
    TGI_TRY(get_count(p, &c, &rows, section->name));
    TGI_TRY(get_count(p, &c, &columns, section->name));
    TGI_TRY(compare_count(p, candidate, offset, rows, section->count, section->name));
    TGI_TRY(compare_count(p, candidate, offset + 4, columns, section->count2, section->name));
    if (!tgi_mul_u64(rows, columns, &count))
        return tgi_report(p, TG_E_INTERNAL, offset, rows, columns, section->name);
    return read_numbers(p, candidate, section, &c, count, TG_VALUE_F32);
}

static tgi_step read_vector(tgi_parse *p, legacy_candidate *candidate, const legacy_section *section)
{
    tgi_cursor c = p->at;
    uint32_t count = 0;
    uint64_t offset = tgi_tell(&c);
    TGI_TRY(get_count(p, &c, &count, section->name));
    TGI_TRY(compare_count(p, candidate, offset, count, section->count, section->name));
    return read_numbers(p, candidate, section, &c, count, TG_VALUE_F32);
}

static tgi_step read_u32s(tgi_parse *p, legacy_candidate *candidate, const legacy_section *section)
{
    tgi_cursor c = p->at;
    uint64_t count = 0;
    if (!legacy_size(candidate, section->count, strlen(section->count), &count))
        count = 0;
    return read_numbers(p, candidate, section, &c, count, TG_VALUE_U32);
}

static tgi_step read_magic(tgi_parse *p, const legacy_section *section)
{
    tgi_cursor c = p->at;
    uint32_t magic = 0;
    uint64_t offset = tgi_tell(&c);
    TGI_TRY(tgi_get_u32(p, &c, &magic, section->name));
    if (magic != 0x67676d6c)
        return tgi_report(p, TG_E_NESTED_MAGIC, offset, magic, 0x67676d6c, section->name);
    tgi_commit(p, &c);
    return TGI_DONE;
}

/* ---- Tokens ---- */

/* How many tokens there are: the counts that stand in front of them, compared with the header. */
static tgi_step count_tokens(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate,
                             const legacy_section *section, tgi_cursor *c, uint64_t *out)
{
    uint64_t declared = UINT64_MAX, offset = tgi_tell(c);
    uint32_t count = 0;
    const legacy_number *number = NULL;
    if (section->count != NULL)
        number = legacy_find_number(candidate, section->count, strlen(section->count));
    if (number != NULL)
        declared = number->value;
    if ((section->flags & (LEGACY_COUNT_AGAIN | LEGACY_COUNT_OWN)) != 0) {
        TGI_TRY(candidate->doubts ? tgi_get_u32(p, c, &count, "number of tokens")
                                  : get_count(p, c, &count, "number of tokens"));
        bool again = (section->flags & LEGACY_COUNT_AGAIN) != 0, differs = again && count != declared;
        if (count > INT32_MAX)
            TGI_TRY(legacy_fault(p, candidate, TG_E_HPARAM_NEGATIVE, offset, count, INT32_MAX, "number of tokens"));
        if (differs || count > declared)
            TGI_TRY(legacy_fault(p, candidate, TG_E_VOCAB_COUNT, offset, count, declared, "number of tokens"));
        if (candidate->doubts && !differs) /* then the other candidate of this layout will do */
            return tgi_report(p, TG_E_VOCAB_COUNT, offset, count, declared, "number of tokens");
        candidate->repeated = again && !differs && count >= LEGACY_LEAST_TOKENS;
        *out = candidate->doubts ? declared : count;
        return TGI_OK;
    }
    offset = number != NULL ? number->offset : offset;
    if (declared > INT32_MAX)
        return tgi_report(p, TG_E_HPARAM_NEGATIVE, offset, declared, INT32_MAX, "number of tokens");
    bool one_less = (p->settings->flags & TG_GPT4ALL_VOCABULARY) != 0 && declared == LEGACY_GPT4ALL_TOKENS &&
                    candidate->layout->layout == TG_LAYOUT_LLAMA && s->container->bit == LEGACY_GGML;
    *out = declared - one_less;
    return TGI_OK;
}

static tgi_step begin_tokens(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate,
                             const legacy_section *section)
{
    tgi_cursor c = p->at;
    uint64_t count = 0, offset = tgi_tell(&c);
    bool pairs = section->kind == LEGACY_PAIRS;
    bool scored = !pairs && (s->container->scores || (section->flags & LEGACY_SCORED) != 0);
    if (pairs) {
        uint32_t narrow = 0;
        TGI_TRY(get_count(p, &c, &narrow, section->name));
        TGI_TRY(compare_count(p, candidate, offset, narrow, section->count, section->name));
        count = (uint64_t)narrow * 2;
    } else {
        TGI_TRY(count_tokens(p, s, candidate, section, &c, &count));
    }
    candidate->todo = count;
    const tgi_count_rule rule = {
        scored ? 8 : 4, p->settings->limits.max_array_elements, 0, TG_E_LIMIT_ARRAY_ELEMENTS, "number of tokens", true};
    TGI_TRY(tgi_check_count(p, count, offset, tgi_tell(&c), &rule));
    uint32_t encoding = TGI_ENCODING_LENGTH_32 | (scored ? TGI_ENCODING_SCORED : 0u) |
                        ((section->flags & LEGACY_BIT_31) != 0 ? TGI_ENCODING_BIT_31 : 0u);
    legacy_table table = {
        section->name, tgi_tell(&c), 0, count, candidate->marks.count, offset, TG_VALUE_STRING, encoding,
    };
    TGI_TRY(add_table(p, candidate, &table));
    candidate->words_at = candidate->words > 0 ? candidate->words_at : tgi_tell(&c);
    tgi_commit(p, &c);
    return TGI_OK;
}

/* length, bytes, score: the slow way, which knows what to say when they do not fit */
static tgi_step read_token(tgi_parse *p, legacy_candidate *candidate, uint32_t encoding)
{
    tgi_cursor c = p->at;
    uint32_t len = 0;
    uint64_t offset = tgi_tell(&c);
    const uint8_t *bytes;
    TGI_TRY(tgi_get_u32(p, &c, &len, "length of a token"));
    if ((encoding & TGI_ENCODING_BIT_31) != 0)
        len &= INT32_MAX;
    if (len > LONGEST_TOKEN)
        return tgi_report(p, TG_E_TOKEN_LENGTH, offset, len, LONGEST_TOKEN, "length of a token");
    TGI_TRY(tgi_get_bytes(p, &c, len, &bytes, "token"));
    if ((encoding & TGI_ENCODING_SCORED) != 0)
        TGI_TRY(tgi_get_bytes(p, &c, 4, &bytes, "score of a token"));
    tgi_commit(p, &c);
    candidate->done++;
    candidate->words += len > 0;
    return TGI_OK;
}

/* The hot loop of every vocabulary, which a dozen layouts may all read: reads past at most `count` tokens that are here
 * whole and raise no question, and returns how many those were. */
static uint64_t pass_tokens(tgi_cursor *at, uint64_t count, uint32_t encoding, uint64_t *words)
{
    tgi_cursor c = *at;
    uint32_t len, mask = (encoding & TGI_ENCODING_BIT_31) != 0 ? INT32_MAX : UINT32_MAX;
    uint64_t passed = 0, behind = (encoding & TGI_ENCODING_SCORED) != 0 ? 4 : 0;
    const uint8_t *bytes;
    for (; passed < count; passed++) {
        if (!tgi_read_u32(&c, &len))
            break;
        len &= mask;
        if (len > LONGEST_TOKEN || !tgi_take(&c, len + behind, &bytes))
            break;
        at->pos = c.pos;
        *words += len > 0;
    }
    return passed;
}

/* Tokens up to the next mark, as far as they are here. */
static tgi_step read_tokens(tgi_parse *p, legacy_candidate *candidate)
{
    legacy_table *table = &candidate->tables[candidate->num_tables - 1];
    uint64_t passed = candidate->done % TGI_MARK_EVERY;
    if (candidate->marks.count == table->first_mark + candidate->done / TGI_MARK_EVERY) {
        TGI_TRY(tgi_grow(p, &candidate->marks, sizeof(uint64_t), UINT64_MAX));
        ((uint64_t *)candidate->marks.data)[candidate->marks.count++] = tgi_tell(&p->at) - table->offset;
    }
    uint64_t left = candidate->todo - candidate->done, stretch = TGI_MARK_EVERY - passed;
    stretch = stretch < left ? stretch : left;
    passed = pass_tokens(&p->at, stretch, table->encoding, &candidate->words);
    candidate->done += passed;
    if (passed < stretch)
        TGI_TRY(read_token(p, candidate, table->encoding));
    table->len = tgi_tell(&p->at) - table->offset;
    return TGI_OK;
}

/* ---- Sections ---- */

static tgi_step begin_section(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate,
                              const legacy_section *section)
{
    candidate->done = 0;
    candidate->todo = 1;
    if (section->kind == LEGACY_FIELDS)
        TGI_TRY(begin_fields(p, candidate, section));
    if (section->kind == LEGACY_TOKENS || section->kind == LEGACY_PAIRS)
        TGI_TRY(begin_tokens(p, s, candidate, section));
    candidate->begun = true;
    return TGI_OK;
}

/* TGI_DONE: the section is complete. */
static tgi_step section_step(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate,
                             const legacy_section *section)
{
    switch (section->kind) {
    case LEGACY_FIELDS:
        return candidate->done == candidate->todo ? TGI_DONE : read_field(p, s, candidate, section);
    case LEGACY_TEXT:
        return read_text(p, candidate, section);
    case LEGACY_TOKENS:
    case LEGACY_PAIRS:
        return candidate->done == candidate->todo ? TGI_DONE : read_tokens(p, candidate);
    case LEGACY_MATRIX:
        return read_matrix(p, candidate, section);
    case LEGACY_VECTOR:
        return read_vector(p, candidate, section);
    case LEGACY_U32S:
        return read_u32s(p, candidate, section);
    case LEGACY_MAGIC:
        return read_magic(p, section);
    case LEGACY_TENSORS:
    case LEGACY_END:
        break;
    }
    return tgi_report(p, TG_E_INTERNAL, tgi_tell(&p->at), section->kind, 0, "section");
}

static bool related(uint64_t left, legacy_relation relation, uint64_t right)
{
    switch (relation) {
    case LEGACY_MULTIPLE_OF:
        return right != 0 && left % right == 0;
    case LEGACY_EQUALS:
        return left == right;
    case LEGACY_AT_MOST:
        return left <= right;
    case LEGACY_AT_LEAST:
        break;
    }
    return left >= right;
}

/* All numbers are known: do they fit together? */
static tgi_step check_rules(tgi_parse *p, legacy_candidate *candidate)
{
    for (const legacy_rule *rule = candidate->layout->rules; rule != NULL && rule->left != NULL; rule++) {
        const legacy_number *left = legacy_find_number(candidate, rule->left, strlen(rule->left));
        uint64_t right = 0;
        if (left == NULL || (rule->evidence_only && p->settings->layout != TG_LAYOUT_NONE))
            continue;
        if (legacy_size(candidate, rule->right, strlen(rule->right), &right) &&
            related(left->value, rule->relation, right))
            continue;
        TGI_TRY(legacy_fault(p, candidate, TG_E_HPARAM_RELATION, left->offset, left->value, right, left->field->name));
    }
    return TGI_OK;
}

tgi_step legacy_header_step(tgi_parse *p, const legacy_state *s, legacy_candidate *candidate)
{
    const legacy_section *section = &candidate->layout->sections[candidate->section];
    if (section->kind == LEGACY_TENSORS)
        return TGI_DONE;
    if (!candidate->begun)
        TGI_TRY(begin_section(p, s, candidate, section));
    tgi_step step = section_step(p, s, candidate, section);
    if (step != TGI_DONE)
        return step;
    candidate->begun = false;
    candidate->section++;
    /* The numbers come before everything that is long: a wrong guess ends here. */
    return section->kind == LEGACY_FIELDS && section[1].kind != LEGACY_FIELDS ? check_rules(p, candidate) : TGI_OK;
}
