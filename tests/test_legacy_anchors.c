/* SPDX-License-Identifier: MIT */
/* The tensors that each layout asks for: without any one of them, with another name or another shape, no file of that
 * layout is accepted, and the error says where. */
#include "legacy_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Tensors that the writer adds to those that a layout asks for. */
static bool is_asked_for(const lb_file *f, const lb_tensor *t)
{
    static const char *const others[] = {
        "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight",
    };
    return !IS_ONE_OF(t->name, others) && strcmp(f->spec.layout, "stable-diffusion-lora") != 0 &&
           strstr(t->name, ".time_") == NULL;
}

/* Is every tensor of the layout in its list? */
static bool is_closed(const char *layout)
{
    static const char *const open[] = {"rwkv", "stable-diffusion"};
    return !IS_ONE_OF(layout, open);
}

static void rejected(const lb_file *f, const tg_options *options, tg_status status, uint64_t offset, const char *name)
{
    tg_model *model = NULL;
    tg_error error;
    tg_status found = tg_open_memory(f->file.data, f->file.len, options, &model, &error);
    tg_close(model);
    if (found != status || error.offset != offset)
        print_error("%s in %s, %s: %s at %llu\n", f->spec.layout, f->spec.container, name, tg_status_name(found),
                    found == TG_OK ? 0ull : (unsigned long long)error.offset);
    assert_int_equal(found, status);
    assert_int_equal(error.offset, offset);
}

static lb_file *small(size_t i)
{
    lb_spec spec = lb_specs[i];
    spec.width = 16;
    return lb_make(spec);
}

/* By another name, a tensor is none that is known, or one that nobody asks for; then the right one is missing. */
static void without_any_one_tensor_a_file_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_file *f = small(i);
        tg_options options = lc_options(f->spec.layout);
        bool closed = is_closed(f->spec.layout);
        for (size_t k = 0; k < f->num_tensors; k++) {
            const lb_tensor *t = &f->tensors[k];
            if (!is_asked_for(f, t))
                continue;
            uint8_t *last = f->file.data + t->at.name + strlen(t->name) - 1, before = *last;
            *last = '!';
            rejected(f, &options, closed ? TG_E_TENSOR_UNKNOWN : TG_E_TENSOR_MISSING,
                     closed ? t->at.record : f->file.len, t->name);
            *last = before;
        }
        lb_free(f);
    }
}

/* All elements in one column: as many, of another shape. Where any shape will do, rows change to columns only. */
static void a_tensor_of_another_shape_is_refused(void **state)
{
    (void)state;
    static const char *const any[] = {"silero-vad", "stable-diffusion", "lora"};
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_file *f = small(i);
        tg_options options = lc_options(f->spec.layout);
        for (size_t k = 0; k < f->num_tensors && !IS_ONE_OF(f->spec.layout, any); k++) {
            lb_tensor *t = &f->tensors[k];
            if (!is_asked_for(f, t) || t->num_dims != 2 || t->dims[0] == 1)
                continue;
            uint32_t row = t->type > 1 ? 2 * t->dims[0] : 1; /* of whole blocks */
            bytes_put_u32(&f->file, t->at.dims, row);
            bytes_put_u32(&f->file, t->at.dims + 4, t->dims[0] * t->dims[1] / row);
            rejected(f, &options, TG_E_TENSOR_SHAPE, t->at.dims, t->name);
            bytes_put_u32(&f->file, t->at.dims, t->dims[0]);
            bytes_put_u32(&f->file, t->at.dims + 4, t->dims[1]);
        }
        lb_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_one_tensor_a_file_is_refused),
        cmocka_unit_test(a_tensor_of_another_shape_is_refused),
    };
    return cmocka_run_group_tests_name("tensors that layouts of the ggml family ask for", tests, NULL, NULL);
}
