/* SPDX-License-Identifier: MIT */
/* GGUF files that are slow or hungry (see worst.h), and the names that all makers use. */
#include "worst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ENTRIES 1048576 /* the limits on keys and tensors */

size_t worst_name(char *out, uint64_t number, unsigned letters)
{
    static const char alphabet[] =
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+,-:;<=>?@[]^_`{|}~";
    size_t len = 0;
    for (number++; number > 0 && len < 8; number = (number - 1) / letters)
        out[len++] = alphabet[(number - 1) % letters];
    return len;
}

/* ---- Parts of GGUF ---- */

enum {
    U8 = 0,
    U32 = 4,
    BOOL = 7,
    STRING = 8,
    ARRAY = 9
};

#define COUNTS 8 /* where the number of tensors stands, and that of the keys behind it */

static void begin(worst_file *f)
{
    put_text(&f->w, "GGUF");
    put_number(&f->w, 3, 4);
    put_number(&f->w, 0, 8);
    put_number(&f->w, 0, 8);
}

static void string(worst_file *f, const char *bytes, size_t len)
{
    put_number(&f->w, len, 8);
    put(&f->w, bytes, len);
}

static void key(worst_file *f, uint64_t number, unsigned letters, uint32_t type)
{
    char name[8];
    string(f, name, worst_name(name, number, letters));
    put_number(&f->w, type, 4);
}

/* Data of `data` bytes follows. */
static void end(worst_file *f, uint64_t tensors, uint64_t keys, uint64_t data)
{
    patch_number(&f->w, COUNTS, tensors, 8);
    patch_number(&f->w, COUNTS + 8, keys, 8);
    while (f->w.len % 32 != 0)
        put_number(&f->w, 0, 1);
    f->header = f->w.len;
    f->size = f->w.len + data;
}

/* ---- Keys ---- */

static void tiny_keys(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    for (begin(f); f->w.len < header && n < MOST_ENTRIES; n++) {
        key(f, n, 36, U8);
        put_number(&f->w, n & 0xFF, 1);
    }
    end(f, 0, n, 0);
}

/* Each key with a name that is no plain one, and a string that is no text. */
static void warning_keys(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    for (begin(f); f->w.len < header && n < MOST_ENTRIES; n++) {
        key(f, n, 80, STRING);
        string(f, "\xFF", 1);
    }
    end(f, 0, n, 0);
}

/* Version 2 forgives a NUL behind names and strings, and warns of each. */
static void nul_keys(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    begin(f);
    patch_number(&f->w, 4, 2, 4);
    for (; f->w.len < header && n < MOST_ENTRIES; n++) {
        char name[9] = {0};
        size_t len = worst_name(name, n, 80);
        name[len] = '\0';
        string(f, name, len + 1);
        put_number(&f->w, STRING, 4);
        string(f, "\xFF", 2);
    }
    end(f, 0, n, 0);
}

/* Names that differ in their last bytes only, none of which is ASCII. */
static void alike_keys(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    for (begin(f); f->w.len < header && n < MOST_ENTRIES; n++) {
        char name[128];
        size_t len = 0;
        while (len < 60) {
            memcpy(name + len, "\xF0\x9F\x98\x80", 4);
            len += 4;
        }
        len += worst_name(name + len, n, 80);
        string(f, name, len);
        put_number(&f->w, U8, 4);
        put_number(&f->w, 0, 1);
    }
    end(f, 0, n, 0);
}

/* Names as long as they may be, of sequences that have a rule of their own. */
static void long_keys(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    for (begin(f); f->w.len < header; n++) {
        size_t at = f->w.len;
        char name[8];
        put_number(&f->w, 0, 8);
        put(&f->w, name, worst_name(name, n, 36));
        for (size_t i = 0; f->w.len - at + 3 <= 8 + 65535; i++)
            put_text(&f->w, i % 2 == 0 ? "\xE0\xA0\x80" : "\xED\x9F\xBF");
        patch_number(&f->w, at, f->w.len - at - 8, 8);
        put_number(&f->w, U8, 4);
        put_number(&f->w, 0, 1);
    }
    end(f, 0, n, 0);
}

/* ---- Arrays ---- */

static void one_array(worst_file *f, uint32_t element, uint64_t *out_count_at)
{
    begin(f);
    key(f, 0, 36, ARRAY);
    put_number(&f->w, element, 4);
    *out_count_at = f->w.len;
    put_number(&f->w, 0, 8);
}

static void strings_of(worst_file *f, uint64_t header, const char *bytes, size_t len)
{
    uint64_t at, n = 0;
    for (one_array(f, STRING, &at); f->w.len < header; n++)
        string(f, bytes, len);
    patch_number(&f->w, (size_t)at, n, 8);
    end(f, 0, 1, 0);
}

static void empty_strings(worst_file *f, uint64_t header)
{
    strings_of(f, header, "", 0);
}

static void bad_strings(worst_file *f, uint64_t header)
{
    strings_of(f, header, "\xFF", 1);
}

static void late_bad_strings(worst_file *f, uint64_t header)
{
    strings_of(f, header, "aaaaaa\xED\xA0\x80", 9);
}

static void four_byte_strings(worst_file *f, uint64_t header)
{
    strings_of(f, header, "\xF0\x90\x80\x80", 4);
}

static void rare_strings(worst_file *f, uint64_t header)
{
    strings_of(f, header, "\xE0\xA0\x80", 3);
}

static void mixed_strings(worst_file *f, uint64_t header)
{
    static const char text[] = "\xF0\x90\x80\x80"
                               "a\xE0\xA0\x80"
                               "b\xC2\x80\xED\x9F\xBF"
                               "c\xF4\x8F\xBF\xBF";
    uint64_t at, n = 0;
    for (one_array(f, STRING, &at); f->w.len < header; n++) {
        /* Lengths that cannot be foreseen, at the ends of whole sequences. */
        static const uint8_t ends[] = {4, 5, 8, 9, 11, 14, 15, 19};
        string(f, text, ends[n * 2654435761u >> 7 & 7]);
    }
    patch_number(&f->w, (size_t)at, n, 8);
    end(f, 0, 1, 0);
}

/* One string that is as long as the header, with nothing common in it. */
static void one_long_string(worst_file *f, uint64_t header)
{
    begin(f);
    key(f, 0, 36, STRING);
    size_t at = f->w.len;
    put_number(&f->w, 0, 8);
    while (f->w.len < header)
        put_text(&f->w, "a\xE0\xA0\x80\xF0\x90\x80\x80\xED\x9F\xBF");
    patch_number(&f->w, at, f->w.len - at - 8, 8);
    end(f, 0, 1, 0);
}

/* Arrays of arrays of arrays of empty arrays. */
static void nested_arrays(worst_file *f, uint64_t header)
{
    uint64_t at, n = 0;
    for (one_array(f, ARRAY, &at); f->w.len < header; n++) {
        put_number(&f->w, ARRAY, 4);
        put_number(&f->w, 1, 8);
        put_number(&f->w, ARRAY, 4);
        put_number(&f->w, 1, 8);
        put_number(&f->w, U8, 4);
        put_number(&f->w, 0, 8);
    }
    patch_number(&f->w, (size_t)at, n, 8);
    end(f, 0, 1, 0);
}

/* Keys that each are an array of one string: room for a key, an array and a mark. */
static void many_arrays(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    for (begin(f); f->w.len < header && n < MOST_ENTRIES; n++) {
        key(f, n, 36, ARRAY);
        put_number(&f->w, STRING, 4);
        put_number(&f->w, 1, 8);
        string(f, "", 0);
    }
    end(f, 0, n, 0);
}

static void bools(worst_file *f, uint64_t header)
{
    uint64_t at;
    one_array(f, BOOL, &at);
    uint64_t first = f->w.len;
    while (f->w.len < header)
        put_number(&f->w, 1, 1);
    patch_number(&f->w, (size_t)at, f->w.len - first, 8);
    end(f, 0, 1, 0);
}

/* ---- Tensors ---- */

/* Of one byte each (type i8), so that the table is as short as it can be; `place` says where its data is. */
static void scalars(worst_file *f, uint64_t header, uint64_t (*place)(uint64_t i, uint64_t n))
{
    uint64_t most = header / 28 < MOST_ENTRIES ? header / 28 : MOST_ENTRIES;
    begin(f);
    string(f, "general.alignment", 17);
    put_number(&f->w, U32, 4);
    put_number(&f->w, 1, 4);
    for (uint64_t i = 0; i < most; i++) {
        char name[8];
        string(f, name, worst_name(name, i, 80));
        put_number(&f->w, 0, 4);
        put_number(&f->w, 24, 4);
        put_number(&f->w, place(i, most), 8);
    }
    size_t len = f->w.len;
    end(f, most, 1, 0);
    f->w.len = len; /* the alignment is 1: no padding */
    f->header = len;
    f->size = len + most;
}

static uint64_t in_order(uint64_t i, uint64_t n)
{
    (void)n;
    return i;
}

static uint64_t backwards(uint64_t i, uint64_t n)
{
    return n - 1 - i;
}

/* A walk over all numbers below n in steps of a prime, which does not divide it. */
static uint64_t scattered(uint64_t i, uint64_t n)
{
    return n % 611953 != 0 ? i * 611953 % n : n - 1 - i;
}

static void tensors_in_order(worst_file *f, uint64_t header)
{
    scalars(f, header, in_order);
}

static void tensors_backwards(worst_file *f, uint64_t header)
{
    scalars(f, header, backwards);
}

static void tensors_scattered(worst_file *f, uint64_t header)
{
    scalars(f, header, scattered);
}

/* Every dimension raises a warning, and so does the length of the name. */
static void warning_tensors(worst_file *f, uint64_t header)
{
    uint64_t n = 0;
    for (begin(f); f->w.len < header && n < MOST_ENTRIES; n++) {
        char name[128];
        memset(name, 'a', 65);
        size_t len = 65 + worst_name(name + 65, n, 80);
        string(f, name, len);
        put_number(&f->w, 4, 4);
        for (int i = 0; i < 4; i++)
            put_number(&f->w, 0, 8);
        put_number(&f->w, 24, 4);
        put_number(&f->w, 0, 8);
    }
    end(f, n, 0, 0);
}

/* The last tensor has the name of the one before it: known only when all names are in the table. */
static void late_duplicate(worst_file *f, uint64_t header)
{
    scalars(f, header, in_order);
    char name[8], before[8];
    uint64_t n = header / 28 < MOST_ENTRIES ? header / 28 : MOST_ENTRIES;
    size_t len = worst_name(name, n - 1, 80);
    if (worst_name(before, n - 2, 80) == len)
        memcpy(f->w.bytes + f->w.len - 16 - len, before, len);
}

const worst_shape worst_gguf[] = {
    {"gguf tiny keys", tiny_keys},
    {"gguf keys that warn", warning_keys},
    {"gguf keys with NUL", nul_keys},
    {"gguf keys alike", alike_keys},
    {"gguf long keys", long_keys},
    {"gguf empty strings", empty_strings},
    {"gguf bad strings", bad_strings},
    {"gguf strings bad late", late_bad_strings},
    {"gguf 4-byte text", four_byte_strings},
    {"gguf rare text", rare_strings},
    {"gguf mixed text", mixed_strings},
    {"gguf one long string", one_long_string},
    {"gguf nested arrays", nested_arrays},
    {"gguf many arrays", many_arrays},
    {"gguf bools", bools},
    {"gguf scalars", tensors_in_order},
    {"gguf scalars backwards", tensors_backwards},
    {"gguf scalars scattered", tensors_scattered},
    {"gguf tensors that warn", warning_tensors},
    {"gguf duplicate late", late_duplicate},
    {NULL, NULL},
};
