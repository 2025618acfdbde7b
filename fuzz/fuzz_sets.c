/* SPDX-License-Identifier: MIT */
/* Models of several files: split GGUF, safetensors with an index, parts. One input holds them all (set_check.h); they
 * are written to a folder, and the first is opened by its path. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* dup */
#endif

#include "fuzz.h"
#include "heap.h"
#include "model_check.h"
#include "set_check.h"

#include "tempfolder.h"

#include <stdlib.h>
#ifdef _WIN32
#include <io.h>
#define dup _dup
#define close _close
#else
#include <unistd.h>
#endif

#define MAX_INPUT ((size_t)65536)

/* ---- The folder ------------------------------------------------------------------------------------- */

static tempfolder folder;
static bool has_folder;

static void remove_folder(void)
{
    tempfolder_remove(&folder);
}

/* Makes the folder hold these files, and no others. */
static void write_files(const set_files *s)
{
    if (!has_folder) {
        folder = tempfolder_new();
        has_folder = true;
        FUZZ_CHECK(atexit(remove_folder) == 0, "no way to clean up");
    }
    for (size_t i = folder.count; i > 0; i--) {
        char name[SET_NAME_BYTES];
        memcpy(name, folder.names[i - 1], sizeof name);
        if (set_find(s, name) == NULL)
            tempfolder_delete(&folder, name);
    }
    for (size_t i = 0; i < s->num; i++) {
        const bytes data = {(uint8_t *)(uintptr_t)s->files[i].data, s->files[i].len, 0, false};
        tempfolder_put(&folder, s->files[i].name, &data);
    }
}

/* ---- One open ----------------------------------------------------------------------------------------- */

typedef struct how {
    uint32_t flags;
    uint64_t max_files, key, fail_at;
} how;

typedef struct verdict {
    tg_status status;
    tg_error error;
    uint64_t digest, calls;
    uint32_t num_files;
    uint64_t num_tensors;
} verdict;

static void check_error(const set_files *s, const tg_error *error, tg_status status, bool starved)
{
    char line[TG_ERROR_LINE];
    tg_class class_ = tg_status_class(status);
    bool content = class_ == TG_CLASS_MALFORMED || class_ == TG_CLASS_TRUNCATED || class_ == TG_CLASS_UNSUPPORTED ||
                   class_ == TG_CLASS_LIMIT;
    FUZZ_CHECK(content || status == TG_E_ZIP_SEVERAL || (starved && status == TG_E_NO_MEMORY),
               "an error of another kind");
    FUZZ_CHECK(error->status == status, "an error that is another one");
    FUZZ_CHECK(error->file == TG_FILE_INDEX || error->file < 100000, "an error in no file");
    FUZZ_CHECK(memchr(error->file_name, 0, sizeof error->file_name) != NULL, "a name without an end");
    const set_file *file = set_find(s, error->file_name);
    FUZZ_CHECK(error->file_name[0] == '\0' || file != NULL || status == TG_E_PART_MISSING || starved,
               "an error in a file that nobody wrote");
    if (file != NULL)
        FUZZ_CHECK(error->offset <= file->len, "an error behind the end of its file");
    FUZZ_CHECK(tg_error_format(error, line, sizeof line) < sizeof line, "a line that does not fit");
    bool parts = status == TG_E_PART_MISSING || status == TG_E_SPLIT_NAME;
    const char *hint = tg_error_hint(error);
    FUZZ_CHECK(parts == (hint != NULL && strstr(hint, "--single") != NULL), "a hint about files of the model");
}

static verdict open_first(const set_files *s, const char *name, const how *h)
{
    fuzz_heap heap;
    memset(&heap, 0, sizeof heap);
    heap.fail_at = h->fail_at;
    const tg_allocator allocator = fuzz_heap_allocator(&heap);
    const tg_limits limits = {sizeof limits, 0, 0, 0, 0, 0, 0, 0, h->max_files};
    const uint64_t key[2] = {h->key, 7};
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = h->flags;
    options.limits = &limits;
    options.allocator = &allocator;
    options.hash_key = key;
    int before = dup(0);
    FUZZ_CHECK(before < 0 || close(before) == 0, "no descriptors");
    verdict v;
    memset(&v, 0, sizeof v);
    tg_model *model = NULL;
    v.status = tg_open_path(tempfolder_path(&folder, name), &options, &model, &v.error);
    if (v.status == TG_OK) {
        set_check(model, s);
        v.digest = model_digest(model);
        v.num_files = tg_model_num_files(model);
        v.num_tensors = tg_model_num_tensors(model);
        tg_close(model);
    } else {
        FUZZ_CHECK(model == NULL, "a model was written on failure");
        check_error(s, &v.error, v.status, heap.failed);
    }
    FUZZ_CHECK(heap.live == 0 && heap.num_blocks == 0, "memory leaks");
    int after = dup(0);
    FUZZ_CHECK(after == before && (after < 0 || close(after) == 0), "a descriptor leaks");
    v.calls = heap.num_calls;
    return v;
}

