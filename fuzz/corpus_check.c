/* SPDX-License-Identifier: MIT */
/* Opens every file of the folders that are named, those of corpus/, and compares the verdict with the name of the file:
 *
 *     FORMAT/accept/[W_STATUS--]what-it-is[@option,…].EXT    accepted, with that warning; without one, with none
 *     FORMAT/reject/E_STATUS--what-it-is[@option,…].EXT      rejected with that status
 *     FORMAT/seed/…, FORMAT/regress/…                        any verdict
 *
 * An option is check_text, strict, llama.cpp, a limit of tg_limits with its value, layout=NAME, or tail=N: N zero bytes
 * that follow the file on paper only. Every file also passes the oracle with many variations, and with each allocation
 * failing. Whatever the folder, the verdict is that of the row of the file in corpus/verdicts.txt, if there is one (see
 * verdicts.h). With `--complete`, every status that is about the content of a file must have a file. With `--record` in
 * front, the rows are printed instead:
 *
 *     corpus_check --record corpus/{gguf,legacy,other,safetensors,zip} | LC_ALL=C sort >corpus/verdicts.txt */
#include "fuzz.h"
#include "model_check.h"
#include "oracle.h"
#include "verdicts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_STATUS 1024
#define MAX_FILE ((size_t)65536)
#define VARIATIONS 96

typedef struct tally {
    unsigned long files, wrong;
    bool seen[MAX_STATUS];
    bool recording;
    bool thorough; /* the verdicts alone come first: they take little time, and most that is wrong shows in them */
} tally;

/* ---- What a name says ---------------------------------------------------------------------------- */

typedef struct named {
    bool accept, judged; /* judged: the folder says what the verdict is */
    tg_status status;    /* TG_OK where no status is named */
    oracle_options options;
    char layout[64];
} named;

static bool find_status(const char *name, size_t len, tg_status *out)
{
    tg_status status;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        const char *full = tg_status_name(status) + 3; /* behind TG_ */
        if (strlen(full) == len && memcmp(full, name, len) == 0) {
            *out = status;
            return true;
        }
    }
    return false;
}

static bool read_option(const char *text, size_t len, named *n)
{
    oracle_options *o = &n->options;
    const struct {
        const char *name;
        uint64_t *number;
    } numbers[] = {
        {"tail=", &o->tail},
        {"max_tensors=", &o->limits.max_tensors},
        {"max_keys=", &o->limits.max_keys},
        {"max_header_bytes=", &o->limits.max_header_bytes},
        {"max_array_elements=", &o->limits.max_array_elements},
        {"max_array_depth=", &o->limits.max_array_depth},
        {"heap_base=", &o->limits.heap_base},
        {"heap_factor=", &o->limits.heap_factor},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        size_t name = strlen(numbers[i].name);
        if (len <= name || memcmp(text, numbers[i].name, name) != 0)
            continue;
        *numbers[i].number = strtoull(text + name, NULL, 10);
        return true;
    }
    if (len > 7 && len - 7 < sizeof n->layout && memcmp(text, "layout=", 7) == 0)
        o->layout = (const char *)memcpy(n->layout, text + 7, len - 7);
    else if (len == 10 && memcmp(text, "check_text", len) == 0)
        o->flags |= TG_CHECK_TEXT;
    else if (len == 6 && memcmp(text, "strict", len) == 0)
        o->flags |= TG_STRICT;
    else if (len == 9 && memcmp(text, "llama.cpp", len) == 0)
        o->profile = TG_PROFILE_LLAMA_CPP;
    else
        return false;
    return true;
}

/* `name` is that of the file, `folder` that of the folder it is in. False where they make no sense. */
static bool read_name(const char *folder, const char *name, named *out)
{
    memset(out, 0, sizeof *out);
    out->options.limits.struct_size = sizeof out->options.limits;
    out->accept = strcmp(folder, "accept") == 0;
    out->judged = out->accept || strcmp(folder, "reject") == 0;
    if (!out->judged)
        return true;
    const char *dashes = strstr(name, "--");
    if (dashes != NULL && name[1] == '_' && !find_status(name, (size_t)(dashes - name), &out->status))
        return false;
    if (out->accept ? out->status != TG_OK && !tg_status_is_warning(out->status) : out->status == TG_OK)
        return false;
    const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
    if (at == NULL)
        return true;
    for (const char *next = at + 1; next < dot;) {
        const char *comma = strchr(next, ',');
        size_t len = (size_t)((comma != NULL ? comma : dot) - next);
        if (!read_option(next, len, out))
            return false;
        next += len + 1;
    }
    return true;
}

