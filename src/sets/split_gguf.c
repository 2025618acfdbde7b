/* SPDX-License-Identifier: MIT */
/* Split GGUF (see set.h): PREFIX-00001-of-00003.gguf and so on, each a complete GGUF file. The first has the keys of
 * the model; every one has split.no (from 0), split.count and split.tensors.count (of all). */
#include "set.h"

/* "-00001-of-00003.gguf": five digits in every name that llama.cpp's tools make. */
#define NUMBER_DIGITS 5
#define MIDDLE "-of-"
#define SUFFIX ".gguf"
#define TAIL_LEN (1 + 2 * NUMBER_DIGITS + sizeof MIDDLE - 1 + sizeof SUFFIX - 1)

/* Writes '-', the number in five digits, and so on, over `at`. */
static void write_digits(char *at, uint32_t number)
{
    for (size_t i = NUMBER_DIGITS; i > 0; i--) {
        at[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
}

/* The tail of the name of part `number`, counted from 1. */
static void write_tail(char *at, uint32_t number, uint32_t count)
{
    *at = '-';
    write_digits(at + 1, number);
    memcpy(at + 1 + NUMBER_DIGITS, MIDDLE, sizeof MIDDLE - 1);
    write_digits(at + NUMBER_DIGITS + sizeof MIDDLE, count);
    memcpy(at + (size_t)2 * NUMBER_DIGITS + sizeof MIDDLE, SUFFIX, sizeof SUFFIX - 1);
}

/* What comes is about that key: returns where its value is. */
static uint64_t at_key(tgi_parse *p, const tgi_model *model, uint64_t key)
{
    p->entry = TGI_ENTRY_KEY;
    p->index = key;
    return tgi_key_at(model, key)->value_offset;
}

tgi_step tgi_split_check_first(tgi_parse *p, const char *name)
{
    const tgi_claim *claim = &p->model->claim;
    uint64_t offset = at_key(p, p->model, claim->count_key), most = p->settings->limits.max_files;
    if (claim->count > most)
        return tgi_report(p, TG_E_LIMIT_FILES, offset, claim->count, most, "split.count");
    size_t len = strlen(name);
    char tail[TAIL_LEN];
    write_tail(tail, claim->number + 1, claim->count);
    if (len > TAIL_LEN && len <= TGI_MAX_FILE_NAME && memcmp(name + len - TAIL_LEN, tail, TAIL_LEN) == 0)
        return TGI_OK;
    return tgi_report(p, TG_E_SPLIT_NAME, offset, 0, 0, "split.count");
}

void tgi_split_name(const char *first_name, uint32_t count, uint32_t number, char *out_name)
{
    size_t len = strlen(first_name);
    memcpy(out_name, first_name, len + 1);
    write_tail(out_name + len - TAIL_LEN, number + 1, count);
}

tgi_step tgi_split_check_part(tgi_parse *p, const tgi_model *first)
{
    const tgi_claim *claim = &p->model->claim, *wanted = &first->claim;
    if (claim->kind == TG_SET_NONE)
        return tgi_report(p, TG_E_SPLIT_FOREIGN, 0, 1, wanted->count, "split.count");
    uint64_t offset = at_key(p, p->model, claim->count_key);
    if (claim->count != wanted->count)
        return tgi_report(p, TG_E_SPLIT_FOREIGN, offset, claim->count, wanted->count, "split.count");
    offset = at_key(p, p->model, claim->number_key);
    if (claim->number != p->file)
        return tgi_report(p, TG_E_SPLIT_FOREIGN, offset, claim->number, p->file, "split.no");
    offset = at_key(p, p->model, claim->tensors_key);
    if (claim->num_tensors != wanted->num_tensors)
        return tgi_report(p, TG_E_SPLIT_FOREIGN, offset, claim->num_tensors, wanted->num_tensors,
                          "split.tensors.count");
    return TGI_OK;
}

tgi_step tgi_split_check_whole(tgi_parse *p)
{
    const tgi_model *whole = p->model;
    if (whole->tensors.count == whole->claim.num_tensors)
        return TGI_OK;
    uint64_t offset = at_key(p, whole, whole->claim.tensors_key);
    return tgi_report(p, TG_E_SPLIT_TENSORS, offset, whole->claim.num_tensors, whole->tensors.count,
                      "split.tensors.count");
}
