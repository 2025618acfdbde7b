/* SPDX-License-Identifier: MIT */
/* Vets a file: the whole of it in fifteen lines. Usage: vet_file MODEL */
#include <stdio.h>
#include <tensorgate.h>

int main(int argc, char **argv)
{
    tg_model *model = NULL;
    tg_error error;
    char line[TG_ERROR_LINE];
    if (argc == 2 && tg_open_path(argv[1], NULL, &model, &error) != TG_OK) {
        tg_error_format(&error, line, sizeof line);
        printf("%s: rejected %s\n", argv[1], line);
        return 1;
    }
    puts(argc == 2 ? "sound" : "usage: vet_file MODEL");
    tg_close(model);
    return argc == 2 ? 0 : 2;
}
