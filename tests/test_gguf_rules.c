/* SPDX-License-Identifier: MIT */
/* Every rule for GGUF files: the file just inside, the file just outside, and the field that is blamed.
 *
 * The rules are in gguf_rules_*.c, a group of tests each. This file runs them, and then asks whether every
 * status that is about the content of a file was produced by one of them.
 */
#include "gguf_rules.h"

#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FIRST_CONTENT_STATUS 40
#define LAST_CONTENT_STATUS 319 /* then come those of other formats and of sets */

static void every_status_about_content_was_produced(void **state)
{
    (void)state;
    size_t missing = 0, checked = 0;
    tg_status status;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        if (status < FIRST_CONTENT_STATUS || status > LAST_CONTENT_STATUS)
            continue;
        checked++;
        if (status_seen(status))
            continue;
        print_error("no test produced %s\n", tg_status_name(status));
        missing++;
    }
    assert_int_equal(missing, 0);
    assert_in_range(checked, 40, FIRST_CONTENT_STATUS + LAST_CONTENT_STATUS);
}

int main(void)
{
    const struct CMUnitTest coverage[] = {
        cmocka_unit_test(every_status_about_content_was_produced),
    };
    int failed = run_rules_of_the_header();
    failed += run_rules_of_limits();
    failed += run_rules_of_keys();
    failed += run_rules_of_tensors();
    failed += run_rules_of_placement();
    failed += run_rules_of_warnings();
    failed += run_rules_of_the_profile();
    failed += cmocka_run_group_tests_name("coverage of the statuses", coverage, NULL, NULL);
    return failed == 0 ? 0 : 1;
}