static void check_same(const verdict *a, const verdict *b, const char *what)
{
    FUZZ_CHECK(a->status == b->status && a->digest == b->digest, what);
    FUZZ_CHECK(a->error.offset == b->error.offset && a->error.file == b->error.file, what);
    FUZZ_CHECK(strcmp(a->error.file_name, b->error.file_name) == 0, what);
}

/* ---- Variations ------------------------------------------------------------------------------------------ */

static bool is_index(const set_file *file)
{
    size_t len = strlen(file->name);
    return len > 5 && strcmp(file->name + len - 5, ".json") == 0;
}

/* Does the model need each of the files? There may be others in the folder. */
static bool all_matter(const set_files *s, const verdict *base)
{
    size_t num = s->num;
    for (size_t i = 0; i < s->num; i++)
        num -= is_index(&s->files[i]);
    return base->status == TG_OK && base->num_files == num;
}

/* Each file of an accepted set is accepted alone. */
static void vary_single(const set_files *s, const verdict *base, uint64_t *random)
{
    const how alone = {TG_SINGLE_FILE, 0, 3, 0};
    (void)random;
    for (size_t i = 0; i < s->num && all_matter(s, base); i++) {
        if (is_index(&s->files[i]))
            continue;
        verdict v = open_first(s, s->files[i].name, &alone);
        FUZZ_CHECK(v.status == TG_OK && v.num_files == 1, "a file of the model that is not accepted alone");
    }
}

/* The k-th call for memory fails. */
static void starve(const set_files *s, const verdict *base, uint64_t k)
{
    const how starving = {0, 0, 1, k};
    verdict v = open_first(s, s->files[0].name, &starving);
    if (v.status != TG_E_NO_MEMORY)
        check_same(base, &v, "a failed allocation changed the verdict");
}

static void vary_memory(const set_files *s, const verdict *base, uint64_t *random)
{
    starve(s, base, 1 + fuzz_random(random) % (base->calls + 1));
}

/* Fewer files than the model has. */
static void vary_limit(const set_files *s, const verdict *base, uint64_t *random)
{
    const how few = {0, 1 + fuzz_random(random) % 3, 1, 0};
    verdict v = open_first(s, s->files[0].name, &few);
    if (base->status == TG_OK && base->num_files > few.max_files)
        FUZZ_CHECK(v.status == TG_E_LIMIT_FILES, "more files than the limit");
    else if (v.status != TG_E_LIMIT_FILES)
        check_same(base, &v, "a limit on files changed the verdict");
}

/* One file is gone, or ends earlier. */
static void vary_cut(const set_files *s, const verdict *base, uint64_t *random)
{
    set_files other = *s;
    size_t i = (size_t)(fuzz_random(random) % s->num);
    set_file *file = &other.files[i];
    const how again = {0, 0, 1, 0};
    if (i > 0 && fuzz_random(random) % 2 == 0)
        *file = other.files[--other.num];
    else if (file->len > 0)
        file->len -= 1 + (size_t)(fuzz_random(random) % file->len);
    write_files(&other);
    verdict v = open_first(&other, other.files[0].name, &again);
    /* An index may end in white space, and a file in padding; a second index is not looked at. */
    if (all_matter(s, base) && other.num < s->num && !is_index(&s->files[i]))
        FUZZ_CHECK(v.status == TG_E_PART_MISSING, "a model without one of its files");
    write_files(s);
}

/* The folder of a file of the corpus says what its verdict is (corpus/README.md). There are few of these files: each
 * call for memory fails once. */
static void check_named(const set_files *s, const verdict *v)
{
    bool accept = fuzz_current != NULL && strstr(fuzz_current, "sets/accept/") != NULL;
    bool reject = fuzz_current != NULL && strstr(fuzz_current, "sets/reject/") != NULL;
    if (accept)
        FUZZ_CHECK(v->status == TG_OK, tg_status_name(v->status));
    if (reject)
        FUZZ_CHECK(strstr(fuzz_current, tg_status_name(v->status) + 3) != NULL, tg_status_name(v->status));
    for (uint64_t k = 1; (accept || reject) && k <= v->calls; k++)
        starve(s, v, k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const variations[])(const set_files *, const verdict *, uint64_t *) = {vary_single, vary_memory,
                                                                                         vary_limit, vary_cut};
    set_files s;
    if (size > MAX_INPUT)
        return 0;
    set_read(&s, data, size);
    if (s.num == 0)
        return 0;
    uint64_t hash = fuzz_hash(data, size);
    write_files(&s);
    const how first = {0, 0, 1, 0}, second = {(hash & 1) != 0 ? TG_SEALED_COPY : 0u, 0, hash, 0};
    verdict base = open_first(&s, s.files[0].name, &first);
    check_named(&s, &base);
    if ((hash >> 1 & 3) == 0) {
        verdict other = open_first(&s, s.files[0].name, &second);
        if (other.status != TG_E_NO_SEALS)
            check_same(&base, &other, "the verdict depends on the hash or on the copy");
    }
    variations[hash >> 8 & 3](&s, &base, &hash);
    return 0;
}
