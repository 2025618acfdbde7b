/* SPDX-License-Identifier: MIT */
/* The same file, read by ggml's own reader. TENSORGATE_GGML names its library (libggml-base.so, of the npm package
 * @node-llama-cpp/linux-x64); without it nothing is compared. The peer runs in a child, since it aborts on some files:
 * that counts as a crash, which is no verdict. Where the two disagree, the table below must say by which rule. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "fuzz.h"

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

/* The peer and how to reach it: one child reads file after file, and a new one is made when it dies. */
static struct {
    peer_open open;
    void (*close)(void *context);
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
    if (library != NULL)
        *(void **)(void *)&peer_process.close = dlsym(library, "gguf_free");
    if (open == NULL)
        (void)fprintf(stderr, "SKIPPED: TENSORGATE_GGML does not name ggml's library\n");
    return open;
}

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
        byte = context != NULL;
        if (context != NULL && peer_process.close != NULL)
            peer_process.close(context);
        if (write(ask, &byte, 1) != 1)
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

static enum peer ask_peer(const uint8_t *data, size_t size)
{
    if (peer_process.file == 0)
        peer_process.file = memfd_create("tensorgate-diff", 0);
    FUZZ_CHECK(peer_process.file > 0 && ftruncate(peer_process.file, 0) == 0, "no file for the peer");
    FUZZ_CHECK(pwrite(peer_process.file, data, size, 0) == (ssize_t)size, "no file for the peer");
    if (peer_process.child == 0)
        start_peer();
    char byte = 0;
    bool answered = send(peer_process.ask, &byte, 1, MSG_NOSIGNAL) == 1 && read(peer_process.ask, &byte, 1) == 1;
    if (answered)
        return byte != 0 ? PEER_ACCEPTS : PEER_REJECTS;
    (void)close(peer_process.ask);
    FUZZ_CHECK(waitpid(peer_process.child, NULL, 0) == peer_process.child, "the peer is lost");
    peer_process.child = 0;
    return PEER_CRASHES;
}

static tg_status ask_us(const uint8_t *data, size_t size, uint32_t profile)
{
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.profile = profile;
    tg_model *model = NULL;
    tg_status status = tg_open_memory(data, size, &options, &model, NULL);
    if (status == TG_OK)
        tg_close(model);
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
    tg_status plain = ask_us(data, size, TG_PROFILE_NONE), profiled = ask_us(data, size, TG_PROFILE_LLAMA_CPP);
    enum peer peer = ask_peer(data, size);
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
