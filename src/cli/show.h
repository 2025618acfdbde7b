/* SPDX-License-Identifier: MIT */
/* What the parts of tensorgate show share. */
#ifndef TENSORGATE_CLI_SHOW_H
#define TENSORGATE_CLI_SHOW_H

#include "options.h"
#include "table.h"

/* Elements of an array that are shown, unless all are wanted. */
#define SHOWN_AS_TEXT 4
#define SHOWN_AS_JSON 8
#define ALL_ELEMENTS UINT64_MAX

/* ---- A walk over an array and the arrays in it, in order and without recursion ------------- */

#define WALK_DEPTH 16 /* arrays in arrays that tensorgate accepts at most */

typedef enum walk_event {
    WALK_ELEMENT, /* a scalar or a string */
    WALK_OPEN,    /* an array in the array begins */
    WALK_CLOSE,   /* it ends; the outermost one too */
    WALK_CUT,     /* further elements are passed over */
    WALK_END
} walk_event;

typedef struct walk {
    tg_array_iter open[WALK_DEPTH];
    size_t depth;  /* arrays that are open */
    uint64_t most; /* elements of each that are visited */
} walk;

walk walk_start(const tg_value *array, uint64_t most);

/* walk_next stores the element in `*out_element` where the event is WALK_ELEMENT. */
walk_event walk_next(walk *w, tg_value *out_element);

/* ---- Printing -------------------------------------------------------------------------------- */

/* show_value writes a value on one line. Of each array it writes `most` elements, and cuts strings in
 * them, unless that is ALL_ELEMENTS. */
void show_value(sink *out, const tg_value *value, uint64_t most);

/* show_summary prints what a person asks first. */
void show_summary(const tg_model *model, const char *path, const page_look *look);

/* show_json prints everything as one object. */
void show_json(const tg_model *model, const char *path, bool full);

#endif
