/* SPDX-License-Identifier: MIT */
/* The oracle (see oracle.h): one open and what must hold after it, and the ways that must agree. What is varied with
 * a known effect is in vary.c. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* memfd_create */
#endif

#include "oracle.h"

#include "fuzz.h"
#include "heap.h"
#include "legacy_magics.h"
#include "model_check.h"
#include "ref_legacy.h"
#include "wide.h"

#include <stdio.h>
#include <stdlib.h>
#ifdef _WIN32
#include <io.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

#define READ_AHEAD 65536
#define MAX_LINEAR ((uint64_t)1 << 30)  /* bytes of files whose memory is compared with their size */
#define MAX_REFERENCE ((size_t)16384)   /* the second reader compares each with each */
#define ZIP_TAIL (22 + 65535 + 20 + 56) /* bytes at the end of a file where an archive is looked for */
#define LEAST_RECORD 14                 /* bytes of a tensor record of a legacy file */

/* ---- Sources --------------------------------------------------------------------------------- */

/* Files of the ggml family before GGUF: their records lie between the data, so each may take a read, and the last of
 * them are read again where a zip archive is looked for. */
bool oracle_is_legacy(const ref_file *file)
{
    return has_legacy_magic(file->data, file->len);
}

/* Is there the mark of the end record of a zip archive? Then more is read than the header, and parts of it twice. */
bool oracle_may_be_zip(const ref_file *file)
{
    const uint8_t *at = file->data, *const end = file->data + file->len;
    while (end - at >= 4 && (at = (const uint8_t *)memchr(at, 'P', (size_t)(end - at - 3))) != NULL)
        if (memcmp(at++, "PK\5\6", 4) == 0)
            return true;
    return false;
}

/* A reader that insists on being asked for each byte of the header once, in order; and for the end of the file then. */
typedef struct strict_reader {
    const ref_file *file;
    uint64_t next;   /* byte that was not asked for yet */
    uint64_t header; /* the bytes that were asked for from the first on, without a gap */
    uint64_t calls;  /* so far */
    uint64_t twice;  /* from this byte on, bytes may be read a second time */
    bool opening;
} strict_reader;

static int read_strictly(void *context, uint64_t offset, void *buffer, size_t len)
{
    strict_reader *r = (strict_reader *)context;
    FUZZ_CHECK(len > 0 && offset <= r->file->size && len <= r->file->size - offset, "a read outside of the file");
    if (r->opening) {
        FUZZ_CHECK(offset >= r->next || offset >= r->twice, "a byte is read twice");
        if (offset == r->header)
            r->header = offset + len;
        if (offset + len > r->next)
            r->next = offset + len;
        r->calls++;
    }
    uint64_t here = offset < r->file->len ? r->file->len - offset : 0;
    size_t part = here < len ? (size_t)here : len;
    if (part > 0)
        memcpy(buffer, r->file->data + offset, part);
    memset((uint8_t *)buffer + part, 0, len - part);
    return 0;
}

static tg_status open_reader(const ref_file *file, const tg_options *options, strict_reader *r, tg_model **model,
                             tg_error *error)
{
    tg_reader reader = {sizeof reader, file->size, read_strictly, r};
    bool zip = oracle_may_be_zip(file), legacy = oracle_is_legacy(file);
    r->file = file;
    r->twice = zip ? 0 : UINT64_MAX;
    if (legacy && !zip)
        r->twice = file->size > ZIP_TAIL ? file->size - ZIP_TAIL : 0;
    r->opening = true;
    tg_status status = tg_open_reader(&reader, options, model, error);
    r->opening = false;
    FUZZ_CHECK(r->calls <= (zip ? 2000 : legacy ? 70 + file->len / LEAST_RECORD : 70), "too many reads");
    if (status == TG_OK && !zip && !legacy) {
        uint64_t header = tg_model_data_offset(*model), ahead = header > READ_AHEAD ? header : READ_AHEAD;
        /* What is read of the end of the file may begin where the header was read to. */
        bool near_end = file->size <= header + ahead + READ_AHEAD + 128;
        FUZZ_CHECK(r->header <= header + ahead || near_end, "read far beyond the header");
    }
    return status;
}

