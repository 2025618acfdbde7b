/* SPDX-License-Identifier: MIT */
/* The groups of the test program test_gguf_rules: each runs its tests and returns how many failed. */
#ifndef TESTS_GGUF_RULES_H
#define TESTS_GGUF_RULES_H

int run_rules_of_the_header(void);
int run_rules_of_limits(void);
int run_rules_of_keys(void);
int run_rules_of_tensors(void);
int run_rules_of_placement(void);
int run_rules_of_warnings(void);
int run_rules_of_the_profile(void);

#endif
