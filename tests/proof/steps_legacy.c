/* SPDX-License-Identifier: MIT */
/* One step of a file of the ggml family, from any state (see steps.h): through a header whose section is of the kind
 * PHASE, or through a chain of records where that is LEGACY_TENSORS. The layout is made up here, of everything that a
 * row of the table may say. */
#include "formats/legacy.h"

#include "steps.h"

LIST(legacy_number, numbers);
LIST(uint64_t, token_marks);
LIST(tgi_tensor, records);
LIST(uint64_t, record_dims);
LIST(uint8_t, record_names);

static legacy_field fields[2];
static legacy_section sections[] = {{PHASE, "name", fields, "n", "m", 0},
                                    {LEGACY_TENSORS, NULL, NULL, NULL, NULL, 0},
                                    {LEGACY_END, NULL, NULL, NULL, NULL, 0}};
static legacy_layout layout;
static legacy_container container;
static legacy_state state;

/* What the little language of sizes says: it reads no byte of the file. */
bool legacy_size(const legacy_candidate *candidate, const char *size, size_t len, uint64_t *out)
{
    (void)candidate;
    //@ assert len == 1 && size[0] != 0;
    if (any_bool())
        return false;
    *out = any(0, TGI_MAX);
    return true;
}

const legacy_number *legacy_find_number(const legacy_candidate *candidate, const char *name, size_t len)
{
    static legacy_number number;
    (void)candidate;
    //@ assert len == 1 && name[0] != 0;
    number.field = fields;
    number.offset = any(0, TGI_MAX);
    number.value = (uint32_t)any(0, UINT32_MAX);
    return any_bool() ? &number : NULL;
}

static void any_layout(void)
{
    static const legacy_rule rules[] = {
        {"n", LEGACY_MULTIPLE_OF, "m", true}, {"n", LEGACY_AT_MOST, "m", false}, {NULL, LEGACY_EQUALS, NULL, false}};
    for (int i = 0; i < 2; i++) {
        fields[i].name = i == 0 ? "n" : NULL;
        fields[i].kind = (legacy_field_kind)any(LEGACY_NUMBER, LEGACY_FTYPE_RWKV);
        fields[i].least = (uint32_t)any(0, UINT32_MAX);
        fields[i].most = (uint32_t)any(0, INT32_MAX);
        fields[i].zero_if_no_tensors = any_bool();
    }
    sections[0].flags = (uint32_t)any(0, 31);
    sections[0].count = any_bool() || PHASE == LEGACY_U32S ? "n" : NULL;
    sections[0].count2 = any_bool() ? "m" : NULL;
    layout.sections = sections;
    layout.rules = rules;
    layout.least_rank = (uint32_t)any(0, LEGACY_MAX_DIMS);
    layout.most_rank = (uint32_t)any(0, LEGACY_MAX_DIMS);
    layout.layout = (tg_layout)any(1, 30);
    container.bit = (uint32_t)any(1, LEGACY_REPL);
    container.padding = any_bool() ? 1 : 32;
    container.scores = any_bool();
    container.types = (legacy_types)any(LEGACY_TYPES_GGJT1, LEGACY_TYPES_BY_FTYPE);
}

static void any_candidate(legacy_candidate *candidate)
{
    candidate->layout = &layout;
    candidate->types = (legacy_types)any(LEGACY_TYPES_GGJT1, LEGACY_TYPES_RWKV_101);
    candidate->begun = any_bool();
    candidate->doubts = any_bool();
    candidate->todo = any(0, TGI_MAX);
    candidate->done = any(0, candidate->todo);
    candidate->words = any(0, TGI_MAX);
    candidate->words_at = any(0, TGI_MAX);
    candidate->num_tables = any(PHASE == LEGACY_TOKENS || PHASE == LEGACY_PAIRS, LEGACY_MAX_TABLES);
    for (int i = 0; i < LEGACY_MAX_TABLES; i++) {
        candidate->tables[i].encoding = (uint32_t)any(0, 31);
        candidate->tables[i].first_mark = any(0, ROOM);
    }
    candidate->numbers = ANY_LIST(numbers, 8);
    candidate->marks = ANY_LIST(token_marks, 9);
    candidate->faulty = any_bool();
    candidate->stopped = any_bool();
}

static void any_chain(legacy_chain *chain)
{
    chain->at = any(0, TGI_MAX);
    chain->tensors_left = any(0, UINT64_MAX);
    chain->types = (legacy_types)any(LEGACY_TYPES_GGJT1, LEGACY_TYPES_RWKV_101);
    chain->sections = sections;
    chain->ranks = (uint32_t)any(0, UINT32_MAX);
    chain->alive = any_bool();
    chain->tensors = ANY_LIST(records, 10);
    chain->dims = ANY_LIST(record_dims, 11);
    chain->names = ANY_LIST(record_names, 12);
}

static void check_lists(void)
{
    const legacy_candidate *candidate = &state.candidates[0];
    const legacy_chain *chain = &state.chains[0];
    //@ assert candidate->numbers.count <= candidate->numbers.room;
    //@ assert candidate->marks.count <= candidate->marks.room;
    //@ assert candidate->num_tables <= LEGACY_MAX_TABLES;
    //@ assert chain->tensors.count <= chain->tensors.room;
    //@ assert chain->dims.count <= chain->dims.room;
    //@ assert chain->names.count <= chain->names.room;
    (void)candidate;
    (void)chain;
}

int main(void)
{
    tgi_parse p = any_parse();
    any_layout();
    any_candidate(&state.candidates[0]);
    any_chain(&state.chains[0]);
    state.container = &container;
    state.num_candidates = 1;
    state.num_chains = 1;
    p.at.big_endian = false;
    tgi_step step =
        PHASE == LEGACY_TENSORS ? legacy_chains_step(&p, &state) : legacy_header_step(&p, &state, &state.candidates[0]);
    check_parse(&p);
    check_lists();
    return (int)step;
}
