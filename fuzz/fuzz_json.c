/* SPDX-License-Identifier: MIT */
/* The JSON reader alone, against one that looks at every character: each token that could begin at a few places of the
 * text, and the text as one value that is passed over. */
#include "fuzz.h"
#include "heap.h"
#include "ref_json.h"

#include "api/api.h"
#include "core/json_parse.h"

#include <stdlib.h>

#define MAX_INPUT ((size_t)16384)
#define ORIGIN 1000 /* where in its file the text stands */

static tg_status status_of(tgi_json_fault fault)
{
    static const tg_status statuses[] = {TG_OK,
                                         TG_E_JSON_END,
                                         TG_E_JSON_SYNTAX,
                                         TG_E_JSON_UTF8,
                                         TG_E_JSON_CONTROL,
                                         TG_E_JSON_ESCAPE,
                                         TG_E_JSON_SURROGATE,
                                         TG_E_JSON_NUMBER,
                                         TG_E_JSON_RANGE,
                                         TG_E_JSON_DEPTH};
    return statuses[fault];
}

static tgi_cursor cursor_at(ref_text_of t, size_t at)
{
    const tgi_cursor c = {t.text, t.len, at, ORIGIN, false};
    return c;
}

static void check_same(tgi_json_fault fault, const tgi_cursor *c, tg_status wanted, size_t wanted_at, const char *what)
{
    FUZZ_CHECK(status_of(fault) == wanted, what);
    FUZZ_CHECK(c->pos == wanted_at, what);
}

static void check_string(ref_text_of t, size_t at, uint8_t *wanted, uint8_t *got)
{
    tgi_cursor c = cursor_at(t, at);
    tgi_json_string s = {NULL, 77, 0, false};
    size_t end = at, len;
    tgi_json_fault fault = tgi_json_string_value(&c, &s);
    tg_status status = ref_json_string(t, &end, wanted, &len);
    check_same(fault, &c, status, end, "a string");
    FUZZ_CHECK(status == TG_OK || s.len == 77, "a string was written on a fault");
    if (status != TG_OK)
        return;
    size_t begin = ref_json_space(t, at) + 1;
    FUZZ_CHECK(s.text == t.text + begin && s.len == end - 1 - begin && s.offset == ORIGIN + begin, "another string");
    FUZZ_CHECK(s.escaped == (s.len > 0 && memchr(s.text, '\\', s.len) != NULL), "what is escaped");
    size_t resolved = s.len > 0 ? tgi_json_decode(s.text, s.len, got) : 0;
    FUZZ_CHECK(resolved == len && memcmp(got, wanted, len) == 0, "escapes resolve otherwise");
    if (len == 0 || len > 32)
        return;
    FUZZ_CHECK(tgi_json_is(&s, (const char *)wanted, len), "a string is not itself");
    FUZZ_CHECK(!tgi_json_is(&s, (const char *)wanted, len - 1), "a string is its beginning");
    wanted[len / 2] ^= 1;
    FUZZ_CHECK(!tgi_json_is(&s, (const char *)wanted, len), "a string is another");
}

static void check_numbers(ref_text_of t, size_t at)
{
    tgi_cursor c = cursor_at(t, at);
    uint64_t got = 77, wanted = 77;
    size_t end = at;
    tgi_json_fault fault = tgi_json_u64(&c, &got);
    tg_status status = ref_json_u64(t, &end, &wanted);
    check_same(fault, &c, status, end, "a plain number");
    FUZZ_CHECK(got == wanted, "another number");
    c = cursor_at(t, at);
    end = at;
    fault = tgi_json_skip_number(&c);
    status = ref_json_number(t, &end);
    check_same(fault, &c, status, end, "a number");
}

