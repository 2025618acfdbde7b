/* SPDX-License-Identifier: MIT */
/* Opening the same bytes from every source: see sources.h. */
#include "sources.h"

#include "bytes.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
    MEMORY,
    STABLE_MEMORY,
    READER,
    PATH,
    DESCRIPTOR,
    REGION_OF_FILE,
    REGION_OF_MEMORY,
    NUM_SOURCES
};

static const char *const source_names[NUM_SOURCES] = {
    "copied memory", "stable memory", "reader", "path", "descriptor", "a region of a file", "a region of memory",
};

/* What stands around regions. No alignment divides the first. */
#define BEFORE 7
#define BEHIND 5

/* The reader is asked once for this much at the end, where a zip archive would have its directory. */
#define MOST_TAIL 65633

/* Entries that are compared one by one; further ones are only counted. */
#define MAX_COMPARED 512

static void insist(bool holds, int source, const char *what)
{
    if (holds)
        return;
    print_error("opened from %s: %s\n", source_names[source], what);
    fail();
}

/* ---- The reader -------------------------------------------------------------------- */

span span_over(const void *data, uint64_t len)
{
    span s;
    memset(&s, 0, sizeof s);
    s.data = (const uint8_t *)data;
    s.len = len;
    s.size = len;
    return s;
}

static int span_read(void *context, uint64_t offset, void *buffer, size_t len)
{
    span *s = (span *)context;
    s->num_reads++;
    if (s->fail_with != 0)
        return s->fail_with;
    if (len == 0 || offset > s->size || len > s->size - offset) {
        s->strayed = true;
        return -1;
    }
    if (offset < s->asked)
        s->repeated = true;
    s->asked = offset + len;
    bool tail = s->num_reads > 1 && s->asked == s->size && len <= MOST_TAIL;
    s->total += tail ? 0 : len;
    if (!tail)
        s->highest = s->asked;
    size_t there = 0;
    if (offset < s->len)
        there = len < s->len - offset ? len : (size_t)(s->len - offset);
    if (there > 0)
        memcpy(buffer, s->data + (size_t)offset, there);
    memset((uint8_t *)buffer + there, 0, len - there);
    return 0;
}

tg_reader span_reader(span *s)
{
    tg_reader reader = {sizeof reader, s->size, span_read, s};
    return reader;
}

/* ---- One source ----------------------------------------------------------------------- */

typedef struct trial {
    tg_status status;
    tg_error error;
    tg_model *model; /* NULL where the file was rejected */
} trial;

/* The bytes in every form that they are opened from. */
typedef struct forms {
    guarded bytes, wide; /* `wide`: with other bytes around them */
    tempfile file, wide_file;
    bool has_wide_file; /* a quarter of all files have one, for files take time */
    span reads;
    tg_reader reader;
} forms;

static void make_forms(forms *f, const void *data, size_t len)
{
    bytes wide = bytes_new(false);
    bytes_fill(&wide, BEFORE, 'G');
    bytes_raw(&wide, data, len);
    bytes_fill(&wide, len > 0 ? BEHIND : 0, 'G'); /* a length of 0 is all there is */
    f->bytes = guarded_copy(data, len);
    f->wide = guarded_copy(wide.data, wide.len);
    f->file = tempfile_new(data, len);
    f->has_wide_file = len % 4 == 0;
    if (f->has_wide_file)
        f->wide_file = tempfile_new(wide.data, wide.len);
    f->reads = span_over(f->bytes.data, len);
    f->reader = span_reader(&f->reads);
    bytes_free(&wide);
}

