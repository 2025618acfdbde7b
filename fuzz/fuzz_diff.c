/* SPDX-License-Identifier: MIT */
/* The same file, read by ggml's own reader. TENSORGATE_GGML names its library (libggml-base.so, of the npm package
 * @node-llama-cpp/linux-x64); without it nothing is compared. The peer runs in a child, since it aborts on some files:
 * that counts as a crash, which is no verdict. Where the two disagree, the table below must say by which rule; where
 * both accept, they must have read the same. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "fuzz.h"
#include "model_check.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_INPUT ((size_t)65536)

/* What we refuse and the peer reads: the rules by which design decided so. */
static const struct stricter {
    tg_status status;
    const char *rule;
} stricter[] = {
    {TG_E_TENSOR_TRUNCATED, "a prefix that ends before the last byte of a tensor is an error; the peer reads no data"},
    {TG_E_BOOL_VALUE, "bool value other than 0, 1"},
    {TG_E_KEY_EMPTY, "a key of GGUF 2 that is empty after the removal of its trailing NUL"},
    {TG_E_KEY_NUL, "NUL in a key"},
    {TG_E_KEY_UTF8, "a key that is not UTF-8"},
    {TG_E_NAME_EMPTY, "an empty tensor name"},
    {TG_E_NAME_NUL, "NUL in a tensor name"},
    {TG_E_NAME_UTF8, "a tensor name that is not UTF-8"},
    {TG_E_KEY_DUPLICATE, "duplicates are judged after the removal of a trailing NUL"},
    {TG_E_NAME_DUPLICATE, "duplicates are judged after the removal of a trailing NUL"},
    {TG_E_KEY_LENGTH, "a key above 65535 bytes"},
    {TG_E_ALIGNMENT_VALUE, "general.alignment above 1 MiB"},
    {TG_E_ELEMENT_COUNT, "a product above 2^63-1, zeros taken as 1"},
    {TG_E_SIZE_OVERFLOW, "a byte size above 2^63-1, zeros taken as 1"},
    {TG_E_TENSOR_RANGE, "tensor data beyond 2^63-1"},
    {TG_E_LIMIT_TENSORS, "limits are on by default"},
    {TG_E_LIMIT_KEYS, "limits are on by default"},
    {TG_E_LIMIT_ARRAY_ELEMENTS, "limits are on by default"},
    {TG_E_SPLIT_TYPE, "a split key of another type than the format gives it; the peer reads no split keys"},
    {TG_E_SPLIT_KEY, "split.count without the other split keys"},
    {TG_E_SPLIT_NUMBER, "split.no that is not below split.count"},
    {TG_E_SPLIT_TENSORS, "a file with more tensors than split.tensors.count gives to all parts"},
    {TG_E_ZIP_POLYGLOT, "a model with an archive at its end that names another"},
    {TG_E_ZIP_END, "a model with an archive at its end that contradicts itself"},
    {TG_E_COUNT_TRUNCATED, "a count beyond the bytes that remain, also where the peer counts in other units"},
};

enum peer {
    PEER_ACCEPTS,
    PEER_REJECTS,
    PEER_CRASHES
};

struct peer_params {
    bool no_alloc;
    void **context;
};

typedef void *(*peer_open)(const char *path, struct peer_params params);

/* What is asked of the peer: return type, name, arguments. */
#define PEER_CALLS(X)                                                                                                  \
    X(void, gguf_free, (void *))                                                                                       \
    X(size_t, gguf_get_alignment, (const void *))                                                                      \
    X(size_t, gguf_get_data_offset, (const void *))                                                                    \
    X(int64_t, gguf_get_n_kv, (const void *))                                                                          \
    X(const char *, gguf_get_key, (const void *, int64_t))                                                             \
    X(int, gguf_get_kv_type, (const void *, int64_t))                                                                  \
    X(int, gguf_get_arr_type, (const void *, int64_t))                                                                 \
    X(size_t, gguf_get_arr_n, (const void *, int64_t))                                                                 \
    X(const char *, gguf_get_val_str, (const void *, int64_t))                                                         \
    X(const void *, gguf_get_val_data, (const void *, int64_t))                                                        \
    X(int64_t, gguf_get_n_tensors, (const void *))                                                                     \
    X(const char *, gguf_get_tensor_name, (const void *, int64_t))                                                     \
    X(int, gguf_get_tensor_type, (const void *, int64_t))                                                              \
    X(size_t, gguf_get_tensor_offset, (const void *, int64_t))                                                         \
    X(size_t, gguf_get_tensor_size, (const void *, int64_t))