/* ---- One file ---------------------------------------------------------------------------------------- */

static bool is_right(const named *n, const oracle_verdict *v)
{
    if (!n->judged)
        return true;
    if (!n->accept)
        return v->status == n->status;
    if (v->status != TG_OK)
        return false;
    if (n->status == TG_OK)
        return v->warnings == 0;
    return (v->warnings >> ((unsigned)n->status - REF_FIRST_WARNING) & 1) != 0;
}

static void check_bytes(tally *t, const char *path, const named *n, const uint8_t *data, size_t size)
{
    const ref_file file = {data, size, size + n->options.tail};
    if (!t->thorough) {
        t->wrong += !verdicts_check(path, &file, &n->options, t->recording);
        return;
    }
    uint64_t hash = fuzz_hash(data, size);
    oracle_verdict v = oracle_run(data, size, &n->options, hash);
    for (uint64_t i = 0; i < VARIATIONS; i++)
        (void)oracle_run(data, size, &n->options, fuzz_random(&hash));
    for (oracle_how how = {1, false, NULL, NULL, NULL}; how.fail_at <= (int64_t)v.calls; how.fail_at++)
        (void)oracle_open(&file, &n->options, ORACLE_READER, &how);
    t->files++;
    if ((unsigned)n->status < MAX_STATUS)
        t->seen[n->status] = true;
    if (is_right(n, &v))
        return;
    t->wrong++;
    (void)printf("%s: %s, warnings %llx\n", path, tg_status_name(v.status), (unsigned long long)v.warnings);
}

static void check_file(tally *t, const char *path, const char *folder, const char *name)
{
    static uint8_t data[MAX_FILE];
    named n;
    fuzz_current = path;
    FILE *file = fopen(path, "rb");
    FUZZ_CHECK(file != NULL, path);
    size_t size = fread(data, 1, sizeof data, file);
    (void)fclose(file);
    FUZZ_CHECK(size < sizeof data, "a file of the corpus is too large");
    FUZZ_CHECK(read_name(folder, name, &n), path);
    check_bytes(t, path, &n, data, size);
}

/* `folder` is the name of the folder that `path` is in, `name` its own. */
static void check_path(tally *t, const char *path, const char *folder, const char *name)
{
    DIR *handle = opendir(path);
    if (handle == NULL) {
        check_file(t, path, folder, name);
        return;
    }
    for (struct dirent *entry; (entry = readdir(handle)) != NULL;) {
        char inside[4096];
        int len = snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        FUZZ_CHECK(len > 0 && (size_t)len < sizeof inside, "the path is too long");
        if (entry->d_name[0] != '.')
            check_path(t, inside, name, entry->d_name);
    }
    (void)closedir(handle);
}

/* A file is judged by the folder it is in. */
static void check_argument(tally *t, const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) : 0;
    FUZZ_CHECK(len < sizeof folder, "the path is too long");
    memcpy(folder, path, len);
    folder[len] = '\0';
    const char *before = strrchr(folder, '/');
    check_path(t, path, before != NULL ? before + 1 : folder, slash != NULL ? slash + 1 : path);
}

/* ---- All statuses ------------------------------------------------------------------------------------- */

static unsigned long print_missing(const tally *t)
{
    unsigned long missing = 0;
    tg_status status;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        tg_class class_ = tg_status_class(status);
        bool content = class_ == TG_CLASS_MALFORMED || class_ == TG_CLASS_TRUNCATED || class_ == TG_CLASS_UNSUPPORTED ||
                       class_ == TG_CLASS_LIMIT;
        if (!content || t->seen[status])
            continue;
        (void)printf("no file of the corpus has the status %s\n", tg_status_name(status));
        missing++;
    }
    return missing;
}

static void check_arguments(tally *t, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--", 2) != 0)
            check_argument(t, argv[i]);
}

int main(int argc, char **argv)
{
    static tally t;
    bool complete = false;
    for (int i = 1; i < argc; i++) {
        complete = complete || strcmp(argv[i], "--complete") == 0;
        t.recording = t.recording || strcmp(argv[i], "--record") == 0;
    }
    check_arguments(&t, argc, argv);
    if (t.recording)
        return 0;
    if (t.wrong == 0) {
        t.thorough = true;
        check_arguments(&t, argc, argv);
        words_check();
    }
    unsigned long missing = complete && t.thorough ? print_missing(&t) : 0;
    (void)printf("%lu files, %lu with another verdict than their names or their rows say\n", t.files, t.wrong);
    return t.files > 0 && t.wrong == 0 && missing == 0 ? 0 : 1;
}
