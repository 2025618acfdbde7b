/* SPDX-License-Identifier: MIT */
/* The loader of loader_before.c with its parser replaced: it gets the same pointer, after every number in the file was
 * compared with a bound. Usage: loader_after MODEL TENSOR */
#include <stdint.h>
#include <stdio.h>
#include <tensorgate.h>

typedef struct weights {
    tg_model *model; /* the pointer lives as long as it: tg_close when done */
    const unsigned char *data;
    uint64_t num_elements;
} weights;

static int load(const char *path, const char *name, weights *out)
{
    tg_error error;
    char line[TG_ERROR_LINE];
    const void *data;
    size_t len;
    out->model = NULL;
    tg_status status = tg_open_path(path, NULL, &out->model, &error);
    if (status == TG_OK) {
        const tg_tensor *tensor = tg_model_find_tensor(out->model, name);
        if (tensor == NULL)
            return -1;
        status = tg_tensor_data(out->model, tensor, &data, &len, &error);
        if (status == TG_OK && len > 0) {
            out->data = (const unsigned char *)data;
            out->num_elements = tensor->num_elements;
            return 0;
        }
    }
    if (status != TG_OK) {
        tg_error_format(&error, line, sizeof line);
        fprintf(stderr, "%s: %s\n", path, line);
    }
    return -1;
}

int main(int argc, char **argv)
{
    weights w = {NULL, NULL, 0};
    if (argc != 3 || load(argv[1], argv[2], &w) != 0) {
        fprintf(stderr, "not loaded\n");
        tg_close(w.model);
        return 1;
    }
    printf("%llu elements, first byte %u\n", (unsigned long long)w.num_elements, (unsigned)w.data[0]);
    tg_close(w.model);
    return 0;
}
