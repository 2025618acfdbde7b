/* SPDX-License-Identifier: MIT */
/* Models of several files. The tests are in set_tests_*.c, a group in each; this file runs them, lets every request for
 * memory fail, and asks whether every status of sets was produced. */
#include "set_cases.h"
#include "track_alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Memory --------------------------------------------------------------------------------------------------- */

static void every_request_for_memory_may_fail(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    sb_put_shards(&f, 3);
    static const char *const names[] = {SB_FIRST, SB_INDEX};
    for (size_t i = 0; i < 2; i++) {
        for (int once = 0; once <= 1; once++) {
            for (uint64_t k = 1;; k++) {
                track memory = track_new();
                memory.fail_from = k;
                memory.fail_once = once == 1;
                tg_allocator allocator = track_allocator(&memory);
                tg_options options = options_with_flags(0);
                options.allocator = &allocator;
                tg_model *model = NULL;
                tg_error e;
                tg_status status = tg_open_path(tempfolder_path(&f, names[i]), &options, &model, &e);
                if (status == TG_OK)
                    tg_close(model);
                else
                    assert_int_equal(status, TG_E_NO_MEMORY);
                assert_false(memory.misused);
                assert_int_equal(memory.live_blocks, 0);
                if (memory.requests < k) {
                    assert_int_equal(status, TG_OK);
                    assert_in_range(k, 10, 1000);
                    break;
                }
            }
        }
    }
    tempfolder_remove(&f);
}

static void every_status_of_sets_was_produced(void **state)
{
    (void)state;
    tg_status status;
    size_t missing = 0;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        bool ours = (status >= 450 && status < 480) || (status >= TG_W_PART && status <= TG_W_TOTAL_SIZE);
#ifdef _WIN32
        ours = ours && status != TG_E_LINK; /* the tests make no links there */
#endif
        if (!ours || set_status_seen(status))
            continue;
        print_error("no test produced %s\n", tg_status_name(status));
        missing++;
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest last[] = {
        cmocka_unit_test(every_request_for_memory_may_fail),
        cmocka_unit_test(every_status_of_sets_was_produced),
    };
    int failed = run_split_tests();
    failed += run_index_tests();
    failed += run_set_file_tests();
    failed += cmocka_run_group_tests_name("models of several files", last, NULL, NULL);
    return failed == 0 ? 0 : 1;
}
