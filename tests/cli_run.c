/* SPDX-License-Identifier: MIT */
/* What runs of the command are held against: see cli_run.h. cli_run_posix.c and cli_run_windows.c run it. */
#include "cli_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void cli_write_model(const char *name, const gb_model *m)
{
    cli_write(name, m->file.data, m->file.len);
}

void run_free(run *r)
{
    free(r->out);
    free(r->err);
    memset(r, 0, sizeof *r);
}

/* ---- Asserting -------------------------------------------------------------------------------- */

void assert_run(const run *r, int status, const char *out, const char *err)
{
    assert_string_equal(r->out, out);
    assert_string_equal(r->err, err);
    assert_int_equal(r->status, status);
}

void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        return;
    print_error("this is missing:\n%s\nin:\n%s\n", part, text);
    fail();
}

void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        return;
    print_error("this should not be there:\n%s\nin:\n%s\n", part, text);
    fail();
}

const char *format(const char *pattern, ...)
{
    static char results[4][4096];
    static unsigned next;
    char *result = results[next % 4];
    next++;
    va_list arguments;
    va_start(arguments, pattern);
    int len = vsnprintf(result, sizeof results[0], pattern, arguments);
    va_end(arguments);
    assert_true(len >= 0 && (size_t)len < sizeof results[0]);
    return result;
}

/* Do the bytes at `at` begin a character that a terminal obeys, or that nobody sees? By the bytes, so that
 * nothing is shared with the command. */
static bool is_harmful(const unsigned char *at, size_t left)
{
    if ((at[0] < 0x20 && at[0] != '\n') || at[0] == 0x7F)
        return true;
    if (left >= 2 && at[0] == 0xC2)
        return at[1] < 0xA0;
    if (left >= 3 && at[0] == 0xE2 && at[1] == 0x80)
        return (at[2] >= 0x8B && at[2] <= 0x8F) || (at[2] >= 0xA8 && at[2] <= 0xAE);
    if (left >= 3 && at[0] == 0xE2 && at[1] == 0x81)
        return at[2] >= 0xA0 && at[2] <= 0xAF;
    return left >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0;
}

void assert_terminal_safe(const char *text, size_t len)
{
    const unsigned char *all = (const unsigned char *)text;
    for (size_t i = 0; i < len; i++) {
        if (!is_harmful(all + i, len - i))
            continue;
        print_error("byte %zu, 0x%02X, is not safe on a terminal:\n%s\n", i, all[i], text);
        fail();
    }
}
