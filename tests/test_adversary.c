/* SPDX-License-Identifier: MIT */
/* The file as an adversary: it is cut, grown, overwritten and replaced at every moment between open, parse, map and
 * read, in thousands of random interleavings. Whatever happens: no signal, no number that changes once the model is
 * open, and a clear status. Runs repeat exactly; TG_TEST_SEED is another seed, TG_TEST_ROUNDS another number. */
#include "api/api.h"
#include "faults.h"
#include "gguf_build.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(_WIN32)
#define ROUNDS 500 /* nothing happens there to a file that is open */
#else
#define ROUNDS 6000
#endif

static uint64_t seed;

/* xorshift64*, whose product is meant to wrap. */
#if defined(__clang__)
__attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
static uint64_t
next_random(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * UINT64_C(0x2545F4914F6CDD1D) >> 11;
}

static uint64_t below(uint64_t bound)
{
    return next_random() % bound;
}

/* ---- What the adversary does ---------------------------------------------------------------- */

typedef struct adversary {
    tempfile file, spare;
    const gb_model *good, *other; /* two models that differ */
    uint64_t size;                /* of the file that is open; of the one that has its name by now: unknown */
    bool renamed;                 /* what has the name is not what is open */
    bool resized, written;        /* what is open was changed since it was opened */
    unsigned moves;               /* that are left */
    bool guard_works;
} adversary;

static void write_somewhere(adversary *a, const bytes *from)
{
    uint64_t at = below(from->len), len = 1 + below(from->len - at);
    tempfile_write(&a->file, at, from->data + at, (size_t)len);
    if (a->renamed)
        return;
    a->written = true;
    if (at + len > a->size) {
        a->size = at + len;
        a->resized = true;
    }
}

static void write_junk(adversary *a)
{
    uint8_t junk[64];
    for (size_t i = 0; i < sizeof junk; i++)
        junk[i] = (uint8_t)below(256);
    uint64_t len = 1 + below(sizeof junk), at = below(a->good->file.len);
    tempfile_write(&a->file, at, junk, (size_t)len);
    if (a->renamed)
        return;
    a->written = true;
    if (at + len > a->size) {
        a->size = at + len;
        a->resized = true;
    }
}

static void resize(adversary *a, uint64_t size)
{
    if (!tempfile_resize(&a->file, size) || a->renamed)
        return;
    a->resized = a->resized || size != a->size;
    a->size = size;
}

/* Puts another file under the name; where the system refuses, nothing has happened. */
static void replace(adversary *a)
{
#ifndef _WIN32
    tempfile_resize(&a->spare, 0);
    tempfile_write(&a->spare, 0, a->other->file.data, (size_t)below(a->other->file.len) + 1);
    if (rename(a->spare.path, a->file.path) != 0)
        return;
    a->spare = tempfile_new("", 0);
    a->renamed = true;
#else
    (void)a;
#endif
}

/* One random move, or none. */
static void move(adversary *a)
{
    if (a->moves == 0 || below(3) != 0)
        return;
    a->moves--;
    switch (below(8)) {
    case 0:
        resize(a, below(a->good->file.len));
        break;
    case 1:
        resize(a, 0);
        break;
    case 2:
        resize(a, a->good->file.len + below(100000));
        break;
    case 3:
        write_somewhere(a, &a->other->file);
        break;
    case 4:
        write_somewhere(a, &a->good->file);
        break;
    case 5:
        replace(a);
        break;
    default:
        write_junk(a);
        break;
    }
}

/* ---- Its place between the library and the system ------------------------------------------- */

/* The calls of the real source, with a move in front of and behind each. One model is open at a time. */
static adversary *present;
static const tgi_source_calls *real_calls;

static tgi_fault adverse_read(const tgi_source *source, uint64_t offset, void *buffer, size_t len)
{
    /* Two halves, so that one read can see two files. */
    size_t half = len > 1 ? (size_t)below(len) : 0;
    move(present);
    tgi_fault fault = {TG_OK, 0};
    if (half > 0)
        fault = real_calls->read(source, offset, buffer, half);
    move(present);
    if (fault.status == TG_OK)
        fault = real_calls->read(source, offset + half, (uint8_t *)buffer + half, len - half);
    move(present);
    return fault;
}

static tgi_fault adverse_map(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data)
{
    move(present);
    tgi_fault fault = real_calls->map(source, offset, len, out_data);
    move(present);
    return fault;
}

static tgi_fault adverse_advise(const tgi_source *source, tgi_advice advice, uint64_t offset, size_t len,
                                const uint8_t *data)
{
    move(present);
    return real_calls->advise(source, advice, offset, len, data);
}

static void adverse_unmap(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data)
{
    move(present);
    real_calls->unmap(source, offset, len, data);
}

static tgi_fault adverse_recheck(const tgi_source *source)
{
    move(present);
    return real_calls->recheck(source);
}

static void adverse_close(tgi_source *source)
{
    real_calls->close(source);
}

static const tgi_source_calls adverse_calls = {adverse_read,   adverse_map,     adverse_unmap,
                                               adverse_advise, adverse_recheck, adverse_close};

/* ---- What must hold -------------------------------------------------------------------------- */

#if defined(__clang__)
__attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
static uint64_t
mix(uint64_t digest, uint64_t value)
{
    return (digest ^ value) * UINT64_C(0x9E3779B97F4A7C15);
}

static uint64_t mix_text(uint64_t digest, tg_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        digest = mix(digest, (uint8_t)text.ptr[i]);
    return mix(digest, text.len);
}

