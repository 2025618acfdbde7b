/* SPDX-License-Identifier: MIT */
/* A strict judge of JSON (RFC 8259): one value, nothing behind it, no raw control characters, valid UTF-8,
 * surrogates in pairs, no name twice in an object. */
#ifndef TESTS_CLI_JSON_H
#define TESTS_CLI_JSON_H

#include <stddef.h>

/* Fails the test unless `text` is one JSON value, perhaps with a newline behind it. */
void assert_json(const char *text, size_t len);

/* The same for each line; returns how many there are. */
size_t assert_json_lines(const char *text, size_t len);

#endif
