/* SPDX-License-Identifier: MIT */
/* The names of the layouts, from the list in tensorgate.h, and which of them an error is about. What they look like
 * is in formats/legacy_layouts.c. */
#include "status.h"

static const struct layout_row {
    tg_layout layout;
    const char *name;
    const char *text;
} layout_rows[] = {
#define TGI_LAYOUT_ROW(name, number, short_name, text) {name, short_name, text},
    TG_LAYOUT_LIST(TGI_LAYOUT_ROW)
#undef TGI_LAYOUT_ROW
};

#define NUM_LAYOUTS (sizeof layout_rows / sizeof layout_rows[0])

static const struct layout_row *find_layout(tg_layout layout)
{
    for (size_t i = 0; i < NUM_LAYOUTS; i++)
        if (layout_rows[i].layout == layout)
            return &layout_rows[i];
    return NULL;
}

const char *tg_layout_name(tg_layout layout)
{
    const struct layout_row *row = find_layout(layout);
    return row != NULL ? row->name : "";
}

const char *tg_layout_text(tg_layout layout)
{
    const struct layout_row *row = find_layout(layout);
    return row != NULL ? row->text : "";
}

bool tg_layout_at(size_t index, tg_layout *out_layout)
{
    if (index >= NUM_LAYOUTS || out_layout == NULL)
        return false;
    *out_layout = layout_rows[index].layout;
    return true;
}

tg_layout tg_error_layout(const tg_error *error, size_t index)
{
    for (size_t i = 0; error != NULL && i < NUM_LAYOUTS; i++) {
        if ((error->reserved[TGI_ERROR_LAYOUT] >> layout_rows[i].layout & 1) == 0)
            continue;
        if (index == 0)
            return layout_rows[i].layout;
        index--;
    }
    return TG_LAYOUT_NONE;
}
