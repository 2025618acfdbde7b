/* SPDX-License-Identifier: MIT */
/* What a command has to do on Windows before it is like everywhere else. */
#ifndef TENSORGATE_CLI_WINDOWS_START_H
#define TENSORGATE_CLI_WINDOWS_START_H

/* start_windows returns the arguments in UTF-8, and their number in `*argc`; the ones given, where the system has no
 * others. It makes standard output write bytes as they are, and a console show them as UTF-8. */
char **start_windows(int *argc, char **argv);

#endif
