/* SPDX-License-Identifier: MIT */
/* One step of safetensors, of the phase PHASE, from any state (see steps.h): the header is the whole buffer. */
#include "formats/safetensors.c"

#include "steps.h"
#include "steps_json.h"

static st_state state;

int main(void)
{
    tgi_parse p = any_parse();
    state.phase = PHASE;
    state.has_metadata = any_bool();
    state.end = SIZE;
    any_names(&state.unknown);
    if (PHASE == ST_LENGTH)
        p.at.pos = 0;
    tgi_step step = tgi_safetensors.step(&p, &state);
    check_parse(&p);
    check_names(&state.unknown);
    //@ assert state.end <= SIZE;
    return (int)step;
}
