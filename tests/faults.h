/* SPDX-License-Identifier: MIT */
/* Can a handler for SIGBUS learn where a fault was? Emulators of other processors tell an address of their own. */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>

/* Makes such a fault in a process of its own. False, with a line that says so, where its place is not told. */
bool faults_are_told(void);

#endif
