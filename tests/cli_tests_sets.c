/* SPDX-License-Identifier: MIT */
/* The command and models of several files: one verdict for each model, and folders. */
#include "cli_json.h"
#include "cli_tests.h"
#include "set_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The folder of a test; its path is printed, since files are named with it. */
static tempfolder f;

static int setup(void **state)
{
    f = tempfolder_new();
    return cli_setup(state);
}

static int teardown(void **state)
{
    tempfolder_remove(&f);
    return cli_teardown(state);
}

/* The path of a file, which stays for the last few calls. */
static const char *in(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, sizeof paths[0], "%s/%s", f.path, name);
    return path;
}

static void expect_run(const char *const *arguments, int status, const char *out)
{
    run r = run_command(arguments);
    assert_run(&r, status, out, "");
    run_free(&r);
}

#define PART(n) "m-0000" #n "-of-00003.gguf"
#define SHARD(n) "model-0000" #n "-of-00003.safetensors"

static void a_set_has_one_verdict(void **state)
{
    (void)state;
    sb_put_split(&f, 3);
    sb_put_shards(&f, 3);
    expect_run(ARGUMENTS("check", in(PART(1)), in(PART(2)), in(PART(3)), in(SB_INDEX), in(SHARD(2))), 0,
               format("%s/" PART(1) ": ok, GGUF v3, 6 tensors in 3 files, 4 keys\n"
                                    "%s/" SB_INDEX ": ok, safetensors, 6 tensors in 3 files, 0 keys\n",
                      f.path, f.path));
    /* The order does not matter: what opens the set is judged when its first part is met. */
    expect_run(ARGUMENTS("check", in(PART(3)), in(PART(1))), 0,
               format("%s/" PART(1) ": ok, GGUF v3, 6 tensors in 3 files, 4 keys\n", f.path));
}

static void a_part_alone_is_judged_with_a_warning(void **state)
{
    (void)state;
    sb_put_split(&f, 3);
    run r = RUN("check", in(PART(2)));
    assert_int_equal(r.status, 0);
    assert_contains(r.out, "ok, GGUF v3, 2 tensors, 3 keys, 1 warning\n");
    assert_contains(r.out, "TG_W_PART");
    run_free(&r);
    r = RUN("check", "--single", in(PART(1)), in(PART(2)));
    assert_int_equal(r.status, 0);
    assert_contains(r.out, PART(1) ": ok, GGUF v3, 2 tensors, 4 keys, 1 warning\n");
    assert_contains(r.out, PART(2) ": ok, GGUF v3, 2 tensors, 3 keys, 1 warning\n");
    run_free(&r);
}

/* What the model that was vetted does not hold is vetted by itself, whatever it is called. */
static void a_file_that_the_index_leaves_out_is_judged(void **state)
{
    (void)state;
    sb_put_shards(&f, 3);
    (void)sb_put_index(&f, "{'weight_map':{'0.a':'" SHARD(1) "','0.b':'" SHARD(1) "'}}");
    run r = RUN("check", in(SB_INDEX), in(SHARD(1)), in(SHARD(2)));
    assert_int_equal(r.status, 0);
    assert_contains(r.out, SB_INDEX ": ok, safetensors, 2 tensors, 0 keys, 1 warning\n");
    assert_contains(r.out, SHARD(2) ": ok, safetensors, 2 tensors, 0 keys, 1 warning\n");
    assert_lacks(r.out, SHARD(1) ": ");
    run_free(&r);
}

static void the_part_at_fault_is_named(void **state)
{
    (void)state;
    sb_put_split(&f, 3);
    gb_model *m = sb_part(2, 3);
    tempfolder_put(&f, PART(2), &m->file);
    gb_free(m);
    run r = RUN("check", in(PART(1)), in(PART(2)));
    assert_int_equal(r.status, 1);
    assert_contains(r.out, format("%s/" PART(1) ": rejected in " PART(2) ": at byte ", f.path));
    assert_contains(r.out, "found 2, limit 1) [TG_E_SPLIT_FOREIGN]\n");
    assert_lacks(r.out, format("%s/" PART(2) ": ", f.path));
    run_free(&r);
    r = RUN("check", "--json", in(PART(1)));
    assert_json(r.out, r.out_len);
    assert_contains(r.out, "\"file\":\"" PART(2) "\"");
    run_free(&r);
    tempfolder_delete(&f, PART(2));
    r = RUN("check", in(PART(1)));
    assert_int_equal(r.status, 1);
    assert_contains(
        r.out, "rejected in " PART(2) ": at byte 0 of file 1: a file of the model is missing [TG_E_PART_MISSING]\n");
    assert_contains(r.out, "  hint: give its first file, with all others in the same folder");
    run_free(&r);
}

