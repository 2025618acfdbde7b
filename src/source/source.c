/* SPDX-License-Identifier: MIT */
/* What all sources have in common: regions, and the one place where offsets in a region become offsets in a file. */
#include "source.h"

/* Ranges come from numbers that were validated: one outside is a defect, and is refused all the same. */
static bool inside(const tgi_source *source, uint64_t offset, size_t len)
{
    return offset <= source->size && len <= source->size - offset;
}

bool tgi_same_identity(const tgi_identity *a, const tgi_identity *b)
{
    return a->device == b->device && a->file == b->file && a->size == b->size && a->modified == b->modified &&
           a->modified_ns == b->modified_ns && a->changed == b->changed && a->changed_ns == b->changed_ns;
}

void tgi_source_narrow(tgi_source *source, uint64_t offset, uint64_t len)
{
    source->base += offset;
    source->origin += offset;
    source->size = len;
}

tgi_fault tgi_source_region(tgi_source *source, uint64_t offset, uint64_t len)
{
    tgi_fault fault = {TG_E_REGION, 0};
    if (offset > source->size || len > source->size - offset)
        return fault;
    tgi_source_narrow(source, offset, len != 0 ? len : source->size - offset);
    fault.status = TG_OK;
    return fault;
}

tgi_fault tgi_source_read(const tgi_source *source, uint64_t offset, void *buffer, size_t len)
{
    tgi_fault fault = {inside(source, offset, len) ? TG_OK : TG_E_INTERNAL, 0};
    if (fault.status != TG_OK || len == 0)
        return fault;
    return source->calls->read(source, source->base + offset, buffer, len);
}

tgi_fault tgi_source_map(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data)
{
    tgi_fault fault = {TG_E_INTERNAL, 0};
    if (!inside(source, offset, len) || len == 0)
        return fault;
    return source->calls->map(source, source->base + offset, len, out_data);
}

void tgi_source_unmap(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data)
{
    source->calls->unmap(source, source->base + offset, len, data);
}

tgi_fault tgi_source_advise(const tgi_source *source, tgi_advice advice, uint64_t offset, size_t len,
                            const uint8_t *data)
{
    return source->calls->advise(source, advice, source->base + offset, len, data);
}

uint64_t tgi_source_alignment(const tgi_source *source, uint64_t offset)
{
    if (source->reader.read_at != NULL)
        return 0;
    /* A mapping puts the start of the file at the start of a page. */
    uint64_t place = (source->memory != NULL ? (uintptr_t)source->memory : 0) + source->base + offset;
    uint64_t alignment = tgi_page_size();
    while (place % alignment != 0)
        alignment /= 2;
    return alignment;
}

tgi_fault tgi_source_recheck(const tgi_source *source)
{
    return source->calls->recheck(source);
}

void tgi_source_close(tgi_source *source)
{
    source->calls->close(source);
}
