/* SPDX-License-Identifier: MIT */
/* Which names of files a set may use (see index.h). They come from the network, and they are opened. */
#include "index.h"

#define MAX_NAME 255 /* bytes: the longest that file systems take */
#define SHARD_TAIL (sizeof "-00001-of-00003.safetensors" - 1)

static char upper(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c;
}

/* Do the first `len` bytes of `name` read `word`, which is in capitals? */
static bool is_word(tg_bytes name, const char *word)
{
    size_t len = strlen(word);
    if (name.len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (upper(name.ptr[i]) != word[i])
            return false;
    return true;
}

/* The names that Windows keeps for devices, with any extension. */
static bool is_device(tg_bytes name)
{
    static const char *const devices[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"};
    tg_bytes stem = {name.ptr, 0};
    while (stem.len < name.len && name.ptr[stem.len] != '.')
        stem.len++;
    while (stem.len > 0 && name.ptr[stem.len - 1] == ' ')
        stem.len--;
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (is_word(stem, devices[i]))
            return true;
    /* COM and LPT with a digit, also one of the superscripts 1, 2 and 3, which are two bytes long. */
    tg_bytes kind = {stem.ptr, 3};
    if (stem.len < 4 || (!is_word(kind, "COM") && !is_word(kind, "LPT")))
        return false;
    const unsigned char *number = (const unsigned char *)stem.ptr + 3;
    if (stem.len == 4)
        return number[0] >= '0' && number[0] <= '9';
    return stem.len == 5 && number[0] == 0xC2 && (number[1] == 0xB9 || number[1] == 0xB2 || number[1] == 0xB3);
}

bool tgi_is_bare_name(tg_bytes name)
{
    if (name.len == 0 || name.len > MAX_NAME)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c < 0x20 || c == 0x7F || strchr("/\\:*?\"<>|", c) != NULL)
            return false;
        if (c == '.' && i + 1 < name.len && name.ptr[i + 1] == '.')
            return false;
    }
    char first = name.ptr[0], last = name.ptr[name.len - 1];
    return first != ' ' && last != '.' && last != ' ' && !is_device(name);
}

static bool ends_with(const char *name, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len >= n && memcmp(name + len - n, end, n) == 0;
}

bool tgi_is_index_name(const char *name)
{
    return ends_with(name, strlen(name), ".json") && strstr(name, ".index.") != NULL;
}

/* The number that five digits are. */
static bool five_digits(const char *text, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < 5; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (uint32_t)(text[i] - '0');
    }
    return true;
}

bool tgi_is_shard(const char *name, uint32_t *out_number, uint32_t *out_count)
{
    uint32_t number, count;
    size_t len = strlen(name);
    if (len < SHARD_TAIL || !ends_with(name, len, ".safetensors"))
        return false;
    const char *at = name + len - SHARD_TAIL;
    if ((at[0] != '-' && at[0] != '_') || !five_digits(at + 1, &number) || memcmp(at + 6, "-of-", 4) != 0 ||
        !five_digits(at + 10, &count) || number == 0 || number > count)
        return false;
    *out_number = number - 1;
    *out_count = count;
    return true;
}

bool tgi_is_shard_of(const char *index_name, const char *name)
{
    uint32_t number, count;
    const char *stem_end = strstr(index_name, ".safetensors.index.");
    if (stem_end == NULL || !tgi_is_shard(name, &number, &count))
        return false;
    size_t stem = (size_t)(stem_end - index_name);
    return strlen(name) == stem + SHARD_TAIL && memcmp(name, index_name, stem) == 0;
}
