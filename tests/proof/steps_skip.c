/* SPDX-License-Identifier: MIT */
/* A value of JSON that is passed over, from any state (see steps.h). The steps of safetensors have a stand-in
 * for it. */
#define ALL_JSON
#include "core/json_parse.c"

#include "steps.h"
#include "steps_json.h"

int main(void)
{
    tgi_json_names names;
    tgi_parse p = any_parse();
    tgi_cursor c = p.at;
    any_names(&names);
    tgi_step step = tgi_json_skip(&p, &c, &names, any(0, 4), any(0, TGI_JSON_MAX_DEPTH));
    check_parse(&p);
    check_names(&names);
    //@ assert c.pos <= SIZE;
    return (int)step;
}