static void links_may_be_refused(void **state)
{
    (void)state;
    sb_put_split(&f, 3);
    tempfolder_rename(&f, PART(2), "elsewhere");
    if (!tempfolder_link(&f, "elsewhere", PART(2)))
        skip();
    expect_run(ARGUMENTS("check", in(PART(1))), 0,
               format("%s/" PART(1) ": ok, GGUF v3, 6 tensors in 3 files, 4 keys\n", f.path));
    expect_run(
        ARGUMENTS("check", "--no-follow", in(PART(1))), 2,
        format("%s/" PART(1) ": error: in " PART(2) ": a symbolic link, which was not to be followed [TG_E_LINK]\n",
               f.path));
}

/* A set, a sound model, a cut one, and files that are none. */
static void put_folders(void)
{
    sb_put_shards(&f, 2);
    tempfolder_folder(&f, "sub");
    tempfolder_folder(&f, "sub/empty");
    gb_model *m = gb_base();
    tempfolder_put(&f, "sub/good.gguf", &m->file);
    bytes_cut(&m->file, m->file.len - 1);
    tempfolder_put(&f, "sub/cut.gguf", &m->file);
    gb_free(m);
    bytes text = bytes_new(false);
    bytes_raw(&text, "text", 4);
    tempfolder_put(&f, "notes.txt", &text);
    tempfolder_put(&f, "data.bin", &text);
    bytes_free(&text);
}

static void folders_are_searched_where_that_is_asked_for(void **state)
{
    (void)state;
    put_folders();
    (void)tempfolder_link(&f, "..", "sub/loop"); /* where there are links */
    run r = RUN("check", "-r", f.path);
    assert_int_equal(r.status, 1);
    assert_string_equal(r.err, ""); /* no progress where nobody looks */
    assert_contains(r.out, format("%s/" SB_INDEX ": ok, safetensors, 4 tensors in 2 files, 0 keys\n", f.path));
    assert_contains(r.out, format("%s/sub/good.gguf: ok, GGUF v3, 1 tensor, 2 keys\n", f.path));
    assert_contains(r.out, format("%s/sub/cut.gguf: rejected at byte ", f.path));
    assert_contains(r.out, "\n2 accepted, 1 rejected, 2 more as parts of these; 1 other files\n");
    assert_lacks(r.out, "notes.txt");
    assert_lacks(r.out, "loop");
    run_free(&r);
    r = RUN("check", f.path);
    assert_int_equal(r.status, 2);
    assert_contains(r.out, "check -r");
    run_free(&r);
    r = RUN("check", "-r", "--json", f.path);
    assert_int_equal(r.status, 1);
    assert_contains(r.err, "2 accepted, 1 rejected");
    assert_lacks(r.out, "accepted,");
    run_free(&r);
    r = RUN("show", "-r", f.path);
    assert_int_equal(r.status, 2);
    run_free(&r);
}

static void quiet_says_nothing_of_accepted_files(void **state)
{
    (void)state;
    static const char *const forms[] = {"-q", "--quiet"};
    put_folders();
    for (size_t i = 0; i < 2; i++) {
        expect_run(ARGUMENTS("check", forms[i], in("sub/good.gguf")), 0, "");
        run r = RUN("check", "-r", forms[i], f.path);
        assert_int_equal(r.status, 1);
        assert_lacks(r.out, ": ok");
        assert_contains(r.out, format("%s/sub/cut.gguf: rejected at byte ", f.path));
        assert_contains(r.out, "\n2 accepted, 1 rejected, 2 more as parts of these; 1 other files\n");
        run_free(&r);
        r = RUN("check", "-r", "--json", forms[i], f.path);
        assert_int_equal(r.status, 1);
        assert_json(r.out, r.out_len); /* one object, that of the cut file */
        assert_contains(r.out, "\"verdict\":\"reject\"");
        run_free(&r);
    }
}