static tg_status open_from(int source, const forms *f, const tg_options *options, tg_model **out_model,
                           tg_error *out_error)
{
    tg_options stable, region;
    memset(&stable, 0, sizeof stable);
    stable.struct_size = sizeof stable;
    if (options != NULL)
        memcpy(&stable, options, options->struct_size < sizeof stable ? options->struct_size : sizeof stable);
    stable.struct_size = sizeof stable;
    region = stable;
    stable.flags |= TG_STABLE_MEMORY;
    region.region_offset = BEFORE;
    region.region_len = f->bytes.len;
    switch (source) {
    case MEMORY:
        return tg_open_memory(f->bytes.data, f->bytes.len, options, out_model, out_error);
    case STABLE_MEMORY:
        return tg_open_memory(f->bytes.data, f->bytes.len, &stable, out_model, out_error);
    case READER:
        return tg_open_reader(&f->reader, options, out_model, out_error);
    case PATH:
        return tg_open_path(f->file.path, options, out_model, out_error);
    case REGION_OF_FILE:
        return tg_open_path(f->wide_file.path, &region, out_model, out_error);
    case REGION_OF_MEMORY:
        return tg_open_memory(f->wide.data, f->wide.len, &region, out_model, out_error);
    default:
        break;
    }
    int fd = tempfile_open(&f->file);
    tg_status status = tg_open_fd(fd, options, out_model, out_error);
    tempfile_close(fd);
    return status;
}

/* Outputs hold a pattern before the call, so that it shows which of them were written. */
static trial try_source(int source, const forms *f, const tg_options *options)
{
    static char untouched = 0;
    tg_model *const before = (tg_model *)(void *)&untouched;
    trial t;
    tg_error pattern;
    memset(&pattern, 0xA5, sizeof pattern);
    memset(&t, 0xA5, sizeof t);
    t.model = before;
    t.status = open_from(source, f, options, &t.model, &t.error);
    if (t.status == TG_OK) {
        insist(t.model != before && t.model != NULL, source, "accepted, but no model was given");
        insist(memcmp(&t.error, &pattern, sizeof pattern) == 0, source, "accepted, but the error was written");
        memset(&t.error, 0, sizeof t.error);
    } else {
        insist(t.model == before, source, "rejected, but the model was written");
        insist(t.error.status == t.status, source, "the error holds another status than was returned");
        insist(t.error.offset <= f->bytes.len, source, "the error is beyond the end of the file");
        t.model = NULL;
    }
    return t;
}

/* ---- Comparing -------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_bytes(tg_bytes a, tg_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static void compare_errors(int source, const trial *a, const trial *b)
{
    if (a->status != b->status)
        print_error("%s at byte %llu, but from copied memory %s at byte %llu\n", tg_status_name(b->status),
                    (unsigned long long)b->error.offset, tg_status_name(a->status),
                    (unsigned long long)a->error.offset);
    insist(a->status == b->status, source, "another status");
    insist(a->error.file == b->error.file, source, "another file");
    insist(a->error.offset == b->error.offset, source, "another offset");
    insist(a->error.index == b->error.index, source, "another index");
    insist(a->error.found == b->error.found, source, "another number found");
    insist(a->error.limit == b->error.limit, source, "another limit");
    insist(a->error.os_code == b->error.os_code, source, "another os_code");
    insist(same_text(a->error.what, b->error.what), source, "another field at fault");
    insist(same_text(tg_error_hint(&a->error), tg_error_hint(&b->error)), source, "another hint");
    insist(tg_error_layout(&a->error, 0) == tg_error_layout(&b->error, 0), source, "another layout");
    insist(same_text(tg_error_entry(&a->error), tg_error_entry(&b->error)), source, "another kind of entry");
}

static void compare_warnings(int source, const tg_model *a, const tg_model *b)
{
    insist(tg_model_num_warnings(a) == tg_model_num_warnings(b), source, "another number of warnings");
    for (uint64_t i = 0; i < tg_model_num_warnings(a); i++) {
        const tg_warning *v = tg_model_warning(a, i), *w = tg_model_warning(b, i);
        insist(v->status == w->status && v->count == w->count, source, "another warning");
        insist(v->offset == w->offset && v->index == w->index, source, "a warning about another place");
        insist(v->found == w->found && v->limit == w->limit, source, "a warning with other numbers");
        insist(same_text(v->what, w->what), source, "a warning about another field");
    }
}

static void compare_tensors(int source, const tg_model *a, const tg_model *b)
{
    insist(tg_model_num_tensors(a) == tg_model_num_tensors(b), source, "another number of tensors");
    for (uint64_t i = 0; i < tg_model_num_tensors(a) && i < MAX_COMPARED; i++) {
        const tg_tensor *v = tg_model_tensor(a, i), *w = tg_model_tensor(b, i);
        insist(same_bytes(v->name, w->name) && v->entry_offset == w->entry_offset, source, "another tensor");
        insist(v->offset == w->offset && v->size == w->size, source, "a tensor at another place");
        insist(v->dtype == w->dtype && v->num_dims == w->num_dims, source, "a tensor of another type");
        for (uint32_t d = 0; d < v->num_dims; d++)
            insist(v->dims[d] == w->dims[d], source, "a tensor with other dims");
    }
}

static void compare_keys(int source, const tg_model *a, const tg_model *b)
{
    insist(tg_model_num_keys(a) == tg_model_num_keys(b), source, "another number of keys");
    for (uint64_t i = 0; i < tg_model_num_keys(a) && i < MAX_COMPARED; i++) {
        const tg_key *v = tg_model_key(a, i), *w = tg_model_key(b, i);
        insist(same_bytes(v->name, w->name) && v->entry_offset == w->entry_offset, source, "another key");
        insist(v->type == w->type, source, "a key of another type");
        tg_value x = tg_model_value(a, v), y = tg_model_value(b, w);
        insist(x.type == y.type && x.element_type == y.element_type, source, "a value of another type");
        insist(x.count == y.count, source, "an array of another length");
    }
}

static void compare_models(int source, const tg_model *a, const tg_model *b)
{
    insist(tg_model_format(a) == tg_model_format(b), source, "another format");
    insist(tg_model_layout(a) == tg_model_layout(b), source, "another layout");
    insist(tg_model_version(a) == tg_model_version(b), source, "another version");
    insist(tg_model_endian(a) == tg_model_endian(b), source, "another byte order");
    insist(tg_model_alignment(a) == tg_model_alignment(b), source, "another alignment");
    insist(tg_model_data_offset(a) == tg_model_data_offset(b), source, "the data begins elsewhere");
    insist(tg_model_file_size(a) == tg_model_file_size(b), source, "another file size");
    insist(tg_model_num_files(a) == tg_model_num_files(b), source, "another number of files");
    compare_keys(source, a, b);
    compare_tensors(source, a, b);
    compare_warnings(source, a, b);
}

/* The reader must have been asked inside the file, for no byte twice, and not far beyond the header. The headers of the
 * ggml family before GGUF lie between the data: behind each record, little may have been read. */
