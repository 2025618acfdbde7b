/* SPDX-License-Identifier: MIT */
/* write_models FOLDER: writes models, archives and damaged copies of them, the same on every host, so that builds of
 * the command for several hosts can be compared on them. */
#include "gguf_build.h"
#include "zip_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAMAGED 40 /* copies of each */

static void write_file(const char *folder, const char *name, int number, const bytes *b)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s-%03d", folder, name, number);
    FILE *file = fopen(path, "wb");
    must(file != NULL, path);
    must(fwrite(b->data, 1, b->len, file) == b->len, path);
    must(fclose(file) == 0, path);
}

/* The file, and copies with one number in them changed. */
static void write_family(const char *folder, const char *name, const bytes *b)
{
    static const uint64_t values[] = {0, 1, 2, 255, 65536, UINT32_MAX, UINT64_MAX, (uint64_t)INT64_MAX};
    write_file(folder, name, 0, b);
    for (uint32_t i = 1; i <= DAMAGED; i++) {
        bytes copy = bytes_copy(b);
        uint64_t at = (uint64_t)i * 7919 % (b->len > 16 ? b->len - 8 : 1);
        if (i % 4 == 0)
            bytes_cut(&copy, at);
        else if (i % 4 == 1)
            bytes_put_u64(&copy, at, values[i / 4 % 8]);
        else
            bytes_put_u8(&copy, at, (uint8_t)values[i / 4 % 8]);
        write_file(folder, name, (int)i, &copy);
        bytes_free(&copy);
    }
}

static void write_model(const char *folder, uint32_t version, bool big_endian)
{
    char name[64];
    gb_model *m = gb_rich(version, big_endian);
    (void)snprintf(name, sizeof name, "rich-v%u-%s.gguf", (unsigned)version, big_endian ? "big" : "little");
    write_family(folder, name, &m->file);
    zb_archive z;
    memset(&z, 0, sizeof z);
    z.zip64 = big_endian;
    zb_add(&z, "readme", "hello", 5);
    zb_add(&z, "model.gguf", m->file.data, m->file.len)->zip64 = big_endian;
    zb_write(&z);
    (void)snprintf(name, sizeof name, "archive-v%u-%s.zip", (unsigned)version, big_endian ? "big" : "little");
    write_family(folder, name, &z.file);
    zb_free(&z);
    gb_free(m);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: write_models FOLDER\n");
        return 2;
    }
    for (uint32_t version = 1; version <= 3; version++) {
        write_model(argv[1], version, false);
        write_model(argv[1], version, true);
    }
    gb_model *m = gb_base();
    write_family(argv[1], "base.gguf", &m->file);
    gb_free(m);
    return 0;
}