/* One file for the whole process, without a name. */
static int scratch_file(const ref_file *file)
{
    static FILE *scratch;
    if (scratch == NULL) {
#if defined(__linux__) && defined(MFD_CLOEXEC)
        scratch = fdopen(memfd_create("tensorgate-fuzz", MFD_CLOEXEC), "w+b");
#else
        scratch = tmpfile();
#endif
        FUZZ_CHECK(scratch != NULL, "no temporary file");
        (void)setvbuf(scratch, NULL, _IONBF, 0);
    }
#ifdef _WIN32
    int fd = _fileno(scratch);
    bool sized = _chsize_s(fd, 0) == 0;
#else
    int fd = fileno(scratch);
    bool sized = ftruncate(fd, 0) == 0;
#endif
    rewind(scratch);
    FUZZ_CHECK(sized && fwrite(file->data, 1, (size_t)file->len, scratch) == file->len, "no temporary file");
    return fd;
}

static tg_status open_from(const ref_file *file, const tg_options *options, oracle_source source, strict_reader *reader,
                           tg_model **model, tg_error *error)
{
    tg_options own = *options;
    switch (source) {
    case ORACLE_READER:
        return open_reader(file, options, reader, model, error);
    case ORACLE_FILE:
        own.allocator = NULL;
        return tg_open_fd(scratch_file(file), &own, model, error);
    case ORACLE_STABLE:
        own.flags |= TG_STABLE_MEMORY;
        break;
    case ORACLE_MEMORY:
        break;
    }
    return tg_open_memory(file->data, (size_t)file->len, &own, model, error);
}

/* ---- After one open ------------------------------------------------------------------------------ */

static bool about_content(tg_class class_)
{
    return class_ == TG_CLASS_MALFORMED || class_ == TG_CLASS_TRUNCATED || class_ == TG_CLASS_UNSUPPORTED ||
           class_ == TG_CLASS_LIMIT;
}

static void check_error(const ref_file *file, const tg_error *error, tg_status status, bool starved)
{
    char line[TG_ERROR_LINE];
    tg_class class_ = tg_status_class(status);
    FUZZ_CHECK(error->status == status && status != TG_OK, "an error that is another one");
    FUZZ_CHECK(class_ != TG_CLASS_INTERNAL, "an internal error");
    bool asks = status == TG_E_ZIP_SEVERAL; /* which of the models in the archive? */
    FUZZ_CHECK(about_content(class_) || asks || (starved && status == TG_E_NO_MEMORY), "an error of another kind");
    FUZZ_CHECK(error->offset <= file->size && error->file == 0, "an error outside of the file");
    FUZZ_CHECK((error->index == TG_NO_INDEX) == (tg_error_entry(error)[0] == '\0'), "an index of nothing");
    size_t len = tg_error_format(error, line, sizeof line);
    FUZZ_CHECK(len < sizeof line && strlen(line) == len, "a line that does not fit");
    FUZZ_CHECK(strstr(line, tg_status_name(status)) != NULL, "a line without the status");
    if (class_ == TG_CLASS_TRUNCATED && status != TG_E_EMPTY_FILE)
        FUZZ_CHECK(error->found < error->limit || error->limit == 0, "truncated, though the bytes are there");
    (void)tg_error_hint(error);
}

/* Of a file that begins as no format does it is said that it is all zero, if it is. */
static void check_zeros(const ref_file *file, const oracle_options *options, const tg_error *error)
{
    uint64_t shown = ref_limits(&options->limits).max_header_bytes, nonzero = 0;
    if (file->len > 64 || file->len > shown)
        return;
    for (uint64_t i = 0; i < file->len; i++)
        nonzero += file->data[i] != 0;
    const char *hint = tg_error_hint(error);
    FUZZ_CHECK((nonzero == 0) == (hint != NULL && strstr(hint, "all zero") != NULL), "a hint about zeros");
}

