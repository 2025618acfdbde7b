/* SPDX-License-Identifier: MIT */
/* The parts of test_cli. Each runs its tests and returns how many failed. */
#ifndef TESTS_CLI_TESTS_H
#define TESTS_CLI_TESTS_H

#include "cli_run.h"

int cli_tests_usage(void);   /* help, version, options */
int cli_tests_check(void);   /* verdicts, as text and as JSON */
int cli_tests_show(void);    /* text, JSON, terminals */
int cli_tests_sets(void);    /* models of several files, and folders */
int cli_tests_hostile(void); /* names and values that mean harm; broken outputs */
int cli_tests_windows(void); /* what only Windows has */

#endif
