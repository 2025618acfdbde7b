/* SPDX-License-Identifier: MIT */
/* The keyed hash against the vectors of its definition, and the table of names, also with every name on one slot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/hash.h"
#include "track_alloc.h"

#include <stdio.h>
#include <string.h>

/* SipHash-1-3 of the bytes 0, 1, 2 … under the key 00 01 … 0F, computed from the definition byte by byte. */
static uint64_t rotate(uint64_t x, unsigned bits)
{
    return (x << bits) | (x >> (64 - bits));
}

#if defined(__clang__)
__attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
static void
reference_round(uint64_t *v)
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13);
    v[3] = rotate(v[3], 16);
    v[1] ^= v[0];
    v[3] ^= v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17);
    v[3] = rotate(v[3], 21);
    v[1] ^= v[2];
    v[3] ^= v[0];
    v[2] = rotate(v[2], 32);
}

static uint64_t reference_hash(const uint64_t key[2], const char *bytes, size_t len)
{
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    for (size_t word = 0; word <= len / 8; word++) {
        uint64_t m = word == len / 8 ? (uint64_t)(len % 256) << 56 : 0;
        for (size_t i = 0; i < 8 && word * 8 + i < len; i++)
            m |= (uint64_t)(unsigned char)bytes[word * 8 + i] << (8 * i);
        v[3] ^= m;
        reference_round(v);
        v[0] ^= m;
    }
    v[2] ^= 0xFF;
    for (int i = 0; i < 3; i++)
        reference_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static const tgi_hash_key usual_key = {UINT64_C(0x0706050403020100), UINT64_C(0x0F0E0D0C0B0A0908), UINT64_MAX};

static void hash_is_that_of_its_definition(void **state)
{
    (void)state;
    /* A vector that others publish for SipHash-1-3, key 00 01 … 0F: the empty input. */
    assert_int_equal(tgi_hash(&usual_key, "", 0), UINT64_C(0xabac0158050fc4dc));
    char bytes[64];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    const uint64_t key[2] = {usual_key.k0, usual_key.k1};
    for (size_t len = 0; len <= sizeof bytes; len++)
        assert_int_equal(tgi_hash(&usual_key, bytes, len), reference_hash(key, bytes, len));
}

static void another_key_is_another_hash(void **state)
{
    (void)state;
    tgi_hash_key other = usual_key;
    other.k1 ^= 1;
    assert_int_not_equal(tgi_hash(&usual_key, "blk.0", 5), tgi_hash(&other, "blk.0", 5));
}

enum {
    MANY = 1000
};

typedef struct named {
    tg_bytes name;
    char text[16];
} named;

static named entries_data[MANY];

static tgi_entries make_entries(void)
{
    for (size_t i = 0; i < MANY; i++) {
        entries_data[i].name.len = (size_t)snprintf(entries_data[i].text, sizeof entries_data[i].text, "name.%zu", i);
        entries_data[i].name.ptr = entries_data[i].text;
    }
    tgi_entries entries = {entries_data, MANY, sizeof(named)};
    return entries;
}

static void find_all(const tgi_hash_key *key)
{
    track t = track_new();
    tg_allocator allocator = track_allocator(&t);
    tgi_arena arena;
    tgi_arena_init(&arena, &allocator, 1 << 20, 0);
    tgi_entries entries = make_entries();
    tgi_names names = {NULL, 0};
    bool twice = true;
    uint64_t later = 0, earlier = 0;
    assert_int_equal(tgi_names_build(&arena, &names, key, &entries, &twice, &later, &earlier), TG_OK);
    assert_false(twice);
    for (size_t i = 0; i < MANY; i++) {
        tg_bytes copy = entries_data[i].name;
        assert_ptr_equal(tgi_names_find(&names, key, &entries, copy), &entries_data[i]);
        copy.len--; /* "name.1" of "name.12" is there too, "name." and what it was cut from are not confused */
        const named *found = (const named *)tgi_names_find(&names, key, &entries, copy);
        assert_true(found == NULL || found->name.len == copy.len);
    }
    const tg_bytes absent[] = {{"", 0}, {NULL, 0}, {NULL, 3}, {"absent", 6}, {"name.0\0", 7}};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_null(tgi_names_find(&names, key, &entries, absent[i]));
    entries_data[700].name = entries_data[300].name;
    assert_int_equal(tgi_names_build(&arena, &names, key, &entries, &twice, &later, &earlier), TG_OK);
    assert_true(twice);
    assert_int_equal(later, 700);
    assert_int_equal(earlier, 300);
    tgi_arena_release(&arena);
    assert_int_equal(t.live_blocks, 0);
}

static void every_name_is_found(void **state)
{
    (void)state;
    find_all(&usual_key);
}

static void every_name_is_found_when_all_collide(void **state)
{
    (void)state;
    static const uint64_t masks[] = {0, 1, UINT64_C(0xFFFFFFFF00000000), 0xFFFFFFFF};
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        tgi_hash_key key = usual_key;
        key.mask = masks[i];
        find_all(&key);
    }
}

static void an_empty_table_finds_nothing(void **state)
{
    (void)state;
    tgi_names names = {NULL, 0};
    tgi_entries entries = {NULL, 0, sizeof(named)};
    tg_bytes name = {"x", 1};
    assert_null(tgi_names_find(&names, &usual_key, &entries, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_is_that_of_its_definition),
        cmocka_unit_test(another_key_is_another_hash),
        cmocka_unit_test(every_name_is_found),
        cmocka_unit_test(every_name_is_found_when_all_collide),
        cmocka_unit_test(an_empty_table_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