static uint64_t warning_bits(const tg_model *model)
{
    uint64_t bits = 0;
    for (uint64_t i = 0; i < tg_model_num_warnings(model); i++)
        bits |= UINT64_C(1) << ((unsigned)tg_model_warning(model, i)->status - REF_FIRST_WARNING);
    return bits;
}

/* The promise, and, for files this small, what is known of the implementation: linear in the header. */
static void check_heap(const ref_file *file, const oracle_options *options, const fuzz_heap *heap)
{
    tg_limits limits = ref_limits(&options->limits);
    wide budget = wide_mul(limits.heap_factor, file->size);
    if (!wide_above(budget, INT64_MAX))
        FUZZ_CHECK(heap->peak <= limits.heap_base + wide_low(budget), "more memory than the limit");
    if (file->size > MAX_LINEAR)
        return;
    FUZZ_CHECK(heap->peak <= 65536 + READ_AHEAD + 20 * file->size, "more memory than the header is worth");
    uint64_t lists =
        oracle_is_legacy(file) ? 160 : 64; /* of the ggml family each layout that fits so far has its own */
    FUZZ_CHECK(heap->num_calls <= lists + file->size / 8, "too many blocks");
}

tg_options oracle_given(const oracle_options *options, const uint64_t *key)
{
    tg_options given;
    memset(&given, 0, sizeof given);
    given.struct_size = sizeof given;
    given.flags = options->flags;
    given.profile = options->profile;
    given.limits = &options->limits;
    given.hash_key = key;
    given.layout = options->layout;
    return given;
}

/* Reads the whole file of an accepted model a second time; a member of an archive is no whole file. */
static void read_accepted(const tg_model *model, const ref_file *file, const oracle_options *options)
{
    if (tg_model_region_offset(model) > 0)
        return;
    if (oracle_is_legacy(file))
        ref_legacy_check(model, file, (options->flags & TG_GPT4ALL_VOCABULARY) != 0);
    else if (tg_model_format(model) == TG_FORMAT_SAFETENSORS)
        ref_safetensors_check(model, file);
}

oracle_verdict oracle_open(const ref_file *file, const oracle_options *options, oracle_source source,
                           const oracle_how *how)
{
    fuzz_heap heap;
    int64_t fail_at = how != NULL ? how->fail_at : 0;
    memset(&heap, 0, sizeof heap);
    heap.fail_at = (uint64_t)(fail_at < 0 ? -fail_at : fail_at);
    heap.fail_after = fail_at < 0;
    tg_allocator allocator = fuzz_heap_allocator(&heap);
    const uint64_t key[2] = {file->len + (uint64_t)source, 0x5A5A};
    tg_options given = oracle_given(options, key);
    given.allocator = &allocator;
    tg_model *model = NULL, *const untouched = (tg_model *)(void *)&heap;
    strict_reader reader = {file, 0, 0, 0, 0, false};
    oracle_verdict v;
    memset(&v, 0, sizeof v);
    memset(&v.error, 0x3C, sizeof v.error);
    const tg_error poison = v.error;
    model = untouched;
    v.status = open_from(file, &given, source, &reader, &model, &v.error);
    if (v.status == TG_OK) {
        FUZZ_CHECK(model != NULL && model != untouched, "accepted, but no model");
        FUZZ_CHECK(memcmp(&v.error, &poison, sizeof poison) == 0, "an error was written on success");
        if (how != NULL && how->look)
            model_check(model, file, source != ORACLE_READER);
        if (how != NULL && how->ref != NULL && how->ref->status == TG_OK)
            model_check_gguf(model, how->ref);
        if (how != NULL && how->look)
            read_accepted(model, file, options);
        if (how != NULL && how->also != NULL)
            how->also(model, how->context);
        v.digest = model_digest(model);
        v.warnings = warning_bits(model);
        tg_close(model);
    } else {
        FUZZ_CHECK(model == untouched, "a model was written on failure");
        check_error(file, &v.error, v.status, heap.failed);
        if (v.status == TG_E_MAGIC)
            check_zeros(file, options, &v.error);
    }
    FUZZ_CHECK(heap.live == 0 && heap.num_blocks == 0, "memory leaks");
    check_heap(file, options, &heap);
    v.calls = heap.num_calls;
    v.peak = heap.peak;
    return v;
}

