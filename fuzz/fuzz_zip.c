/* SPDX-License-Identifier: MIT */
/* Models in zip archives. Beside what holds of every file: a second, naive reader must find the member that was opened
 * in the directory; its bytes alone must be the same model; and each of several models can be asked for by name. */
#include "fuzz.h"
#include "model_check.h"
#include "oracle.h"

#include "formats/zip.h"

#include <stdlib.h>

#define MAX_INPUT ((size_t)65536)
#define MAX_NAMES 4

/* ---- The second reader: finds one member ---------------------------------------------------------- */

static uint64_t number(const ref_file *f, uint64_t at, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = width; i > 0; i--)
        value = value << 8 | (at + i - 1 < f->len ? f->data[at + i - 1] : 0u);
    return value;
}

static bool stands(const ref_file *f, uint64_t at, const char *mark)
{
    return at <= f->len && f->len - at >= 4 && memcmp(f->data + at, mark, 4) == 0;
}

/* The number of a zip64 field that stands for a saturated one. */
static uint64_t widened(const ref_file *f, uint64_t short_at, uint64_t extra, uint64_t extra_len, unsigned *skip)
{
    uint64_t value = number(f, short_at, 4);
    if (value != UINT32_MAX)
        return value;
    for (uint64_t at = extra; at + 4 <= extra + extra_len; at += 4 + number(f, at + 2, 2))
        if (number(f, at, 2) == 1) {
            value = number(f, at + 4 + *skip, 8);
            *skip += 8;
            break;
        }
    return value;
}

/* Is the entry at `at` that of a member whose bytes are [start, start + size)? */
static bool is_member(const ref_file *f, uint64_t at, uint64_t start, uint64_t size)
{
    uint64_t name_len = number(f, at + 28, 2), extra_len = number(f, at + 30, 2), extra = at + 46 + name_len;
    unsigned skip = 0;
    uint64_t unpacked = widened(f, at + 24, extra, extra_len, &skip),
             packed = widened(f, at + 20, extra, extra_len, &skip),
             local = widened(f, at + 42, extra, extra_len, &skip);
    if (at + 46 + name_len > f->len || local > f->len || local + 30 + name_len > f->len)
        return false;
    if (number(f, at + 10, 2) != 0 || unpacked != size || packed != size || !stands(f, local, "PK\3\4"))
        return false;
    return number(f, local + 26, 2) == name_len &&
           memcmp(f->data + local + 30, f->data + at + 46, (size_t)name_len) == 0 &&
           local + 30 + name_len + number(f, local + 28, 2) == start;
}

/* What the end record that ends with the file says; of several, the last. */
static uint64_t num_members(const ref_file *f)
{
    uint64_t count = 0;
    for (uint64_t end = 0; end + 22 <= f->len; end++)
        if (stands(f, end, "PK\5\6") && end + 22 + number(f, end + 20, 2) == f->len)
            count = end >= 76 && stands(f, end - 20, "PK\6\7") ? number(f, end - 76 + 32, 8) : number(f, end + 10, 2);
    return count;
}

/* In how many entries of a directory that ends at an end record, and that one where the file ends, the bytes are. */
static unsigned num_entries(const ref_file *f, uint64_t start, uint64_t size)
{
    unsigned found = 0;
    for (uint64_t end = 0; end + 22 <= f->len; end++) {
        if (!stands(f, end, "PK\5\6") || end + 22 + number(f, end + 20, 2) != f->len)
            continue;
        uint64_t at = number(f, end + 16, 4), count = number(f, end + 10, 2);
        if (end >= 76 && stands(f, end - 20, "PK\6\7")) {
            at = number(f, end - 76 + 48, 8);
            count = number(f, end - 76 + 32, 8);
        }
        for (; count > 0 && stands(f, at, "PK\1\2"); count--) {
            found += is_member(f, at, start, size);
            at += 46 + number(f, at + 28, 2) + number(f, at + 30, 2) + number(f, at + 32, 2);
        }
    }
    return found;
}

/* ---- Members by name -------------------------------------------------------------------------------- */

typedef struct seen {
    char *names[MAX_NAMES];
    unsigned num;
} seen;

