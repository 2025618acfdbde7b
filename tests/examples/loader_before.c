/* SPDX-License-Identifier: MIT */
/* A loader as there are many: it maps a GGUF file and believes it. Never do this; loader_after.c is the same program
 * with the change that mends it (compare them with diff -u). Usage: loader_before MODEL TENSOR */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct weights {
    const unsigned char *data;
    uint64_t num_elements;
} weights;

static uint64_t number(const unsigned char **at, size_t size)
{
    uint64_t value = 0;
    memcpy(&value, *at, size); /* past the end of the file, if it says so */
    *at += size;
    return value;
}

static void skip_value(const unsigned char **at, uint64_t type)
{
    static const size_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    if (type == 8) {
        *at += number(at, 8);
    } else if (type == 9) {
        uint64_t of = number(at, 4);
        for (uint64_t left = number(at, 8); left > 0; left--)
            skip_value(at, of); /* 2^64 times, if it says so */
    } else {
        *at += sizes[type];
    }
}

static int load(const char *path, const char *name, weights *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0)
        return -1;
    const unsigned char *base = (const unsigned char *)mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    if (base == MAP_FAILED)
        return -1;
    const unsigned char *at = base + 8;
    uint64_t num_tensors = number(&at, 8), num_keys = number(&at, 8), found = UINT64_MAX;
    for (uint64_t i = 0; i < num_keys; i++) {
        at += number(&at, 8);
        uint64_t type = number(&at, 4);
        skip_value(&at, type);
    }
    for (uint64_t i = 0; i < num_tensors; i++) {
        uint64_t len = number(&at, 8), elements = 1;
        int same = strlen(name) == len && memcmp(at, name, (size_t)len) == 0;
        at += len;
        for (uint64_t dims = number(&at, 4); dims > 0; dims--)
            elements *= number(&at, 8); /* wraps to 0 */
        at += 4;
        uint64_t offset = number(&at, 8);
        if (same) {
            found = offset;
            out->num_elements = elements;
        }
    }
    if (found == UINT64_MAX)
        return -1;
    uint64_t start = ((uint64_t)(at - base) + 31) / 32 * 32;
    out->data = base + start + found; /* anywhere at all */
    return 0;
}

int main(int argc, char **argv)
{
    weights w;
    if (argc != 3 || load(argv[1], argv[2], &w) != 0) {
        fprintf(stderr, "not loaded\n");
        return 1;
    }
    printf("%llu elements, first byte %u\n", (unsigned long long)w.num_elements, (unsigned)w.data[0]);
    return 0;
}
