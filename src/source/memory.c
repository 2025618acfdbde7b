/* SPDX-License-Identifier: MIT */
/* Sources that are not files: the caller's memory, and the caller's reader. */
#include "source.h"

#include <string.h>

static const tgi_fault all_well = {TG_OK, 0};

static tgi_fault memory_read(const tgi_source *source, uint64_t offset, void *buffer, size_t len)
{
    memcpy(buffer, source->memory + offset, len);
    return all_well;
}

static tgi_fault memory_map(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data)
{
    (void)len;
    *out_data = source->memory + offset;
    return all_well;
}

static tgi_fault reader_read(const tgi_source *source, uint64_t offset, void *buffer, size_t len)
{
    int code = source->reader.read_at(source->reader.context, offset, buffer, len);
    tgi_fault fault = {code == 0 ? TG_OK : TG_E_READ, code};
    return fault;
}

static tgi_fault reader_map(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data)
{
    (void)source;
    (void)offset;
    (void)len;
    (void)out_data;
    tgi_fault fault = {TG_E_NOT_MAPPABLE, 0};
    return fault;
}

static void unmap_nothing(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data)
{
    (void)source;
    (void)offset;
    (void)len;
    (void)data;
}

/* The caller's memory: it can be locked, but what else happens to its pages is the caller's affair. */
static tgi_fault memory_advise(const tgi_source *source, tgi_advice advice, uint64_t offset, size_t len,
                               const uint8_t *data)
{
    (void)source;
    (void)offset;
    if (advice == TGI_LOCK)
        return tgi_pages_lock(data, len);
    if (advice == TGI_UNLOCK)
        tgi_pages_unlock(data, len);
    return all_well;
}

static tgi_fault reader_advise(const tgi_source *source, tgi_advice advice, uint64_t offset, size_t len,
                               const uint8_t *data)
{
    (void)source;
    (void)advice;
    (void)offset;
    (void)len;
    (void)data;
    tgi_fault fault = {TG_E_NOT_MAPPABLE, 0};
    return fault;
}

static tgi_fault recheck_nothing(const tgi_source *source)
{
    (void)source;
    return all_well;
}

static void close_nothing(tgi_source *source)
{
    (void)source;
}

tgi_fault tgi_source_memory(tgi_source *source, const void *data, size_t len)
{
    static const tgi_source_calls calls = {memory_read,   memory_map,      unmap_nothing,
                                           memory_advise, recheck_nothing, close_nothing};
    memset(source, 0, sizeof *source);
    source->calls = &calls;
    source->fd = -1;
    source->memory = (const uint8_t *)data;
    source->size = len;
    return all_well;
}

tgi_fault tgi_source_reader(tgi_source *source, const tg_reader *reader)
{
    static const tgi_source_calls calls = {reader_read,   reader_map,      unmap_nothing,
                                           reader_advise, recheck_nothing, close_nothing};
    memset(source, 0, sizeof *source);
    source->calls = &calls;
    source->fd = -1;
    source->reader = *reader;
    source->size = reader->size;
    return all_well;
}
