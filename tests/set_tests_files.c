/* SPDX-License-Identifier: MIT */
/* Sets and the file system: links, replaced parts, the working directory, descriptors. */
#define _DEFAULT_SOURCE
#include "set_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifndef _WIN32
#include <unistd.h>
#endif
#ifdef __linux__
#include <dirent.h>
#endif

#include <cmocka.h>

/* ---- Files and folders -------------------------------------------------------------------------------------- */

#ifndef _WIN32
/* Each name in the folder is a link to a blob, as in the cache of the hub. */
static void links_are_followed_unless_forbidden(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    tempfolder_folder(&f, "blobs");
    tempfolder_folder(&f, "snapshots");
    tempfolder_folder(&f, "snapshots/1");
    for (unsigned i = 0; i < 3; i++) {
        char blob[32], link[96], target[64];
        gb_model *m = sb_part(i, 3);
        (void)snprintf(blob, sizeof blob, "blobs/%u", i);
        (void)snprintf(target, sizeof target, "../../blobs/%u", i);
        (void)snprintf(link, sizeof link, "snapshots/1/%s", sb_name(i, 3));
        tempfolder_put(&f, blob, &m->file);
        assert_true(tempfolder_link(&f, target, link));
        gb_free(m);
    }
    tg_model *model = ASSERT_OPENS(&f, "snapshots/1/" SB_FIRST, 0, 3, 0);
    assert_usable(model);
    tg_close(model);
    tg_error e;
    assert_int_equal(open_in(&f, "snapshots/1/" SB_FIRST, TG_NO_FOLLOW, &model, &e), TG_E_LINK);
    tempfolder_remove(&f);
}

static void a_link_among_the_parts_is_named(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    tempfolder_rename(&f, sb_name(1, 3), "elsewhere");
    assert_true(tempfolder_link(&f, "elsewhere", sb_name(1, 3)));
    tg_model *model;
    tg_error e;
    assert_int_equal(open_in(&f, SB_FIRST, TG_NO_FOLLOW, &model, &e), TG_E_LINK);
    assert_string_equal(e.file_name, sb_name(1, 3));
    model = ASSERT_OPENS(&f, SB_FIRST, 0, 3, 0);
    assert_usable(model);
    tg_close(model);
    tempfolder_remove(&f);
}

/* Names are looked for in the folder that was there at the open, wherever the process goes. */
static void the_working_directory_may_change(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    sb_put_split(&f, 3);
    assert_int_equal(chdir(f.path), 0);
    tg_model *model = NULL;
    assert_int_equal(tg_open_path(SB_FIRST, NULL, &model, NULL), TG_OK);
    assert_int_equal(chdir("/"), 0);
    assert_usable(model);
    tg_close(model);
    assert_int_equal(chdir(before), 0);
    tempfolder_remove(&f);
}
#endif

/* A part that is no longer the file that was vetted is refused, never used. */
static void a_part_that_was_replaced_is_refused(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    tg_model *model = ASSERT_OPENS(&f, SB_FIRST, 0, 3, 0);
    gb_model *m = sb_part(1, 3);
    tempfolder_put(&f, "new", &m->file);
    tempfolder_delete(&f, sb_name(1, 3));
    tempfolder_rename(&f, "new", sb_name(1, 3));
    gb_free(m);
    for (int gone = 0; gone <= 1; gone++) {
        const tg_tensor *t = tg_model_find_tensor(model, "a1");
        const void *data;
        size_t len;
        uint8_t byte;
        tg_error e;
        assert_int_equal(tg_tensor_read(model, t, 0, &byte, 1, &e), TG_E_FILE_CHANGED);
        assert_int_equal(e.file, 1);
        assert_string_equal(e.file_name, sb_name(1, 3));
        assert_int_equal(tg_tensor_data(model, t, &data, &len, &e), TG_E_FILE_CHANGED);
        assert_string_equal(e.file_name, sb_name(1, 3));
        assert_int_equal(tg_model_recheck(model, &e), TG_E_FILE_CHANGED);
        assert_int_equal(e.file, 1);
        t = tg_model_find_tensor(model, "a2");
        assert_int_equal(tg_tensor_read(model, t, 0, &byte, 1, &e), TG_OK);
        if (gone == 0)
            tempfolder_delete(&f, sb_name(1, 3));
    }
    tg_close(model);
    tempfolder_remove(&f);
}

#ifdef __linux__
static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static unsigned mapped_parts(const char *folder)
{
    char line[1024];
    unsigned count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, folder) != NULL ? 1 : 0;
    fclose(maps);
    return count;
}

static void a_hundred_parts_need_two_descriptors_and_no_mapping(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 100);
    unsigned before = open_descriptors();
    tg_model *model = ASSERT_OPENS(&f, sb_name(0, 100), 0, 100, 0);
    assert_in_range(open_descriptors(), before, before + 2);
    assert_int_equal(mapped_parts(f.path), 0);
    const void *data;
    size_t len;
    assert_int_equal(tg_tensor_data(model, tg_model_find_tensor(model, "b57"), &data, &len, NULL), TG_OK);
    assert_int_equal(tg_tensor_data(model, tg_model_find_tensor(model, "a57"), &data, &len, NULL), TG_OK);
    assert_int_equal(mapped_parts(f.path), 1);
    assert_in_range(open_descriptors(), before, before + 2);
    assert_usable(model);
    assert_int_equal(mapped_parts(f.path), 100);
    tg_close(model);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(mapped_parts(f.path), 0);
    tempfolder_remove(&f);
}

static void nothing_stays_open_after_a_failure(void **state)
{
    (void)state;
    tempfolder f = tempfolder_new();
    sb_put_split(&f, 3);
    sb_put_shards(&f, 3);
    tempfolder_delete(&f, sb_name(2, 3));
    tempfolder_delete(&f, sb_shard(2, 3));
    unsigned before = open_descriptors();
    ASSERT_REJECTED(&f, SB_FIRST, TG_E_PART_MISSING, 2, sb_name(2, 3), 0);
    ASSERT_REJECTED(&f, SB_INDEX, TG_E_PART_MISSING, 2, sb_shard(2, 3), 0);
    assert_int_equal(open_descriptors(), before);
    tempfolder_remove(&f);
}
#endif

int run_set_file_tests(void)
{
    const struct CMUnitTest tests[] = {
#ifndef _WIN32
        cmocka_unit_test(links_are_followed_unless_forbidden),
        cmocka_unit_test(a_link_among_the_parts_is_named),
        cmocka_unit_test(the_working_directory_may_change),
#endif
        cmocka_unit_test(a_part_that_was_replaced_is_refused),
#ifdef __linux__
        cmocka_unit_test(a_hundred_parts_need_two_descriptors_and_no_mapping),
        cmocka_unit_test(nothing_stays_open_after_a_failure),
#endif
    };
    return cmocka_run_group_tests_name("files and folders of sets", tests, NULL, NULL);
}
