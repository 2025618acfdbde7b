/* SPDX-License-Identifier: MIT */
/* What planted checks call (see canary.c): the compiler puts it before every source, so it includes nothing. */
#ifndef FUZZ_CANARY_SWITCH_H
#define FUZZ_CANARY_SWITCH_H

#define CANARY_MAX 8192

extern int tgi_canary, tgi_canary_partner;        /* the checks that are off; -1: none */
extern unsigned char tgi_canary_seen[CANARY_MAX]; /* 1: without the check, something was decided in another way */

static inline int tgi_canary_is_off(int check)
{
    return check == tgi_canary || check == tgi_canary_partner;
}

/* An operand of `||`, or a whole condition: matters where it holds. */
static inline int tgi_canary_or(int check, int holds)
{
    if (holds)
        tgi_canary_seen[check] = 1;
    return holds && !tgi_canary_is_off(check);
}

/* An operand of `&&`: matters where it does not hold. */
static inline int tgi_canary_and(int check, int holds)
{
    if (!holds)
        tgi_canary_seen[check] = 1;
    return holds || tgi_canary_is_off(check);
}

#endif
