/* SPDX-License-Identifier: MIT */
/* The negative control: the cursor's one comparison, written as it must not be. A prover that believes this one
 * proves nothing about the other. */
#include "core/cursor.h"

/*@ requires cursor_valid(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out, c->pos;
  @ ensures \result ==> c->pos == \old(c->pos) + n;
  @ ensures cursor_valid(c);
  @*/
bool wrong_take(tgi_cursor *c, uint64_t n, const uint8_t **out);

bool wrong_take(tgi_cursor *c, uint64_t n, const uint8_t **out)
{
    if (c->pos + n > c->len) /* wraps */
        return false;
    *out = c->base + c->pos;
    c->pos += (size_t)n;
    return true;
}