static void check_reads(const span *s, const tg_model *model)
{
    insist(!s->strayed, READER, "asked for bytes outside of the file");
    if (model == NULL || tg_model_region_offset(model) != 0)
        return; /* in a zip archive, what leads to the model is read too */
    uint64_t header = tg_model_data_offset(model), records = 4096 * (tg_model_num_tensors(model) + 1);
    uint64_t ahead = header > 65536 ? header : 65536;
    if (tg_model_layout(model) != TG_LAYOUT_NONE) { /* its last records may stand where a zip archive is looked for */
        insist(s->total <= header + ahead + records + (1 << 17), READER, "read much of the data");
        return;
    }
    insist(!s->repeated, READER, "asked for the same bytes twice");
    insist(s->highest <= header + (header > 65536 ? header : 65536), READER, "read far beyond the header");
}

opened open_everywhere(const void *data, size_t len, const tg_options *options)
{
    forms f;
    make_forms(&f, data, len);
    trial trials[NUM_SOURCES];
    for (int i = 0; i < NUM_SOURCES; i++) {
        if (i == REGION_OF_FILE && !f.has_wide_file) {
            trials[i].model = NULL;
            continue;
        }
        trials[i] = try_source(i, &f, options);
        compare_errors(i, &trials[0], &trials[i]);
        if (trials[i].status == TG_OK)
            compare_models(i, trials[0].model, trials[i].model);
    }
    check_reads(&f.reads, trials[READER].model);
    for (int i = 1; i < NUM_SOURCES; i++)
        tg_close(trials[i].model);
    tempfile_remove(&f.file);
    if (f.has_wide_file)
        tempfile_remove(&f.wide_file);
    guarded_free(&f.wide);
    opened o = {trials[0].status, trials[0].error, trials[0].model, f.bytes};
    return o;
}

void opened_close(opened *o)
{
    tg_close(o->model);
    o->model = NULL;
    guarded_free(&o->bytes);
}
