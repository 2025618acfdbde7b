/* SPDX-License-Identifier: MIT */
/* The command, run as users run it: output, exit status, and what it does with hostile files. */
#include "cli_tests.h"

int main(void)
{
    int failed = 0;
    failed += cli_tests_usage();
    failed += cli_tests_check();
    failed += cli_tests_show();
    failed += cli_tests_sets();
    failed += cli_tests_hostile();
#ifdef _WIN32
    failed += cli_tests_windows();
#endif
    return failed != 0;
}
