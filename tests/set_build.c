/* SPDX-License-Identifier: MIT */
/* Models of several files for tests: see set_build.h. */
#include "set_build.h"

#include <stdio.h>
#include <string.h>

gb_model *sb_part(unsigned number, unsigned count)
{
    gb_model *m = gb_new(3, false);
    char name[16];
    if (number == 0)
        gb_add_key(m, "general.architecture", gb_string("llama"));
    gb_add_key(m, "split.no", gb_number(GB_U16, number));
    gb_add_key(m, "split.count", gb_number(GB_U16, count));
    gb_add_key(m, "split.tensors.count", gb_number(GB_I32, 2 * (uint64_t)count));
    (void)snprintf(name, sizeof name, "a%u", number);
    gb_add_tensor(m, name, GB_T_F32, GB_DIMS(8));
    (void)snprintf(name, sizeof name, "b%u", number);
    gb_add_tensor(m, name, GB_T_I8, GB_DIMS(3, 5));
    gb_write(m);
    return m;
}

size_t sb_key(unsigned number, unsigned which)
{
    return (number == 0 ? 1 : 0) + (size_t)which;
}

void sb_set(gb_model *m, unsigned number, unsigned which, gb_value value)
{
    gb_set_value(m, sb_key(number, which), value);
    gb_write(m);
}

static const char *numbered(const char *format, unsigned number, unsigned count)
{
    static char names[4][64];
    static unsigned next;
    char *name = names[next++ % 4];
    (void)snprintf(name, sizeof names[0], format, number + 1, count);
    return name;
}

const char *sb_name(unsigned number, unsigned count)
{
    return numbered("m-%05u-of-%05u.gguf", number, count);
}

const char *sb_shard(unsigned number, unsigned count)
{
    return numbered("model-%05u-of-%05u.safetensors", number, count);
}

void sb_put_split(tempfolder *f, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        gb_model *m = sb_part(i, count);
        tempfolder_put(f, sb_name(i, count), &m->file);
        gb_free(m);
    }
}

uint64_t sb_put_index(tempfolder *f, const char *json)
{
    uint64_t at;
    bytes text = st_text(json, &at);
    tempfolder_put(f, SB_INDEX, &text);
    bytes_free(&text);
    return at;
}

void sb_put_shards(tempfolder *f, unsigned count)
{
    char json[8192];
    int at = snprintf(json, sizeof json, "{'metadata':{'total_size':%u},'weight_map':{", 7 * count);
    for (unsigned i = 0; i < count; i++) {
        char header[256];
        (void)snprintf(header, sizeof header,
                       "{'%u.a':" ST_TENSOR("U8", "[4]", "[0,4]") ",'%u.b':" ST_TENSOR("U8", "[3]", "[4,7]") "}", i, i);
        st_file shard = st_make(header, 7);
        tempfolder_put(f, sb_shard(i, count), &shard.file);
        st_free(&shard);
        at += snprintf(json + at, sizeof json - (size_t)at, "%s'%u.b':'%s','%u.a':'%s'", i > 0 ? "," : "", i,
                       sb_shard(i, count), i, sb_shard(i, count));
        must(at < (int)sizeof json, "the index is too long");
    }
    (void)snprintf(json + at, sizeof json - (size_t)at, "}}");
    (void)sb_put_index(f, json);
}
