/* SPDX-License-Identifier: MIT */
/* The little language of sizes in the table of layouts. It is our own text that is read here; the numbers it names
 * come from the file, so arithmetic is checked.
 *
 *   dims    one to four sizes with commas between: "n_embd, 3*n_embd"
 *   size    "?", anything; or choices with "|" between; and ":" where the parts of a model each have a share of it
 *   choice  sums of products, from left to right: "n_vocab+1", "8*n_embd/3^n_mult"; ^ rounds up to a multiple
 */
#include "legacy.h"

/* Is `name` that of the section and of the field, one behind the other? */
static bool is_called(const legacy_number *number, const char *name, size_t len)
{
    size_t at = 0;
    for (const char *prefix = number->prefix; prefix != NULL && *prefix != '\0'; prefix++, at++)
        if (at == len || name[at] != *prefix)
            return false;
    const char *field = number->field->name;
    for (; at < len && *field == name[at]; field++)
        at++;
    return at == len && *field == '\0';
}

const legacy_number *legacy_find_number(const legacy_candidate *candidate, const char *name, size_t len)
{
    const legacy_number *numbers = (const legacy_number *)candidate->numbers.data;
    for (uint64_t i = 0; i < candidate->numbers.count; i++)
        if (numbers[i].repeat == UINT32_MAX && is_called(&numbers[i], name, len))
            return &numbers[i];
    return NULL;
}

static bool is_operation(char c)
{
    return c == '+' || c == '*' || c == '/' || c == '^';
}

/* A number or a field. `*at` moves behind it. */
static bool read_factor(const legacy_candidate *candidate, const char *size, size_t len, size_t *at, uint64_t *out)
{
    size_t start = *at;
    while (*at < len && !is_operation(size[*at]))
        (*at)++;
    if (size[start] >= '0' && size[start] <= '9') {
        uint64_t value = 0;
        for (size_t i = start; i < *at; i++)
            value = value * 10 + (uint64_t)(size[i] - '0');
        *out = value;
        return true;
    }
    const legacy_number *number = legacy_find_number(candidate, size + start, *at - start);
    if (number == NULL)
        return false;
    *out = number->value;
    return true;
}

static bool apply(char operation, uint64_t factor, uint64_t *product)
{
    switch (operation) {
    case '*':
        return tgi_mul_u64(*product, factor, product);
    case '/':
        if (factor != 0)
            *product /= factor;
        return factor != 0;
    default:
        return factor != 0 && tgi_align_up_u64(*product, factor, product);
    }
}

bool legacy_size(const legacy_candidate *candidate, const char *size, size_t len, uint64_t *out)
{
    uint64_t sum = 0, product, factor;
    size_t at = 0;
    while (at < len) {
        if (!read_factor(candidate, size, len, &at, &product))
            return false;
        while (at < len && size[at] != '+') {
            char operation = size[at++];
            if (!read_factor(candidate, size, len, &at, &factor) || !apply(operation, factor, &product))
                return false;
        }
        if (!tgi_add_u64(sum, product, &sum))
            return false;
        at += at < len;
    }
    if (sum > TGI_MAX)
        return false;
    *out = sum;
    return true;
}

/* One dimension: `len` bytes at `size`. */
static bool read_choices(const legacy_candidate *candidate, const char *size, size_t len, legacy_shape *out)
{
    uint32_t dim = out->num_dims++;
    uint64_t parts = 1;
    if (len > 0 && size[len - 1] == ':') {
        out->split = dim + 1;
        parts = candidate->parts > 1 ? candidate->parts : 1;
        len--;
    }
    out->any[dim] = len == 1 && size[0] == '?';
    out->choices[dim] = 0;
    for (size_t at = 0; at < len && !out->any[dim]; at++) {
        const char *bar = (const char *)memchr(size + at, '|', len - at);
        size_t end = bar != NULL ? (size_t)(bar - size) : len;
        uint64_t value;
        if (!legacy_size(candidate, size + at, end - at, &value))
            return false;
        /* What cannot be shared out evenly is no dimension of any tensor. */
        out->dims[dim][out->choices[dim]++] = value % parts == 0 ? value / parts : UINT64_MAX;
        at = end;
    }
    return true;
}

bool legacy_read_shape(const legacy_candidate *candidate, const char *dims, legacy_shape *out)
{
    out->num_dims = 0;
    out->split = 0;
    for (size_t at = 0; dims[at] != '\0';) {
        size_t len = strcspn(dims + at, ",");
        if (!read_choices(candidate, dims + at, len, out))
            return false;
        at += len;
        at += strspn(dims + at, ", ");
    }
    return true;
}

bool legacy_shape_fits(const legacy_shape *shape, const uint64_t *dims, uint32_t num_dims, uint32_t *choices)
{
    for (uint32_t i = 0; i < LEGACY_MAX_DIMS; i++) {
        uint64_t dim = i < num_dims ? dims[i] : 1;
        uint32_t fitting = 0;
        if (i < shape->num_dims && shape->any[i])
            continue;
        if (i >= shape->num_dims || shape->choices[i] == 1) {
            if (dim != (i < shape->num_dims ? shape->dims[i][0] : 1))
                return false;
            continue;
        }
        for (uint32_t k = 0; k < shape->choices[i]; k++)
            fitting |= shape->dims[i][k] == dim ? 1u << k : 0;
        *choices &= fitting;
    }
    return *choices != 0;
}
