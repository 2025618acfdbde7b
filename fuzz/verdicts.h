/* SPDX-License-Identifier: MIT */
/* What the library says of each file of the corpus, as it was when somebody last looked: corpus/verdicts.txt has rows
 *
 *     FORMAT/FOLDER/NAME: the line that describes the error | the hint
 *     FORMAT/FOLDER/NAME: accepted, DIGEST | each warning
 *
 * so that whatever changes a verdict, or what is said of it, is seen. */
#ifndef FUZZ_VERDICTS_H
#define FUZZ_VERDICTS_H

#include "oracle.h"

/* Compares the file at `path` with its row. A file without one is new, and fine. `recording` prints the row instead. */
bool verdicts_check(const char *path, const ref_file *file, const oracle_options *options, bool recording);

#endif
