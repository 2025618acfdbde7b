/* SPDX-License-Identifier: MIT */
/* The switch of planted checks (see canary.c): TENSORGATE_CANARY is the number of the one that is off, or two with a
 * space between, and the file TENSORGATE_CANARY_SEEN gets a byte for each, 1 where it mattered. */
#include "canary_switch.h"

#include <stdio.h>
#include <stdlib.h>

int tgi_canary = -1, tgi_canary_partner = -1;
unsigned char tgi_canary_seen[CANARY_MAX];

static void write_seen(void)
{
    const char *path = getenv("TENSORGATE_CANARY_SEEN");
    FILE *file = path != NULL ? fopen(path, "wb") : NULL;
    if (file != NULL) {
        (void)fwrite(tgi_canary_seen, 1, sizeof tgi_canary_seen, file);
        (void)fclose(file);
    }
}

__attribute__((constructor)) static void read_switch(void)
{
    const char *number = getenv("TENSORGATE_CANARY");
    if (number != NULL) {
        char *end;
        tgi_canary = (int)strtol(number, &end, 10);
        tgi_canary_partner = *end != '\0' ? (int)strtol(end, NULL, 10) : -1;
    }
    (void)atexit(write_seen);
}
