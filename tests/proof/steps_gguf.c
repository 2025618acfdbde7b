/* SPDX-License-Identifier: MIT */
/* One step of GGUF, of the phase PHASE, from any state (see steps.h). */
#include "formats/gguf.h"

#include "steps.h"

#ifndef LEAST_DEPTH
#define LEAST_DEPTH 0 /* of the arrays that are open */
#define MOST_DEPTH 0
#endif

static gguf_state state;

static void any_state(void)
{
    state.phase = PHASE;
    state.num_keys = any(0, TGI_MAX);
    state.num_tensors = any(0, TGI_MAX);
    state.num_elements = any(0, TGI_MAX);
    state.depth = any(LEAST_DEPTH, MOST_DEPTH);
    for (int i = 0; i < TGI_MAX_ARRAY_DEPTH; i++) {
        state.levels[i].type = (tg_value_type)any(TG_VALUE_U8, TG_VALUE_ARRAY);
        state.levels[i].left = any(0, TGI_MAX);
    }
    state.levels[TGI_MAX_ARRAY_DEPTH - 1].type = (tg_value_type)any(TG_VALUE_U8, TG_VALUE_STRING);
    state.has_quantization_version = any_bool();
    state.has_quantized = any_bool();
    if (PHASE == GGUF_ARRAY) {
        model.keys.count = any(1, ROOM);
        model.arrays.count = any(1, ROOM);
    }
}

int main(void)
{
    tgi_parse p = any_parse();
    any_state();
    tgi_step step = tgi_gguf.step(&p, &state);
    check_parse(&p);
    //@ assert state.depth <= TGI_MAX_ARRAY_DEPTH && state.levels[TGI_MAX_ARRAY_DEPTH - 1].type != TG_VALUE_ARRAY;
    return (int)step;
}
