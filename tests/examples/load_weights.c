/* SPDX-License-Identifier: MIT */
/* Loads weights in place: finds a tensor, checks its type and alignment, and reads its rows from the mapping; where the
 * source cannot be mapped, or not here, it reads them instead. Usage: load_weights MODEL TENSOR, of type f32. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tensorgate.h>

static int fail(const char *what, const tg_error *error)
{
    char line[TG_ERROR_LINE] = "";
    if (error != NULL)
        tg_error_format(error, line, sizeof line);
    fprintf(stderr, "%s %s\n", what, line);
    return 1;
}

/* The length of a row, which is the dimension whose elements lie next to each other; a scalar is a row of one. */
static uint64_t row_length(const tg_tensor *tensor)
{
    if (tensor->num_dims == 0)
        return 1;
    return (tensor->flags & TG_TENSOR_FASTEST_FIRST) != 0 ? tensor->dims[0] : tensor->dims[tensor->num_dims - 1];
}

static void print_rows(const tg_tensor *tensor, const float *values)
{
    uint64_t columns = row_length(tensor), rows = columns > 0 ? tensor->num_elements / columns : 0;
    for (uint64_t r = 0; r < rows; r++) {
        double sum = 0;
        for (uint64_t c = 0; c < columns; c++)
            sum += (double)values[r * columns + c];
        printf("row %llu: sum %g\n", (unsigned long long)r, sum);
    }
}

/* A copy, to be freed: for readers, tensors in pieces, and where the address space is too small. */
static float *read_copy(const tg_model *model, const tg_tensor *tensor)
{
    size_t len = (size_t)tensor->size;
    void *copy = len == tensor->size ? malloc(len > 0 ? len : 1) : NULL;
    tg_error error;
    if (copy != NULL && tg_tensor_read(model, tensor, 0, copy, len, &error) == TG_OK)
        return (float *)copy;
    fail("the tensor cannot be read", copy != NULL ? &error : NULL);
    free(copy);
    return NULL;
}

static bool host_is_big(void)
{
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 0;
}

int main(int argc, char **argv)
{
    tg_model *model = NULL;
    tg_error error;
    if (argc != 3)
        return fail("usage: load_weights MODEL TENSOR", NULL);
    if (tg_open_path(argv[1], NULL, &model, &error) != TG_OK)
        return fail(argv[1], &error);

    const tg_tensor *tensor = tg_model_find_tensor(model, argv[2]);
    const void *data = NULL;
    size_t len = 0;
    float *copy = NULL;
    if (tensor == NULL)
        fail("there is no such tensor", NULL);
    else if (tensor->dtype != TG_DTYPE_F32 || (tg_model_endian(model) == TG_ENDIAN_BIG) != host_is_big())
        fail("this example computes with f32 in the byte order of the host alone", NULL);
    else if (tg_tensor_alignment(model, tensor) < sizeof(float) ||
             tg_tensor_data(model, tensor, &data, &len, NULL) != TG_OK)
        data = copy = read_copy(model, tensor);
    if (data != NULL)
        print_rows(tensor, (const float *)data);
    free(copy);
    tg_close(model);
    return data != NULL ? 0 : 1;
}
