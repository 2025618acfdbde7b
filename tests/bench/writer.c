/* SPDX-License-Identifier: MIT */
/* Bytes of the files that benchmarks make up: see writer.h. */
#include "writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void put(writer *w, const void *bytes, size_t len)
{
    if (len > w->room - w->len) {
        w->room = (w->room + len) * 2;
        w->bytes = (unsigned char *)realloc(w->bytes, w->room);
        if (w->bytes == NULL) {
            fprintf(stderr, "out of memory\n");
            exit(2);
        }
    }
    memcpy(w->bytes + w->len, bytes, len);
    w->len += len;
}

void put_text(writer *w, const char *text)
{
    put(w, text, strlen(text));
}

void patch_number(writer *w, size_t at, uint64_t number, size_t width)
{
    for (size_t i = 0; i < width; i++)
        w->bytes[at + i] = (unsigned char)(number >> (8 * i) & 0xFF);
}

void put_number(writer *w, uint64_t number, size_t width)
{
    put(w, "\0\0\0\0\0\0\0", width);
    patch_number(w, w->len - width, number, width);
}

void put_string(writer *w, const char *text)
{
    put_number(w, strlen(text), 8);
    put_text(w, text);
}