/* Every number that the model has given out. */
static uint64_t digest_of(const tg_model *model)
{
    uint64_t digest = mix(tg_model_file_size(model), tg_model_data_offset(model));
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        digest = mix_text(mix(mix(digest, t->offset), t->size), t->name);
        for (uint32_t d = 0; d < t->num_dims; d++)
            digest = mix(digest, t->dims[d]);
        assert_true(t->offset <= tg_model_file_size(model) && t->size <= tg_model_file_size(model) - t->offset);
    }
    for (uint64_t i = 0; i < tg_model_num_keys(model); i++) {
        const tg_key *key = tg_model_key(model, i);
        tg_value value = tg_model_value(model, key);
        tg_bytes text;
        digest = mix(mix_text(digest, key->name), value.count);
        if (tg_value_string(&value, &text))
            digest = mix_text(digest, text);
    }
    return digest;
}

static void assert_changed_or_fine(tg_status status)
{
    assert_true(status == TG_OK || status == TG_E_FILE_CHANGED);
}

/* Reads a tensor, and through its mapping where that cannot fault: the adversary moves only when it is asked. */
static void use_tensor(const adversary *a, const tg_model *model, const tg_tensor *t, bool guarded)
{
    const void *data = NULL;
    size_t len = 0;
    volatile uint8_t sum = 0;
    uint8_t *buffer = (uint8_t *)must_alloc((size_t)t->size + 1);
    assert_changed_or_fine(tg_tensor_read(model, t, 0, buffer, (size_t)t->size, NULL));
    free(buffer);
    tg_status status = tg_tensor_data(model, t, &data, &len, NULL);
    assert_changed_or_fine(status);
    if (status != TG_OK || len == 0)
        return;
    if (!guarded && a->size < t->offset + t->size)
        return;
    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum ^ ((const uint8_t *)data)[i]);
    if (a->size < t->offset) /* the page that holds the new end does not fault, but the size tells */
        assert_int_equal(tg_model_recheck(model, NULL), TG_E_FILE_CHANGED);
}

static void use_model(adversary *a, const tg_model *model, bool guarded)
{
    uint64_t digest = digest_of(model);
    for (unsigned i = 0; i < 6 && tg_model_num_tensors(model) > 0; i++) {
        move(a);
        use_tensor(a, model, tg_model_tensor(model, below(tg_model_num_tensors(model))), guarded);
        tg_status status = i % 2 == 0 ? tg_model_prefetch(model, NULL, 0, NULL, NULL) : tg_model_recheck(model, NULL);
        assert_changed_or_fine(status);
        assert_int_equal(digest_of(model), digest);
    }
    a->moves = 0;
    if (a->size != tg_model_file_size(model))
        assert_int_equal(tg_model_recheck(model, NULL), TG_E_FILE_CHANGED);
}

/* Opens the file while it changes. Returns whether it was accepted. */
static bool play(adversary *a)
{
    tg_options options;
    tgi_settings settings;
    tgi_source source;
    tg_model *model = NULL;
    tg_error error;
    const char *what;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    bool guarded = below(2) == 0 && a->guard_works;
    options.flags = guarded ? TG_GUARD : 0;
    assert_true(tgi_settings_from(&options, &settings, &what));
    move(a);
    tgi_fault fault = tgi_source_path(&source, a->file.path);
    assert_int_equal(fault.status, TG_OK);
#ifdef _WIN32
    a->moves = 0; /* nobody can write to a file that is open: test_files shows it */
#endif
    a->renamed = false; /* it is what was opened */
    a->size = source.size;
    present = a;
    real_calls = source.calls;
    source.calls = &adverse_calls;
    tg_status status = tgi_open(&source, &settings, &model, &error);
    if (status != TG_OK) {
        tg_class kind = tg_status_class(status);
        assert_true(kind == TG_CLASS_MALFORMED || kind == TG_CLASS_TRUNCATED || kind == TG_CLASS_UNSUPPORTED ||
                    kind == TG_CLASS_LIMIT || status == TG_E_FILE_CHANGED);
        return false;
    }
    use_model(a, model, guarded);
    tg_close(model);
    return true;
}

static uint64_t number_from(const char *variable, uint64_t usual)
{
    const char *text = getenv(variable);
    return text != NULL ? strtoull(text, NULL, 10) : usual;
}

/* Two models with data of several pages, so that a cut takes whole pages away. */
static gb_model *large_model(const char *name, uint64_t elements)
{
    gb_model *m = gb_base();
    gb_add_tensor(m, name, GB_T_F32, GB_DIMS(elements, 3));
    gb_add_tensor(m, "tail", GB_T_I8, GB_DIMS(elements));
    gb_write(m);
    return m;
}

static void whatever_a_file_does_nothing_breaks(void **state)
{
    (void)state;
    gb_model *good = large_model("good", 2048), *other = large_model("other", 3000);
    uint64_t rounds = number_from("TG_TEST_ROUNDS", ROUNDS), first = number_from("TG_TEST_SEED", 20230401);
    adversary a;
    memset(&a, 0, sizeof a);
    a.good = good;
    a.other = other;
    a.file = tempfile_new("", 0);
    a.spare = tempfile_new("", 0);
    a.guard_works = faults_are_told();
    uint64_t accepted = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        seed = (first + i) | UINT64_C(1) << 40;
        a.renamed = false;
        must(tempfile_resize(&a.file, 0), "truncate");
        tempfile_write(&a.file, 0, good->file.data, good->file.len);
        a.moves = (unsigned)below(5);
        accepted += play(&a) ? 1 : 0;
    }
    print_message("seeds %llu to %llu, %llu of them accepted\n", (unsigned long long)first,
                  (unsigned long long)(first + rounds - 1), (unsigned long long)accepted);
    assert_true(rounds < 100 || (accepted > rounds / 10 && accepted < rounds));
    tempfile_remove(&a.file);
    tempfile_remove(&a.spare);
    gb_free(good);
    gb_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_a_file_does_nothing_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
