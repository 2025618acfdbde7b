/* SPDX-License-Identifier: MIT */
/* Opening with ggml's reader: see peer_ggml.h. Its two functions are called by their published C interface. */
#define _POSIX_C_SOURCE 200809L

#include "peer_ggml.h"

#include "measure.h"

#include <dlfcn.h>
#include <stdio.h>

struct peer_params {
    bool no_alloc;
    void **context;
};

static void *(*peer_open)(const char *path, struct peer_params params);
static void (*peer_close)(void *context);

bool peer_ggml_load(const char *library)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        fprintf(stderr, "bench: %s\n", dlerror());
        return false;
    }
    *(void **)(void *)&peer_open = dlsym(handle, "gguf_init_from_file");
    *(void **)(void *)&peer_close = dlsym(handle, "gguf_free");
    return peer_open != NULL && peer_close != NULL;
}

double peer_ggml_time(const char *path)
{
    const struct peer_params params = {true, NULL};
    double start = now_ms();
    void *context = peer_open(path, params);
    double time = now_ms() - start;
    if (context == NULL)
        return -1;
    peer_close(context);
    return time;
}
