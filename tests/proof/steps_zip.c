/* SPDX-License-Identifier: MIT */
/* What is read of a zip archive, from any state (see steps.h). */
#include "formats/zip.c"

#include "steps.h"

enum {
    ZIP_END,       /* the tail of the file */
    ZIP_DIRECTORY, /* of as many members as fit */
    ZIP_LOCAL,     /* the header in front of the member */
    ZIP_SEARCH,    /* what lenient programs would take for a directory */
    ZIP_OVERLAP,   /* the places of MOST_MEMBERS */
};

#define MOST_MEMBERS 3 /* at once */

static struct {
    tgi_block block;
    uint64_t room[2 * 3 * (MOST_MEMBERS + 1)];
} ranges, items;

/* Room for what a directory of that size needs, twice, or none. */
static void *give(void *context, void *block, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    if (block != NULL || new_size > sizeof ranges || any_bool())
        return NULL;
    proof_grown++;
    return proof_grown == 1 ? (void *)&ranges : (void *)&items;
}

static tgi_zip_end any_end(void)
{
    tgi_zip_end end = {true, any(0, SIZE / 46), any(0, TGI_MAX), SIZE};
    return end;
}

static tgi_step one_step(tgi_parse *p)
{
    static tgi_zip_member member;
    static const uint8_t name[8];
    tgi_zip_end end = any_end();
    uint64_t offset = 0, places[TGI_ZIP_PLACES];
    bool found = false;
    size_t at = 0;
    p->at.origin = any(0, TGI_MAX);
    if (PHASE == ZIP_END)
        return tgi_zip_find(p, &p->at, &end);
    if (PHASE == ZIP_DIRECTORY)
        return tgi_zip_choose(p, &p->at, &end, &member, &found);
    if (PHASE == ZIP_LOCAL) {
        Frama_C_make_unknown((char *)&member, sizeof member);
        member.name = name;
        member.name_len = any(0, sizeof name);
        return tgi_zip_local_len(p->at) == 0 ? TGI_FAIL : tgi_zip_check_local(p, &p->at, &member, &offset);
    }
    if (PHASE == ZIP_OVERLAP) {
        static zip_range places_taken[MOST_MEMBERS];
        static tgi_sorted sorted[2 * MOST_MEMBERS];
        Frama_C_make_unknown((char *)places_taken, sizeof places_taken);
        return check_overlap(p, places_taken, sorted, any(0, MOST_MEMBERS), any_bool() ? &member : NULL);
    }
    const uint8_t *record = tgi_zip_next_record(&p->at, &at);
    size_t num = record != NULL ? tgi_zip_places(&p->at, at, record, places) : 0;
    //@ assert num <= TGI_ZIP_PLACES;
    return tgi_zip_names_model(p->at) == TGI_ZIP_NAMES_CUT && num > 0 ? TGI_FAIL : TGI_OK;
}

int main(void)
{
    tgi_parse p = any_parse();
    /* Where the last end record may begin, and where the search for it ends. */
    /*@ widen_hints global:"all", SIZE - 22, SIZE - 21; */
    model.arena.allocator.resize = give;
    p.at.pos = 0;
    p.at.big_endian = false;
    return (int)one_step(&p);
}
