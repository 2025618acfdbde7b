/* SPDX-License-Identifier: MIT */
/* What became of one argument: a model with its warnings, or the reason why there is none; as text and as JSON.
 *
 * All messages are made here, so that check and show, text and JSON say the same words.
 */
#ifndef TENSORGATE_CLI_REPORT_H
#define TENSORGATE_CLI_REPORT_H

#include "json.h"
#include "options.h"

typedef enum verdict_kind {
    VERDICT_ACCEPT,
    VERDICT_REJECT,
    VERDICT_ERROR
} verdict_kind;

/* The name of a member of a zip archive: any bytes. */
typedef struct member {
    char *name;
    size_t len;
} member;

typedef struct report {
    const char *path;
    verdict_kind verdict;
    tg_model *model; /* NULL unless accepted */
    tg_error error;  /* unless accepted, as are those below */
    char message[TG_ERROR_LINE];
    const char *hint; /* NULL where there is none */
    member *members;  /* of a zip archive, those that could have been meant */
    size_t num_members;
} report;

/* report_open opens the file at `path`, which must live as long as the report. */
void report_open(report *r, const char *path, const options *o);
void report_close(report *r);

/* report_status is the exit status for it. */
int report_status(const report *r);

/* report_failure prints why there is no model, with the hint and the members that could have been meant. */
void report_failure(FILE *out, const report *r);

/* report_warnings prints one line for each warning. */
void report_warnings(FILE *out, const tg_model *model);

/* The members of JSON objects that check and show share. */
void report_json_identity(json *j, const tg_model *model); /* format, version, endian */
void report_json_warnings(json *j, const tg_model *model);
void report_json_error(json *j, const report *r);

/* format_title is the name of the format of `model` for people: "GGUF". */
const char *format_title(const tg_model *model);

const char *endian_name(const tg_model *model);

#endif