void oracle_same(const oracle_verdict *a, const oracle_verdict *b, const char *what)
{
    FUZZ_CHECK(a->status == b->status, what);
    FUZZ_CHECK(a->digest == b->digest && a->warnings == b->warnings, what);
    if (a->status == TG_OK)
        return;
    const tg_error *x = &a->error, *y = &b->error;
    FUZZ_CHECK(x->offset == y->offset && x->index == y->index && x->file == y->file, what);
    FUZZ_CHECK(x->found == y->found && x->limit == y->limit, what);
    FUZZ_CHECK((x->what == NULL) == (y->what == NULL) && (x->what == NULL || strcmp(x->what, y->what) == 0), what);
    FUZZ_CHECK(tg_error_hint(x) == tg_error_hint(y), what);
}

/* ---- Against the second reader ---------------------------------------------------------------------- */

static bool is_gguf(const ref_file *file)
{
    return file->len >= 4 && memcmp(file->data, "GGUF", 4) == 0;
}

/* What the second reader says of `file`; NULL where it is not asked. */
static ref_gguf *read_again(const ref_file *file, const ref_options *options)
{
    if (!is_gguf(file) || file->len > MAX_REFERENCE || oracle_may_be_zip(file))
        return NULL;
    ref_gguf *ref = (ref_gguf *)malloc(sizeof *ref);
    FUZZ_CHECK(ref != NULL, "no memory for the second reader");
    ref_gguf_read(ref, file, options);
    return ref;
}

static void compare_reference(const ref_gguf *ref, const oracle_verdict *v)
{
    if (ref == NULL || v->status == TG_E_LIMIT_HEAP) /* which is not modelled */
        return;
    if (ref->status != v->status)
        (void)fprintf(stderr, "the library says %s, the second reader %s at byte %llu\n", tg_status_name(v->status),
                      tg_status_name(ref->status), (unsigned long long)ref->offset);
    FUZZ_CHECK(ref->status == v->status, "the second reader disagrees");
    FUZZ_CHECK(v->status == TG_OK || ref->offset == v->error.offset, "the second reader sees the fault elsewhere");
}

/* ---- One input ----------------------------------------------------------------------------------------- */

oracle_options oracle_options_from(uint64_t hash)
{
    oracle_options o;
    memset(&o, 0, sizeof o);
    o.limits.struct_size = sizeof o.limits;
    if ((hash & 1) != 0)
        o.flags |= TG_CHECK_TEXT;
    if ((hash >> 1 & 7) == 0)
        o.flags |= TG_STRICT;
    if ((hash >> 4 & 7) == 0)
        o.profile = TG_PROFILE_LLAMA_CPP;
    if ((hash >> 7 & 7) == 0) {
        o.limits.max_tensors = 1 + (hash >> 10 & 3);
        o.limits.max_keys = 1 + (hash >> 12 & 3);
        o.limits.max_array_elements = 1 + (hash >> 14 & 15);
        o.limits.max_array_depth = 1 + (hash >> 18 & 3);
        o.limits.max_header_bytes = 64 + (hash >> 20 & 255);
    }
    if ((hash >> 28 & 15) == 0) {
        o.tail = UINT64_C(1) << (hash >> 32 & 31);
        if (o.limits.max_header_bytes == 0)
            o.limits.max_header_bytes = 65536; /* headers of zeros would only take time */
    }
    return o;
}

