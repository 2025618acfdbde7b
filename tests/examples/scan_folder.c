/* SPDX-License-Identifier: MIT */
/* Scans a folder and writes a line of JSON for each file: its name, and what tensorgate says of it.
 * Usage: scan_folder FOLDER */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <tensorgate.h>

/* Names of files are bytes: what is not plain ASCII is escaped as if it were Latin-1. */
static void print_string(const char *text)
{
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c >= 0x20 && *c < 0x7F && *c != '"' && *c != '\\')
            putchar(*c);
        else
            printf("\\u%04x", (unsigned)*c);
    }
    putchar('"');
}

static void scan_file(const char *path, const char *name)
{
    tg_model *model = NULL;
    tg_error error;
    printf("{\"name\":");
    print_string(name);
    if (tg_open_path(path, NULL, &model, &error) == TG_OK) {
        printf(",\"ok\":true,\"format\":\"%s\",\"tensors\":%llu}\n", tg_format_name(tg_model_format(model)),
               (unsigned long long)tg_model_num_tensors(model));
    } else {
        char line[TG_ERROR_LINE];
        tg_error_format(&error, line, sizeof line);
        printf(",\"ok\":false,\"class\":\"%s\",\"code\":\"%s\",\"offset\":%llu,\"message\":",
               tg_class_name(tg_status_class(error.status)), tg_status_name(error.status),
               (unsigned long long)error.offset);
        print_string(line);
        puts("}");
    }
    tg_close(model);
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        fprintf(stderr, "usage: scan_folder FOLDER\n");
        return 2;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[4096];
        int len = snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (entry->d_name[0] != '.' && len > 0 && (size_t)len < sizeof path)
            scan_file(path, entry->d_name);
    }
    closedir(folder);
    return 0;
}
