/* SPDX-License-Identifier: MIT */
/* What the copy of the sources notes while it is analysed (see steps.cmake): Eva keeps states apart by these. */
#ifndef TGI_PROOF_STEPS_NOTES_H
#define TGI_PROOF_STEPS_NOTES_H

#include <stdbool.h>
#include <stddef.h>

extern long proof_taken;      /* bytes that the cursor handed out last; -1: it did not */
extern long proof_rest;       /* bytes that were left when the rest was asked for; -1: it was not, since */
extern bool proof_peeked;     /* was there a next byte? */
extern unsigned proof_failed; /* what tgi_step says, but TGI_OK: a step has come to that */
extern size_t proof_grown;    /* the size that the list had that has grown; 0: none. In zip: blocks given out */
extern size_t proof_type;     /* the row of a table of types that was looked at last */
extern long proof_name;       /* bytes of the name of a record or member; -1: more than there are */
extern long proof_field;      /* bytes of the field of zip64; -1: none yet */

#endif
