/* SPDX-License-Identifier: MIT */
/* What legacy_build.c and the writers of its layouts share. */
#ifndef TESTS_LEGACY_WRITERS_H
#define TESTS_LEGACY_WRITERS_H

#include "legacy_build.h"

#define LAYERS 2

/* ---- Fields and tensors: legacy_build.c ---- */

void lb_write_mark(lb_file *f, const char *name);
void lb_write_num(lb_file *f, const char *name, uint32_t value);
void lb_write_real(lb_file *f, const char *name, float value);
uint32_t lb_write_ftype(const lb_file *f);
void lb_write_text(lb_file *f, const char *word);
void lb_write_tokens(lb_file *f, bool scores);
void lb_write_numbers(lb_file *f, uint32_t count);
void lb_write_tensor(lb_file *f, uint32_t type, uint32_t num_dims, const uint32_t *dims, const char *format, ...);
void lb_write_linear(lb_file *f, uint32_t in, uint32_t out, const char *name, uint32_t layer);
void lb_write_norm(lb_file *f, uint32_t n, const char *name, uint32_t layer);

/* Dimensions, vectors of f32, and matrices of the type that was asked for. */
#define DIMS(...)                                                                                                      \
    sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), (const uint32_t[])                                     \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define VEC(f, n, ...) lb_write_tensor(f, 0, DIMS(n), __VA_ARGS__)
#define MAT(f, a, b, ...) lb_write_tensor(f, (f)->spec.type, DIMS(a, b), __VA_ARGS__)

/* ---- Layouts, `e` wide: legacy_build_text.c and legacy_build_media.c ---- */

void lb_write_llama(lb_file *f, uint32_t e);
void lb_write_lora(lb_file *f, uint32_t e);
void lb_write_gpt2(lb_file *f, uint32_t e);
void lb_write_gptj(lb_file *f, uint32_t e);
void lb_write_gptneox(lb_file *f, uint32_t e, bool old);
void lb_write_mpt(lb_file *f, uint32_t e, bool replit);
void lb_write_gpt4all_mpt(lb_file *f, uint32_t e);
void lb_write_gpt4all_replit(lb_file *f, uint32_t e);
void lb_write_bloom(lb_file *f, uint32_t e);
void lb_write_falcon(lb_file *f, uint32_t e, bool rustformers);
void lb_write_rwkv(lb_file *f, uint32_t e);
void lb_write_bert(lb_file *f, uint32_t e);
void lb_write_whisper(lb_file *f, uint32_t n);
void lb_write_silero(lb_file *f);
void lb_write_parakeet(lb_file *f, uint32_t n);
void lb_write_encodec(lb_file *f);
void lb_write_bark(lb_file *f, uint32_t e);
void lb_write_clip(lb_file *f, uint32_t e);
void lb_write_sam(lb_file *f, uint32_t e);
void lb_write_stable_diffusion(lb_file *f, uint32_t e, bool adapter);

#endif
