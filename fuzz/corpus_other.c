/* SPDX-License-Identifier: MIT */
/* The rest of the corpus: files that are no models, or of formats that are not read; and the inputs of the targets
 * that read no files: text, programs for the cursor, plans for the builder. */
#include "corpus_gen.h"

#include "text_cases.h"

#include <stdio.h>
#include <string.h>

#define TEXT(literal) (literal), sizeof(literal) - 1

void corpus_lookalikes(corpus *c)
{
    static const struct {
        const char *name, *start;
        size_t len;
    } files[] = {
        {"E_EMPTY_FILE--nothing", TEXT("")},
        {"E_MAGIC--one-byte", TEXT("G")},
        {"E_MAGIC--three-bytes-of-the-magic", TEXT("GGU")},
        {"E_MAGIC--as-much-memory-as-is-set-aside@heap_base=262143,heap_factor=1", TEXT("GGU")},
        {"E_MAGIC--lower-case", TEXT("gguf\3\0\0\0")},
        {"E_MAGIC--git-lfs", TEXT("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")},
        {"E_MAGIC--html", TEXT("<!DOCTYPE html><html></html>")},
        {"E_MAGIC--zeros", TEXT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")},
        {"E_MAGIC--zeros-and-a-one", TEXT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
        {"E_MAGIC--gzip", TEXT("\x1f\x8b\x08\0\0\0\0\0")},
        {"E_MAGIC--pickle", TEXT("\x80\x04\x95\0\0\0\0")},
        {"E_MAGIC--a-brace-and-zeros", TEXT("{\0\0\0\0\0\0\0")},
        {"E_MAGIC--elf", TEXT("\x7f"
                              "ELF\2\1\1\0")},
        {"E_MAGIC--json", TEXT("{\"architectures\": []}")},
        {"E_FORMAT--fugg", TEXT("FUGG\0\0\0\3")},
        {"E_FORMAT--saved-session", TEXT("nsgg\1\0\0\0")},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "other/reject/%s.bin", files[i].name);
        corpus_add(c, path, files[i].start, files[i].len);
    }
}

static void add_text(corpus *c, const text_case *cases, size_t num, const char *kind)
{
    for (size_t i = 0; i < num; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "text/seed/%s-%02zu", kind, i);
        corpus_add(c, path, cases[i].text, cases[i].len);
    }
}

/* A bad byte at each place of texts that are read in words that overlap. */
static void add_positions(corpus *c)
{
    static const size_t lens[] = {4, 5, 6, 7, 9, 15, 33};
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        for (size_t at = 1; at < lens[i]; at++) {
            char path[64], text[64];
            memset(text, 'a', sizeof text);
            text[at] = '\xFF';
            (void)snprintf(path, sizeof path, "text/seed/%zu-bytes-bad-at-%zu", lens[i], at);
            corpus_add(c, path, text, lens[i]);
        }
    }
}

/* `num` bytes that look like nothing, from one number. */
static void add_noise(corpus *c, const char *path, uint32_t from, size_t num)
{
    uint8_t noise[512];
    for (size_t i = 0; i < num; i++) {
        from = (uint32_t)((from * UINT64_C(1664525) + 1013904223) & UINT32_MAX);
        noise[i] = (uint8_t)(from >> 24);
    }
    corpus_add(c, path, noise, num);
}

/* Texts for the JSON reader, right and wrong. */
static void add_json(corpus *c)
{
    static const char *const texts[] = {
        "{}",
        " [ ] ",
        "{\"a\":{\"b\":[1,-2.5e+3,\"x\\n\",true,false,null]}}",
        "\"\\u00e9\\ud83d\\ude00\\\"\\/\\b\\f\\r\\t\xE2\x96\x81\"",
        "18446744073709551615",
        "18446744073709551616",
        "-0.0E-0",
        "00",
        "1e",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\x\"",
        "\"\xC3\"",
        "\"a\nb\"",
        "\"a",
        "tru",
        "nulL",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":{\"a\":0},\"b\":[{\"a\":0},{\"a\":0}]}",
        "[1,]",
        "{\"a\",}",
        "1e5",
        "[1E5,1e-5]",
        "\"\\udc00\\udc00\"",
        "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "json/seed/text-%02zu", i);
        corpus_add(c, path, texts[i], strlen(texts[i]));
    }
}

void corpus_programs(corpus *c)
{
    add_json(c);
    add_text(c, good_utf8, num_good_utf8, "good");
    add_text(c, bad_utf8, num_bad_utf8, "bad");
    add_positions(c);
    corpus_add(c, "text/seed/nul-in-the-second-word", TEXT("01234567abc\0defghijklm"));
    for (uint32_t i = 0; i < 16; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "cursor/seed/program-%02u", i);
        add_noise(c, path, i * 77 + 1, 32 + i * 32);
        (void)snprintf(path, sizeof path, "build/seed/plan-%02u", i);
        add_noise(c, path, i * 99 + 5, i * 32);
    }
    corpus_add(c, "build/seed/only-scalars", TEXT("\2\0\0\0\3\0\0a\0\0b\0\0c"));
}
