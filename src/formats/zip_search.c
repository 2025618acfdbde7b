/* SPDX-License-Identifier: MIT */
/* Would another program find a model in a zip archive at the end of this model? Programs differ in how much they
 * forgive: a comment of the wrong length, bytes in front of the archive that its offsets do not count. So every end
 * record in the tail counts, with every place where a directory is then looked for. */
#include "zip.h"

bool tgi_zip_is_model_name(const uint8_t *name, size_t len)
{
    static const char suffix[] = ".gguf";
    const size_t suffix_len = sizeof suffix - 1;
    if (len < suffix_len)
        return false;
    for (size_t i = 0; i < suffix_len; i++) {
        uint8_t byte = name[len - suffix_len + i];
        if (byte >= 'A' && byte <= 'Z')
            byte = (uint8_t)(byte - 'A' + 'a');
        if (byte != (uint8_t)suffix[i])
            return false;
    }
    return true;
}

const uint8_t *tgi_zip_next_record(const tgi_cursor *tail, size_t *at)
{
    tgi_cursor c = *tail;
    const uint8_t *record;
    for (;;) {
        size_t left;
        if (!tgi_seek(&c, *at))
            return NULL;
        const uint8_t *rest = tgi_rest(&c, &left);
        if (left < 22)
            return NULL;
        const uint8_t *found = (const uint8_t *)memchr(rest, 'P', left - 21);
        if (found == NULL)
            return NULL;
        *at += (size_t)(found - rest);
        if (tgi_seek(&c, *at) && tgi_take(&c, 22, &record) && tgi_zip_begins(record, "PK\5\6"))
            return record;
        *at += 1;
    }
}

/* What the zip64 end record in front of the end record at `at` says, if one is there. */
static bool zip64_place(const tgi_cursor *tail, size_t at, uint64_t *out_place)
{
    tgi_cursor c = *tail;
    const uint8_t *locator = NULL, *record = NULL;
    if (at < 20 || !tgi_seek(&c, at - 20) || !tgi_take(&c, 20, &locator) || !tgi_zip_begins(locator, "PK\6\7"))
        return false;
    uint64_t record_offset = tgi_load_u64(locator + 8, false);
    if (record_offset < tail->origin || !tgi_seek(&c, record_offset - tail->origin) || !tgi_take(&c, 56, &record) ||
        !tgi_zip_begins(record, "PK\6\6"))
        return false;
    *out_place = tgi_load_u64(record + 48, false);
    return true;
}

/* Where the directory is if a zip64 end record stands right in front of its locator, wherever that says it is. */
static size_t zip64_in_front(const tgi_cursor *tail, size_t at, uint64_t out_places[2])
{
    tgi_cursor c = *tail;
    const uint8_t *record = NULL;
    if (at < 76 || !tgi_seek(&c, at - 76))
        return 0;
    uint64_t here = tgi_tell(&c);
    if (!tgi_take(&c, 56, &record) || !tgi_zip_begins(record, "PK\6\6"))
        return 0;
    uint64_t len = tgi_load_u64(record + 40, false);
    out_places[0] = tgi_load_u64(record + 48, false);
    if (len > here)
        return 1;
    out_places[1] = here - len;
    return 2;
}

size_t tgi_zip_places(const tgi_cursor *tail, size_t at, const uint8_t *record, uint64_t out_places[TGI_ZIP_PLACES])
{
    uint64_t here = tail->origin + at, len = tgi_load_u32(record + 12, false);
    size_t num = 0;
    out_places[num++] = tgi_load_u32(record + 16, false);
    if (len <= here)
        out_places[num++] = here - len;
    if (zip64_place(tail, at, &out_places[num]))
        num++;
    return num + zip64_in_front(tail, at, out_places + num);
}

tgi_zip_names tgi_zip_names_model(tgi_cursor directory)
{
    const uint8_t *entry = NULL, *rest = NULL;
    while (tgi_left(&directory) >= 4) {
        tgi_cursor c = directory;
        if (!tgi_take(&c, 4, &entry) || !tgi_zip_begins(entry, "PK\1\2"))
            return TGI_ZIP_NAMES_NONE;
        if (!tgi_take(&directory, 46, &entry))
            return TGI_ZIP_NAMES_CUT;
        uint64_t name_len = tgi_load_u16(entry + 28, false);
        uint64_t more = (uint64_t)tgi_load_u16(entry + 30, false) + tgi_load_u16(entry + 32, false);
        if (!tgi_take(&directory, name_len, &rest))
            return TGI_ZIP_NAMES_CUT;
        if (tgi_zip_is_model_name(rest, (size_t)name_len))
            return TGI_ZIP_NAMES_MODEL;
        if (!tgi_take(&directory, more, &rest))
            return TGI_ZIP_NAMES_CUT;
    }
    return TGI_ZIP_NAMES_CUT;
}