/* The peer and how to reach it: one child reads file after file, and a new one is made when it dies. */
static struct {
    peer_open open;
#define PEER_POINTER(type, name, arguments) type(*name) arguments;
    PEER_CALLS(PEER_POINTER)
#undef PEER_POINTER
    int file, ask; /* the file of the moment; where a byte asks for a verdict and one answers */
    pid_t child;
} peer_process;

static peer_open find_peer(void)
{
    const char *path = getenv("TENSORGATE_GGML");
    void *library = path != NULL && path[0] != '\0' ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (path != NULL && path[0] != '\0')
        FUZZ_CHECK(library != NULL, "TENSORGATE_GGML names no library that can be loaded");
    peer_open open = NULL;
    if (library != NULL)
        *(void **)(void *)&open = dlsym(library, "gguf_init_from_file");
#define PEER_FIND(type, name, arguments)                                                                               \
    if (open != NULL && (*(void **)(void *)&peer_process.name = dlsym(library, #name)) == NULL)                        \
        open = NULL;
    PEER_CALLS(PEER_FIND)
#undef PEER_FIND
    if (open == NULL)
        (void)fprintf(stderr, "SKIPPED: TENSORGATE_GGML does not name ggml's library\n");
    return open;
}

/* ---- What both have read, as one number -------------------------------------------------------------- */

static uint64_t add_text(uint64_t digest, const char *text, size_t len)
{
    const void *end = memchr(text, 0, len); /* the peer's strings end there */
    return digest_bytes(digest, text, end != NULL ? (size_t)((const char *)end - text) : len);
}

/* Bytes of a number of the peer's type; 0 for strings, arrays and floats, whose NaNs need not keep their bits. */
static size_t width_of(int type)
{
    static const uint8_t widths[] = {1, 1, 2, 2, 4, 4, 0, 1, 0, 0, 8, 8, 0};
    return type >= 0 && (size_t)type < sizeof widths ? widths[type] : 0;
}

static uint64_t peer_value(const void *context, int64_t i, uint64_t d)
{
    int type = peer_process.gguf_get_kv_type(context, i);
    size_t width = width_of(type);
    uint64_t bits = 0;
    d = digest_number(d, (uint64_t)(type + 1));
    if (type == 8) {
        const char *text = peer_process.gguf_get_val_str(context, i);
        return add_text(d, text, strlen(text));
    }
    if (type == 9)
        return digest_number(digest_number(d, (uint64_t)(peer_process.gguf_get_arr_type(context, i) + 1)),
                             peer_process.gguf_get_arr_n(context, i));
    if (width > 0)
        memcpy(&bits, peer_process.gguf_get_val_data(context, i), width);
    return digest_number(d, bits);
}

static uint64_t peer_digest(const void *context)
{
    uint64_t d = digest_number(0, peer_process.gguf_get_alignment(context));
    for (int64_t i = 0, n = peer_process.gguf_get_n_kv(context); i < n; i++) {
        const char *name = peer_process.gguf_get_key(context, i);
        d = peer_value(context, i, add_text(d, name, strlen(name)));
    }
    for (int64_t i = 0, n = peer_process.gguf_get_n_tensors(context); i < n; i++) {
        const char *name = peer_process.gguf_get_tensor_name(context, i);
        d = digest_number(add_text(d, name, strlen(name)), (uint64_t)peer_process.gguf_get_tensor_type(context, i) + 1);
        d = digest_number(d,
                          peer_process.gguf_get_data_offset(context) + peer_process.gguf_get_tensor_offset(context, i));
        d = digest_number(d, peer_process.gguf_get_tensor_size(context, i));
    }
    return d;
}

static uint64_t our_value(const tg_value *v, uint64_t d)
{
    static const uint8_t ids[] = {0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 13, 8, 9, 10}; /* the peer's, plus 1 */
    tg_bytes text;
    uint64_t u = 0;
    int64_t i = 0;
    bool b = false;
    size_t width = width_of(ids[v->type] - 1);
    d = digest_number(d, ids[v->type]);
    if (tg_value_string(v, &text))
        return add_text(d, text.ptr, text.len);
    if (v->type == TG_VALUE_ARRAY)
        return digest_number(digest_number(d, ids[v->element_type]), v->count);
    if (tg_value_bool(v, &b))
        u = b;
    else if (width > 0 && !tg_value_u64(v, &u) && tg_value_i64(v, &i))
        memcpy(&u, &i, sizeof u);
    else if (width == 0)
        u = 0;
    return digest_number(d, width > 0 && width < 8 ? u & ((UINT64_C(1) << 8 * width) - 1) : u);
}

static uint64_t our_digest(const tg_model *m)
{
    uint64_t d = digest_number(0, tg_model_alignment(m));
    for (uint64_t i = 0; i < tg_model_num_keys(m); i++) {
        const tg_key *key = tg_model_key(m, i);
        const tg_value v = tg_model_value(m, key);
        d = our_value(&v, add_text(d, key->name.ptr, key->name.len));
    }
    for (uint64_t i = 0; i < tg_model_num_tensors(m); i++) {
        const tg_tensor *t = tg_model_tensor(m, i);
        d = digest_number(add_text(d, t->name.ptr, t->name.len), t->dtype);
        d = digest_number(digest_number(d, t->offset), t->size);
    }
    return d;
}

/* ---- Asking ----------------------------------------------------------------------------------------------- */

/* What the child answers. */
typedef struct answer {
    uint64_t accepts, digest;
} answer;

static void be_peer(int ask)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
    char path[64], byte;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)signal(signals[i], SIG_DFL);
    (void)close(1);
    (void)close(2);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", peer_process.file);
    while (read(ask, &byte, 1) == 1) {
        const struct peer_params params = {true, NULL};
        (void)alarm(10);
        void *context = peer_process.open(path, params);
        (void)alarm(0);
        answer a = {context != NULL, context != NULL ? peer_digest(context) : 0};
        if (context != NULL)
            peer_process.gguf_free(context);
        if (write(ask, &a, sizeof a) != (ssize_t)sizeof a)
            break;
    }
    _exit(0);
}

static void start_peer(void)
{
    int pair[2];
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "no way to the peer");
    peer_process.child = fork();
    FUZZ_CHECK(peer_process.child >= 0, "no process for the peer");
    if (peer_process.child == 0) {
        (void)close(pair[0]);
        be_peer(pair[1]);
    }
    (void)close(pair[1]);
    peer_process.ask = pair[0];
}