static void check_tokens(ref_text_of t, size_t at)
{
    static const char kinds[] = {0, '{', '[', '"', '0', 't', 'f', 'n'};
    tgi_cursor c = cursor_at(t, at);
    size_t begin = ref_json_space(t, at);
    FUZZ_CHECK(kinds[tgi_json_peek(&c)] == ref_json_kind(t, begin) && c.pos == begin, "another kind of value");
    c = cursor_at(t, at);
    FUZZ_CHECK(tgi_json_is_end(&c) == (begin == t.len) && c.pos == begin, "an end that is none");
    for (const char *byte = "{}[]:,"; *byte != '\0'; byte++) {
        c = cursor_at(t, at);
        bool here = begin < t.len && t.text[begin] == (uint8_t)*byte;
        FUZZ_CHECK(tgi_json_byte(&c, (uint8_t)*byte) == here, "another byte");
        FUZZ_CHECK(c.pos == (here ? begin + 1 : begin), "the cursor is elsewhere behind a byte");
    }
}

/* The text as one value. `ends`: the file ends with it. */
static void check_value(ref_text_of t, unsigned most, bool ends)
{
    fuzz_heap heap;
    memset(&heap, 0, sizeof heap);
    const tg_allocator allocator = fuzz_heap_allocator(&heap);
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.allocator = &allocator;
    const uint64_t key[2] = {t.len, 1};
    options.hash_key = key;
    tgi_settings settings;
    const char *what;
    FUZZ_CHECK(tgi_settings_from(&options, &settings, &what), "options that the library refuses");
    static tgi_model model;
    memset(&model, 0, sizeof model);
    tgi_arena_init(&model.arena, &settings.allocator, settings.limits.heap_base, settings.limits.heap_factor);
    model.hash = settings.hash;
    model.file_size = ORIGIN + t.len + !ends;
    tg_error error;
    static tgi_parse p;
    memset(&p, 0, sizeof p);
    memset(&error, 0, sizeof error);
    p.model = &model;
    p.settings = &settings;
    p.error = &error;
    p.at = cursor_at(t, 0);
    tgi_json_names names;
    memset(&names, 0, sizeof names);
    tgi_cursor c = p.at;
    tgi_step step = tgi_json_skip(&p, &c, &names, TGI_JSON_MAX_DEPTH - most, TGI_JSON_MAX_DEPTH);
    size_t end = 0;
    tg_status wanted = ref_json_value(t, &end, most);
    if (step == TGI_OK) {
        FUZZ_CHECK(c.pos == end, "a value that ends elsewhere");
        step = tgi_json_check_names(&p, &names);
    }
    if (wanted == TG_E_JSON_END) {
        end = t.len;
        wanted = ends ? TG_E_TRUNCATED : TG_E_JSON_END;
    }
    FUZZ_CHECK((step == TGI_OK ? TG_OK : error.status) == wanted, "another verdict about a value");
    if (wanted == TG_E_FIELD_DUPLICATE)
        FUZZ_CHECK(ref_json_is_second(t, (size_t)(error.offset - ORIGIN), most), "a name that is no second one");
    else if (wanted != TG_OK)
        FUZZ_CHECK(error.offset == ORIGIN + end, "the fault is elsewhere");
    tgi_arena_release(&model.arena);
    FUZZ_CHECK(heap.live == 0, "memory leaks");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_INPUT)
        return 0;
    uint64_t hash = fuzz_hash(data, size);
    uint8_t *text = (uint8_t *)malloc(size > 0 ? size : 1), *wanted = (uint8_t *)malloc(size + 4),
            *got = (uint8_t *)malloc(size + 4);
    FUZZ_CHECK(text != NULL && wanted != NULL && got != NULL, "no memory for the input");
    if (size > 0)
        memcpy(text, data, size);
    const ref_text_of t = {text, size};
    for (int i = 0; i < 4; i++) {
        size_t at = i == 0 ? 0 : (size_t)(fuzz_random(&hash) % (size + 1));
        check_tokens(t, at);
        check_string(t, at, wanted, got);
        check_numbers(t, at);
    }
    check_value(t, 1 + (unsigned)(hash >> 8 & 15), (hash >> 12 & 1) != 0);
    free(text);
    free(wanted);
    free(got);
    return 0;
}