static void see(void *context, const char *name, size_t len, uint64_t size)
{
    seen *s = (seen *)context;
    (void)size;
    FUZZ_CHECK(len > 0 && memchr(name, 0, len) == NULL, "the name of a member with a NUL in it");
    char *copy = s->num < MAX_NAMES ? (char *)malloc(len + 1) : NULL;
    if (copy == NULL)
        return;
    memcpy(copy, name, len);
    copy[len] = '\0';
    s->names[s->num++] = copy;
}

static tg_status open_member(const ref_file *f, const char *member, seen *out_seen, tg_model **out_model)
{
    static const uint64_t key[2] = {1, 2};
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.hash_key = key;
    options.member = member;
    options.member_seen = out_seen != NULL ? see : NULL;
    options.member_context = out_seen;
    return tg_open_memory(f->data, (size_t)f->len, &options, out_model, NULL);
}

/* Those of several models that can be opened lie beside each other. */
static void check_several(const ref_file *f, const seen *s)
{
    uint64_t starts[MAX_NAMES], ends[MAX_NAMES];
    unsigned num = 0;
    for (unsigned i = 0; i < s->num; i++) {
        tg_model *model = NULL;
        tg_status status = open_member(f, s->names[i], NULL, &model);
        FUZZ_CHECK(status != TG_E_ZIP_SEVERAL && status != TG_E_ZIP_MEMBER, "a member that was shown is not found");
        unsigned same = 0;
        for (unsigned j = 0; j < s->num; j++)
            same += strcmp(s->names[i], s->names[j]) == 0;
        if (s->num < MAX_NAMES) /* else there may be more */
            FUZZ_CHECK((status == TG_E_ZIP_DUPLICATE) == (same > 1), "two members of one name");
        if (status != TG_OK)
            continue;
        starts[num] = tg_model_region_offset(model);
        ends[num] = starts[num] + tg_model_file_size(model);
        FUZZ_CHECK(num_entries(f, starts[num], ends[num] - starts[num]) == 1, "a member that is in no entry");
        for (unsigned j = 0; j < num; j++)
            FUZZ_CHECK(starts[num] >= ends[j] || ends[num] <= starts[j], "two members share bytes");
        num++;
        tg_close(model);
    }
}

static void forget(seen *s)
{
    for (unsigned i = 0; i < s->num; i++)
        free(s->names[i]);
}

/* The member alone is the same model. */
static void check_one(const ref_file *f, const tg_model *model)
{
    uint64_t start = tg_model_region_offset(model), size = tg_model_file_size(model);
    FUZZ_CHECK(num_entries(f, start, size) == 1, "the model is in no entry, or in several");
    const ref_file alone = {f->data + start, size, size};
    tg_model *again = NULL;
    FUZZ_CHECK(open_member(&alone, NULL, NULL, &again) == TG_OK, "a member that is no model outside of the archive");
    FUZZ_CHECK(model_digest(again) == model_digest(model), "a member is another model outside of the archive");
    tg_close(again);
    again = NULL;
    seen shown = {{NULL}, 0};
    FUZZ_CHECK(open_member(f, "\x01", &shown, &again) == TG_E_ZIP_MEMBER, "a member that no archive has");
    uint64_t all = num_members(f);
    FUZZ_CHECK(shown.num == (all < MAX_NAMES ? all : MAX_NAMES), "all members are shown");
    forget(&shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ref_file file = {data, size, size};
    if (size > MAX_INPUT || oracle_is_legacy(&file)) /* those have a target of their own, and take long */
        return 0;
    /* What stands in front of a name is an offset, and may spell anything. */
    FUZZ_CHECK(!tgi_zip_is_model_name((const uint8_t *)".gguf" + 1, 4), "a name that is too short for a model");
    uint64_t hash = fuzz_hash(data, size);
    const oracle_options options = oracle_options_seldom(hash);
    (void)oracle_run(data, size, &options, hash);
    seen members = {{NULL}, 0};
    tg_model *model = NULL;
    tg_status status = open_member(&file, NULL, &members, &model);
    FUZZ_CHECK(status == TG_E_ZIP_SEVERAL ? members.num > 1 : members.num == 0,
               "members are shown where none is asked");
    check_several(&file, &members);
    if (status == TG_OK && tg_model_region_offset(model) > 0)
        check_one(&file, model);
    if (status == TG_OK)
        tg_close(model);
    forget(&members);
    return 0;
}