static enum peer ask_peer(const uint8_t *data, size_t size, uint64_t *out_digest)
{
    if (peer_process.file == 0)
        peer_process.file = memfd_create("tensorgate-diff", 0);
    FUZZ_CHECK(peer_process.file > 0 && ftruncate(peer_process.file, 0) == 0, "no file for the peer");
    FUZZ_CHECK(pwrite(peer_process.file, data, size, 0) == (ssize_t)size, "no file for the peer");
    if (peer_process.child == 0)
        start_peer();
    char byte = 0;
    answer a = {0, 0};
    bool answered = send(peer_process.ask, &byte, 1, MSG_NOSIGNAL) == 1 &&
                    read(peer_process.ask, &a, sizeof a) == (ssize_t)sizeof a;
    *out_digest = a.digest;
    if (answered)
        return a.accepts != 0 ? PEER_ACCEPTS : PEER_REJECTS;
    (void)close(peer_process.ask);
    FUZZ_CHECK(waitpid(peer_process.child, NULL, 0) == peer_process.child, "the peer is lost");
    peer_process.child = 0;
    return PEER_CRASHES;
}

static tg_status ask_us(const uint8_t *data, size_t size, uint32_t profile, uint64_t *out_digest)
{
    static const uint64_t key[2] = {1, 2};
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.profile = profile;
    options.hash_key = key;
    tg_model *model = NULL;
    tg_status status = tg_open_memory(data, size, &options, &model, NULL);
    if (status == TG_OK) {
        *out_digest = our_digest(model);
        tg_close(model);
    }
    return status;
}

static bool is_explained(tg_status status)
{
    for (size_t i = 0; i < sizeof stricter / sizeof stricter[0]; i++)
        if (stricter[i].status == status)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool looked;
    if (!looked)
        peer_process.open = find_peer();
    looked = true;
    if (peer_process.open == NULL || size > MAX_INPUT || size < 8 || memcmp(data, "GGUF", 4) != 0)
        return 0;
    uint64_t ours = 0, theirs = 0;
    tg_status profiled = ask_us(data, size, TG_PROFILE_LLAMA_CPP, &ours),
              plain = ask_us(data, size, TG_PROFILE_NONE, &ours);
    enum peer peer = ask_peer(data, size, &theirs);
    if (peer == PEER_ACCEPTS && plain == TG_OK)
        FUZZ_CHECK(ours == theirs, "both accept, and read something else");
    if (peer == PEER_ACCEPTS && profiled != TG_OK && !is_explained(profiled)) {
        (void)fprintf(stderr, "the peer accepts, we say %s\n", tg_status_name(profiled));
        FUZZ_CHECK(false, "no rule of the table explains that we refuse");
    }
    if (peer == PEER_REJECTS && profiled == TG_OK)
        FUZZ_CHECK(false, "the peer refuses what its profile accepts");
    if (peer == PEER_REJECTS && plain == TG_OK) /* more lenient than the peer: the profile must know why */
        FUZZ_CHECK(profiled >= TG_E_PROFILE_FORMAT && profiled <= TG_E_PROFILE_DIMS, "no rule of the profile");
    return 0;
}
