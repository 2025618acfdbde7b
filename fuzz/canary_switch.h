/* SPDX-License-Identifier: MIT */
/* What planted checks call (see canary.c): put before every source by the compiler's -include, so it includes nothing. */
#ifndef FUZZ_CANARY_SWITCH_H
#define FUZZ_CANARY_SWITCH_H

#define CANARY_MAX 8192

extern int tgi_canary, tgi_canary_partner;        /* the checks that are off; -1: none */
extern unsigned char tgi_canary_seen[CANARY_MAX]; /* 1: without the check, something was decided in another way */

static inline int tgi_canary_is_off(int check)
{
    return check == tgi_canary || check == tgi_canary_partner;
}

/* `when`: what the check must be for that. 2: whatever, since it calls something that may change more. */
static inline int tgi_canary_note(int check, int when, int holds)
{
    if (holds == when || when == 2)
        tgi_canary_seen[check] = 1;
    return holds;
}

#endif
