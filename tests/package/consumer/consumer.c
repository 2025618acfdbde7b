/* SPDX-License-Identifier: MIT */
/* A program outside the tree: opens a model that is accepted and one that is not. Usage: consumer ACCEPTED REJECTED. */
#include <tensorgate.h>

#include <stdio.h>
#include <string.h>

static int fail(const char *what)
{
    fprintf(stderr, "consumer: %s\n", what);
    return 1;
}

int main(int argc, char **argv)
{
    tg_model *model = NULL;
    tg_error error;
    char line[TG_ERROR_LINE], version[32];
    const void *data = NULL;
    size_t len = 0;
    if (argc != 3)
        return fail("name two files");
    (void)snprintf(version, sizeof version, "%d.%d.%d", TG_VERSION_MAJOR, TG_VERSION_MINOR, TG_VERSION_PATCH);
    if (strcmp(version, tg_version()) != 0)
        return fail("header and library are of different versions");
    if (tg_open_path(argv[1], NULL, &model, &error) != TG_OK) {
        tg_error_format(&error, line, sizeof line);
        return fail(line);
    }
    const tg_tensor *tensor = tg_model_tensor(model, 0);
    if (tensor == NULL || tg_tensor_data(model, tensor, &data, &len, &error) != TG_OK || len != tensor->size)
        return fail("no data");
    printf("%s %s, %zu bytes\n", argv[1], tg_format_name(tg_model_format(model)), len);
    tg_close(model);
    model = NULL;
    if (tg_open_path(argv[2], NULL, &model, &error) != TG_E_RANK || error.offset != 111 || model != NULL)
        return fail("the second file was not rejected as it should be");
    return 0;
}
