/* SPDX-License-Identifier: MIT */
/* JSON for formats: the reader of json.h with verdicts, and values that are passed over. */
#ifndef TGI_CORE_JSON_PARSE_H
#define TGI_CORE_JSON_PARSE_H

#include "json.h"
#include "parse.h"

#define TGI_JSON_MAX_DEPTH 16

/* Reports a fault of the reader; `what` is what was to be read. */
TGI_NODISCARD tgi_step tgi_json_fail(tgi_parse *p, const tgi_cursor *c, tgi_json_fault fault, const char *what);

/* One of { } [ ] : and , must come. */
static inline TGI_NODISCARD tgi_step tgi_json_get_byte(tgi_parse *p, tgi_cursor *c, uint8_t byte, const char *what)
{
    return tgi_json_byte(c, byte) ? TGI_OK : tgi_json_fail(p, c, tgi_json_unexpected(c), what);
}

/* A value of that kind must come: nothing is read. Another kind is TG_E_JSON_TYPE. */
TGI_NODISCARD tgi_step tgi_json_want(tgi_parse *p, tgi_cursor *c, tgi_json_kind kind, const char *what);

/* Opens an object or array that must come. */
static inline TGI_NODISCARD tgi_step tgi_json_open(tgi_parse *p, tgi_cursor *c, tgi_json_kind kind, const char *what)
{
    return tgi_json_byte(c, kind == TGI_JSON_OBJECT ? '{' : '[') ? TGI_OK : tgi_json_want(p, c, kind, what);
}

/* After an entry of an object or array: a comma, or the closing byte. */
static inline TGI_NODISCARD tgi_step tgi_json_next(tgi_parse *p, tgi_cursor *c, uint8_t close, bool *out_more,
                                                   const char *what)
{
    *out_more = tgi_json_byte(c, ',');
    if (*out_more || tgi_json_byte(c, close))
        return TGI_OK;
    return tgi_json_fail(p, c, tgi_json_unexpected(c), what);
}

/* Read a value of that type. */
TGI_NODISCARD tgi_step tgi_json_get_string(tgi_parse *p, tgi_cursor *c, tgi_json_string *out, const char *what);
TGI_NODISCARD tgi_step tgi_json_no_u64(tgi_parse *p, tgi_cursor *c, tgi_json_fault fault, const char *what);
static inline TGI_NODISCARD tgi_step tgi_json_get_u64(tgi_parse *p, tgi_cursor *c, uint64_t *out, const char *what)
{
    tgi_json_fault fault = tgi_json_u64(c, out);
    return fault == TGI_JSON_FINE ? TGI_OK : tgi_json_no_u64(p, c, fault, what);
}

/* The name of a field, and the colon. */
TGI_NODISCARD tgi_step tgi_json_get_name(tgi_parse *p, tgi_cursor *c, tgi_json_string *out, const char *what);

/* Gives the bytes of a string with its escapes resolved, and their offset for the model: in the header if they stand
 * there as they are, else in the pool. `*out_bytes` holds until the pool grows. */
TGI_NODISCARD tgi_step tgi_json_resolve(tgi_parse *p, const tgi_json_string *string, tg_bytes *out_bytes,
                                        uint64_t *out_offset);

/* Does the string, escapes resolved, read `text`? */
bool tgi_json_resolves_to(const tgi_json_string *string, const char *text, size_t len);
static inline bool tgi_json_is(const tgi_json_string *string, const char *text, size_t len)
{
    if (string->escaped)
        return tgi_json_resolves_to(string, text, len);
    return string->len == len && memcmp(string->text, text, len) == 0;
}
#define TGI_JSON_IS(string, text) tgi_json_is(string, text, sizeof text - 1)

/* The names of fields that nobody asks for, which must be unique in their object all the same. They are collected, and
 * judged at the end in one pass. */
typedef struct tgi_json_names {
    tgi_list names; /* of tgi_json_name */
    tgi_list bytes; /* of all names: the number of the object, then the name */
    uint64_t num_objects;
} tgi_json_names;

/* A number for an object whose names are collected. */
uint64_t tgi_json_new_object(tgi_json_names *names);

TGI_NODISCARD tgi_step tgi_json_collect(tgi_parse *p, tgi_json_names *names, uint64_t object,
                                        const tgi_json_string *name);

/* Reads past a value of any kind. It stands `depth` objects and arrays deep; more than `most` in all, at most
 * TGI_JSON_MAX_DEPTH, are TG_E_JSON_DEPTH. */
TGI_NODISCARD tgi_step tgi_json_skip(tgi_parse *p, tgi_cursor *c, tgi_json_names *names, size_t depth, size_t most);

/* Judges all names that were collected, and forgets them. */
TGI_NODISCARD tgi_step tgi_json_check_names(tgi_parse *p, tgi_json_names *names);

#endif
