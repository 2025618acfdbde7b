/* SPDX-License-Identifier: MIT */
/* The verdicts of the corpus (see verdicts.h). */
#include "verdicts.h"

#include "core/text.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_ROW ((size_t)8192)
#define MAX_ROWS ((size_t)1 << 22)

static char *rows; /* each between two ends of lines */

/* Where the last three parts of the path begin, from the folder of the format on. */
static const char *place_in_corpus(const char *path)
{
    const char *at = path + strlen(path);
    for (int slashes = 0; at > path; at--)
        if (at[-1] == '/' && ++slashes == 3)
            break;
    return at;
}

static void read_rows(const char *path)
{
    char name[4096];
    int folder = (int)(place_in_corpus(path) - path);
    int len = snprintf(name, sizeof name, "%.*sverdicts.txt", folder, path);
    FUZZ_CHECK(len > 0 && (size_t)len < sizeof name, "the path is too long");
    rows = (char *)calloc(MAX_ROWS, 1);
    FUZZ_CHECK(rows != NULL, "no memory for the verdicts");
    rows[0] = '\n';
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return;
    FUZZ_CHECK(fread(rows + 1, 1, MAX_ROWS - 2, file) < MAX_ROWS - 2, "too many verdicts");
    (void)fclose(file);
}

/* How much memory is too much depends on the size of a pointer. */
static void say_error(tgi_text *row, const tg_error *error)
{
    char line[TG_ERROR_LINE];
    const char *hint = tg_error_hint(error);
    (void)tg_error_format(error, line, sizeof line);
    tgi_text_add(row, error->status == TG_E_LIMIT_HEAP ? tg_status_text(error->status) : line);
    tgi_text_add(row, " | ");
    tgi_text_add(row, hint != NULL ? hint : "no hint");
}

static void say_warnings(const tg_model *model, void *context)
{
    tgi_text *row = (tgi_text *)context;
    char line[TG_ERROR_LINE];
    for (uint64_t i = 0; i < tg_model_num_warnings(model); i++) {
        const tg_warning *warning = tg_model_warning(model, i);
        const tg_error error = tg_warning_error(warning);
        (void)tg_error_format(&error, line, sizeof line);
        tgi_text_add(row, " | ");
        tgi_text_add_u64(row, warning->count);
        tgi_text_add(row, " times ");
        tgi_text_add(row, line);
    }
}

bool verdicts_check(const char *path, const ref_file *file, const oracle_options *options, bool recording)
{
    char row[MAX_ROW], warnings[MAX_ROW], digest[32];
    const char *name = place_in_corpus(path);
    tgi_text said = tgi_text_start(warnings, sizeof warnings), all = tgi_text_start(row, sizeof row);
    const oracle_how how = {0, false, NULL, say_warnings, &said};
    oracle_verdict v = oracle_open(file, options, ORACLE_READER, &how);
    (void)tgi_text_end(&said);
    tgi_text_add(&all, "\n");
    tgi_text_add(&all, name);
    tgi_text_add(&all, ": ");
    size_t len = tgi_text_end(&all);
    if (rows == NULL)
        read_rows(path);
    const char *known = strstr(rows, row);
    if (v.status == TG_OK) {
        (void)snprintf(digest, sizeof digest, "%016llx", (unsigned long long)v.digest);
        tgi_text_add(&all, "accepted, ");
        tgi_text_add(&all, digest);
        tgi_text_add(&all, warnings);
    } else {
        say_error(&all, &v.error);
    }
    tgi_text_add(&all, "\n");
    FUZZ_CHECK(tgi_text_end(&all) < sizeof row, "a verdict that is too long");
    if (recording)
        (void)printf("%s", row + 1);
    if (recording || known == NULL || strncmp(known, row, strlen(row)) == 0)
        return true;
    (void)printf("%s%.*s was the verdict on%.*s\n", row + 1, (int)strcspn(known + len, "\n"), known + len, (int)len,
                 row);
    return false;
}
