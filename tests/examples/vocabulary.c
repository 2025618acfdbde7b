/* SPDX-License-Identifier: MIT */
/* Walks the vocabulary: tokens are strings of any bytes, so they are escaped before they are printed; scores are an
 * array beside them, if the model has some. Usage: vocabulary MODEL */
#include <stdio.h>
#include <tensorgate.h>

static void print_escaped(tg_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c >= 0x20 && c < 0x7F && c != '\\')
            putchar(c);
        else
            printf("\\x%02x", (unsigned)c);
    }
}

int main(int argc, char **argv)
{
    tg_model *model = NULL;
    tg_error error;
    if (argc != 2 || tg_open_path(argv[1], NULL, &model, &error) != TG_OK) {
        fprintf(stderr, "usage: vocabulary MODEL, a sound one\n");
        return 1;
    }
    /* No key, or one of another type: the value is of type TG_VALUE_NONE, the walk is empty, the getters say no. */
    tg_value tokens = tg_model_value(model, tg_model_find_key(model, "tokenizer.ggml.tokens"));
    tg_value scores = tg_model_value(model, tg_model_find_key(model, "tokenizer.ggml.scores"));
    tg_value element, score;
    for (tg_array_iter i = tg_array_begin(&tokens); tg_array_next(&i, &element);) {
        tg_bytes token;
        double number;
        if (!tg_value_string(&element, &token))
            continue;
        printf("%llu ", (unsigned long long)i.index - 1);
        print_escaped(token);
        if (tg_array_get(&scores, i.index - 1, &score) && tg_value_f64(&score, &number))
            printf(" %g", number);
        putchar('\n');
    }
    printf("%llu tokens\n", (unsigned long long)tokens.count);
    tg_close(model);
    return 0;
}
