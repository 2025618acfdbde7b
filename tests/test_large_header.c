/* SPDX-License-Identifier: MIT */
/* A header of more than 4 GiB, which a caller may allow: positions in it do not fit 32 bits. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#endif

#include "legacy_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

#include <cmocka.h>

#define TOKEN 65535u /* the longest that there may be */
#define NUM_TOKENS 65600u

#if SIZE_MAX > UINT32_MAX

/* Zeros that take no memory until they are written. */
static uint8_t *sparse_new(size_t size)
{
    void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(data != MAP_FAILED);
#if defined(MADV_NOHUGEPAGE)
    (void)madvise(data, size, MADV_NOHUGEPAGE);
#endif
    return (uint8_t *)data;
}

/* A vocabulary of long tokens, of which the last reaches beyond 2^32. */
static void a_vocabulary_of_more_than_4_gib_is_read_to_its_end(void **state)
{
    (void)state;
    bytes header = lb_seven_numbers(NUM_TOKENS), token = bytes_new(false);
    bytes_u32(&token, TOKEN);
    const size_t size = header.len + (size_t)NUM_TOKENS * (4 + TOKEN);
    uint8_t *file = sparse_new(size);
    memcpy(file, header.data, header.len);
    for (size_t i = 0; i < NUM_TOKENS; i++)
        memcpy(file + header.len + i * (4 + TOKEN), token.data, token.len);
    tg_limits limits;
    memset(&limits, 0, sizeof limits);
    limits.struct_size = sizeof limits;
    limits.max_header_bytes = size;
    tg_options options = lc_options("llama");
    options.limits = &limits;
    options.flags = TG_STABLE_MEMORY;
    tg_model *model = NULL;
    tg_error error;
    assert_int_equal(tg_open_memory(file, size, &options, &model, &error), TG_OK);
    tg_value tokens = tg_model_value(model, tg_model_find_key(model, "tokenizer.ggml.tokens")), last;
    tg_bytes text = {NULL, 0};
    assert_int_equal(tokens.count, NUM_TOKENS);
    assert_true(tg_array_get(&tokens, NUM_TOKENS - 1, &last));
    assert_true(tg_value_string(&last, &text));
    assert_int_equal(text.len, TOKEN);
    tg_close(model);
    bytes_free(&token);
    bytes_free(&header);
    assert_int_equal(munmap(file, size), 0);
}

#else

static void a_vocabulary_of_more_than_4_gib_is_read_to_its_end(void **state)
{
    (void)state;
    print_message("skipped: no object here has more than 4 GiB\n");
    skip();
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vocabulary_of_more_than_4_gib_is_read_to_its_end),
    };
    return cmocka_run_group_tests_name("large headers", tests, NULL, NULL);
}
