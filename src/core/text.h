/* SPDX-License-Identifier: MIT */
/* Text put together in a caller's buffer, cut where it is full. No stdio, so no locale. */
#ifndef TGI_CORE_TEXT_H
#define TGI_CORE_TEXT_H

#include "../tensorgate.h"

typedef struct tgi_text {
    char *buffer;
    size_t size;   /* bytes of buffer */
    size_t length; /* bytes that the whole text has */
} tgi_text;

static inline tgi_text tgi_text_start(char *buffer, size_t size)
{
    tgi_text text = {buffer, buffer != NULL ? size : 0, 0};
    return text;
}

static inline void tgi_text_add(tgi_text *text, const char *more)
{
    for (; *more != '\0'; more++) {
        if (text->length < text->size)
            text->buffer[text->length] = *more;
        text->length++;
    }
}

static inline void tgi_text_add_u64(tgi_text *text, uint64_t number)
{
    char digits[21];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    tgi_text_add(text, digits + at);
}

/* Terminates the text, and returns the length that the whole of it has. */
static inline size_t tgi_text_end(tgi_text *text)
{
    if (text->size > 0)
        text->buffer[text->length < text->size ? text->length : text->size - 1] = '\0';
    return text->length;
}

#endif