oracle_options oracle_options_seldom(uint64_t hash)
{
    oracle_options none;
    memset(&none, 0, sizeof none);
    none.limits.struct_size = sizeof none.limits;
    return (hash & 3) == 0 ? oracle_options_from(hash >> 2) : none;
}

/* Another source of the same bytes. */
static void try_source(const ref_file *file, const oracle_options *options, const oracle_verdict *base, uint64_t hash)
{
    const oracle_how look = {0, (hash >> 41 & 1) == 0, NULL, NULL, NULL};
    static const oracle_source sources[] = {ORACLE_STABLE, ORACLE_MEMORY, ORACLE_STABLE, ORACLE_FILE};
    static const char *const what[] = {"memory used in place and reader disagree", "memory and reader disagree",
                                       "memory used in place and reader disagree", "file and reader disagree"};
    unsigned which = hash >> 42 & 3;
    if (options->tail > 0) /* which only a reader can pretend */
        return;
    oracle_verdict other = oracle_open(file, options, sources[which], &look);
    oracle_same(base, &other, what[which]);
}

/* The steps of the format, one after the other. */
static void try_steps(const ref_file *file, const oracle_options *options, const oracle_verdict *base, uint64_t hash)
{
    const uint64_t key[2] = {hash, 1};
    const tg_options given = oracle_given(options, key);
    /* That a file is part of a set is not said by its format, but by whoever opens it alone. */
    uint64_t part = UINT64_C(1) << (TG_W_PART - REF_FIRST_WARNING);
    if (file->len > 4096 || oracle_may_be_zip(file) || base->status == TG_W_PART || (base->warnings & part) != 0)
        return;
    oracle_verdict other = oracle_steps(file, &given);
    oracle_same(base, &other, "the verdict depends on how the bytes arrive");
}

/* One of the three, by `hash`: each takes about as long as the open that it is compared with, and a fuzzer that has
 * three times as many inputs tries more. Where all layouts of the ggml family before GGUF are tried an open is dearest,
 * and only every second file is opened again. corpus_check calls with many hashes. */
static void try_another_way(const ref_file *file, const oracle_options *options, const oracle_verdict *base,
                            uint64_t hash)
{
    unsigned which = hash >> 44 & 15;
    if (options->layout == NULL && (hash >> 63) != 0 && oracle_is_legacy(file))
        return;
    if (which < 5)
        try_source(file, options, base, hash);
    else if (which < 7)
        try_steps(file, options, base, hash);
    else
        oracle_vary(file, options, base, hash >> 48);
}

oracle_verdict oracle_run(const uint8_t *data, size_t size, const oracle_options *options, uint64_t hash)
{
    /* A block of exactly this size, at any alignment. */
    size_t shift = (size_t)(hash >> 40 & 7);
    uint8_t *block = (uint8_t *)malloc(size + shift + (size + shift == 0));
    FUZZ_CHECK(block != NULL, "no memory for the input");
    if (size > 0)
        memcpy(block + shift, data, size);
    const ref_file file = {block + shift, size, size + options->tail};
    const ref_options given = {options->flags, options->profile, ref_limits(&options->limits)};
    ref_gguf *ref = read_again(&file, &given);
    const oracle_how look = {0, true, ref, NULL, NULL};
    oracle_verdict base = oracle_open(&file, options, ORACLE_READER, &look);
    compare_reference(ref, &base);
    try_another_way(&file, options, &base, hash);
    FUZZ_CHECK(size == 0 || memcmp(block + shift, data, size) == 0, "the input was written to");
    if (ref != NULL)
        ref_gguf_free(ref);
    free(ref);
    free(block);
    return base;
}