static void verbose_says_where_data_is_and_what_was_passed_over(void **state)
{
    (void)state;
    put_folders();
    run r = RUN("check", "-r", "--verbose", f.path);
    assert_int_equal(r.status, 1);
    assert_contains(r.out, "1 tensor from byte ");
    assert_contains(r.out, "  model-00002-of-00002.safetensors: 2 tensors from byte ");
    assert_contains(r.out, format("%s/data.bin: passed over, no model\n", f.path));
    assert_contains(r.out,
                    format("%s/model-00002-of-00002.safetensors: judged as part of %s/" SB_INDEX "\n", f.path, f.path));
    run_free(&r);
    r = RUN("check", "-r", "--json", "-v", f.path);
    assert_lacks(r.out, "passed over");
    run_free(&r);
    run quiet = RUN("check", "-v", "-q", in("sub/good.gguf")), loud = RUN("check", "-q", "-v", in("sub/good.gguf"));
    assert_string_equal(quiet.out, "");
    assert_contains(loud.out, "aligned to 32\n");
    run_free(&quiet);
    run_free(&loud);
    r = RUN("show", "-v", in("sub/good.gguf"));
    assert_int_equal(r.status, 2);
    assert_contains(r.err, "unknown option '-v'");
    run_free(&r);
}

/* Files of every verdict, sets among them, in many more numbers than threads open ahead. */
static void put_many_files(void)
{
    gb_model *m = gb_base();
    bytes text = bytes_new(false);
    bytes_raw(&text, "text", 4);
    for (unsigned i = 0; i < 200; i++) {
        size_t len = m->file.len;
        m->file.len -= i % 7 == 0 ? i % 100 : 0;
        tempfolder_put(&f, format("a-%03u.%s", i, i % 5 == 0 ? "bin" : "gguf"), i % 11 == 0 ? &text : &m->file);
        m->file.len = len;
    }
    bytes_free(&text);
    gb_free(m);
    sb_put_split(&f, 3);
    sb_put_shards(&f, 3);
}

static void threads_change_nothing_but_the_time(void **state)
{
    (void)state;
    static const char *const forms[] = {"--single", "--json", "--no-follow"};
    put_many_files();
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        run one = RUN("check", "-r", "--jobs", "1", forms[i], f.path, in(PART(2)), in("a-001.gguf"), in("missing"));
        run many = RUN("check", "-r", "--jobs", "7", forms[i], f.path, in(PART(2)), in("a-001.gguf"), in("missing"));
        assert_int_equal(one.status, 2);
        assert_contains(one.out, "a-001.gguf");
        assert_run(&many, one.status, one.out, one.err);
        run_free(&one);
        run_free(&many);
    }
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    run r = RUN("check", "-r", in("nowhere"));
    assert_int_equal(r.status, 2);
    assert_contains(r.out, "nowhere: error: ");
    run_free(&r);
}

static void show_tells_the_file_of_each_tensor(void **state)
{
    (void)state;
    sb_put_shards(&f, 2);
    run r = RUN("show", in(SB_INDEX));
    assert_int_equal(r.status, 0);
    assert_contains(r.out, "  files           2\n");
    assert_contains(r.out, "safetensors, little-endian");
    assert_contains(r.out, "  file\n");
    run_free(&r);
    r = RUN("show", "--json", in(SB_INDEX));
    assert_json(r.out, r.out_len);
    assert_contains(r.out, "\"files\":[{\"name\":\"model-00001-of-00002.safetensors\",\"size\":");
    assert_contains(r.out, "\"type\":\"U8\",\"dims\":[4],");
    assert_contains(r.out, "\"file\":1}");
    run_free(&r);
}

int cli_tests_sets(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_set_has_one_verdict, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_alone_is_judged_with_a_warning, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_the_index_leaves_out_is_judged, setup, teardown),
        cmocka_unit_test_setup_teardown(the_part_at_fault_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(links_may_be_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(folders_are_searched_where_that_is_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(quiet_says_nothing_of_accepted_files, setup, teardown),
        cmocka_unit_test_setup_teardown(verbose_says_where_data_is_and_what_was_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_change_nothing_but_the_time, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(show_tells_the_file_of_each_tensor, setup, teardown),
    };
    return cmocka_run_group_tests_name("the command: models of several files", tests, NULL, NULL);
}
