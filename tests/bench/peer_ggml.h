/* SPDX-License-Identifier: MIT */
/* ggml's own reader, where its library can be loaded: libggml-base.so of the npm package @node-llama-cpp/linux-x64. */
#ifndef TG_BENCH_PEER_GGML_H
#define TG_BENCH_PEER_GGML_H

#include <stdbool.h>

/* Loads the library. False where there is none. */
bool peer_ggml_load(const char *library);

/* Milliseconds that it takes to open the file, without tensor data; below 0 where it does not open it. */
double peer_ggml_time(const char *path);

#endif
