/* SPDX-License-Identifier: MIT */
/* A program that was built against an older header, when the structs that it passes ended earlier. What lies behind
 * them is not the library's to read: here it is filled with ones, which would be nonsense in every field. */
#include <tensorgate.h>

#include <stdio.h>
#include <string.h>

#define OLD_SIZE(type, first_new_field) offsetof(type, first_new_field)

static int open_with(const char *path, const tg_options *options, tg_status wanted)
{
    tg_model *model = NULL;
    tg_status status = tg_open_path(path, options, &model, NULL);
    tg_close(model);
    if (status == wanted)
        return 0;
    fprintf(stderr, "old_header: %s instead of %s\n", tg_status_name(status), tg_status_name(wanted));
    return 1;
}

int main(int argc, char **argv)
{
    static const size_t option_sizes[] = {OLD_SIZE(tg_options, region_offset), OLD_SIZE(tg_options, member),
                                          OLD_SIZE(tg_options, layout), sizeof(tg_options)};
    static const size_t limit_sizes[] = {OLD_SIZE(tg_limits, max_files), sizeof(tg_limits)};
    int failed = argc != 2;
    for (size_t i = 0; !failed && i < sizeof option_sizes / sizeof option_sizes[0]; i++) {
        for (size_t j = 0; !failed && j < sizeof limit_sizes / sizeof limit_sizes[0]; j++) {
            tg_limits limits;
            tg_options options;
            memset(&limits, 0, limit_sizes[j]);
            memset((char *)&limits + limit_sizes[j], 0xFF, sizeof limits - limit_sizes[j]);
            limits.struct_size = limit_sizes[j];
            memset(&options, 0, option_sizes[i]);
            memset((char *)&options + option_sizes[i], 0xFF, sizeof options - option_sizes[i]);
            options.struct_size = option_sizes[i];
            options.limits = &limits;
            failed = open_with(argv[1], &options, TG_OK);
            /* What the program does set is obeyed. */
            limits.max_tensors = 1;
            failed |= open_with(argv[1], &options, TG_E_LIMIT_TENSORS);
        }
    }
    return failed;
}
