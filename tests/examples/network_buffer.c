/* SPDX-License-Identifier: MIT */
/* Vets what comes from a network before a byte of it reaches a disk: the reader callback hands out ranges of a buffer,
 * as it would fetch ranges by HTTP. The buffer here is filled from standard input. Usage: network_buffer < MODEL */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tensorgate.h>

typedef struct download {
    unsigned char *bytes;
    size_t len;
    unsigned long requests;
    uint64_t asked; /* bytes */
} download;

/* Asked only for ranges inside [0, size). Anything but 0 fails the call, and ends up in tg_error.os_code. */
static int read_at(void *context, uint64_t offset, void *buffer, size_t len)
{
    download *d = (download *)context;
    d->requests++;
    d->asked += len;
    memcpy(buffer, d->bytes + offset, len);
    return 0;
}

static bool receive(download *d)
{
    size_t room = 0;
    for (;;) {
        if (d->len == room) {
            room = room == 0 ? 4096 : room * 2;
            void *more = realloc(d->bytes, room);
            if (more == NULL)
                return false;
            d->bytes = (unsigned char *)more;
        }
        size_t got = fread(d->bytes + d->len, 1, room - d->len, stdin);
        d->len += got;
        if (got == 0)
            return ferror(stdin) == 0;
    }
}

int main(void)
{
    download d = {NULL, 0, 0, 0};
    tg_model *model = NULL;
    tg_error error;
    if (!receive(&d)) {
        free(d.bytes);
        return 2;
    }
    tg_reader reader = {sizeof reader, d.len, read_at, &d};
    tg_status status = tg_open_reader(&reader, NULL, &model, &error);
    if (status == TG_OK) {
        printf("sound: %llu tensors, known after %llu of %zu bytes in %lu requests\n",
               (unsigned long long)tg_model_num_tensors(model), (unsigned long long)d.asked, d.len, d.requests);
    } else {
        char line[TG_ERROR_LINE];
        tg_error_format(&error, line, sizeof line);
        printf("rejected %s\n", line);
        if (tg_error_hint(&error) != NULL)
            printf("hint: %s\n", tg_error_hint(&error));
    }
    tg_close(model);
    free(d.bytes);
    return status == TG_OK ? 0 : 1;
}
