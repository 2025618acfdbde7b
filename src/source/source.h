/* SPDX-License-Identifier: MIT */
/* Where bytes come from. A source reads ranges and maps the tensor data; it knows nothing about formats. The only
 * folder that calls the operating system. */
#ifndef TGI_SOURCE_SOURCE_H
#define TGI_SOURCE_SOURCE_H

#include "../tensorgate.h"

/* A failure of the system: a TG_E_ status and the system's own code. */
typedef struct tgi_fault {
    tg_status status;
    int32_t os_code;
} tgi_fault;

/* What says whether a file is still the one that was opened. */
typedef struct tgi_identity {
    uint64_t device, file, size;
    int64_t modified, modified_ns, changed, changed_ns;
} tgi_identity;

typedef struct tgi_source tgi_source;

typedef struct tgi_source_calls {
    /* Fills all `len` bytes from byte `offset` on; [offset, offset + len) is inside the size at open. */
    tgi_fault (*read)(const tgi_source *source, uint64_t offset, void *buffer, size_t len);
    /* Makes the same kind of range readable at `*out_data`; `unmap` takes the same range and the pointer back. */
    tgi_fault (*map)(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data);
    void (*unmap)(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data);
    tgi_fault (*recheck)(const tgi_source *source);
    void (*close)(tgi_source *source);
} tgi_source_calls;

struct tgi_source {
    const tgi_source_calls *calls;
    uint64_t size;         /* bytes, when it was opened; at most 2^63-1 */
    int fd;                /* of a file, or -1 */
    tgi_identity identity; /* of a file */
    const uint8_t *memory;
    tg_reader reader;
};

/* Each opens a source. On failure nothing needs to be closed. */
tgi_fault tgi_source_path(tgi_source *source, const char *path);
tgi_fault tgi_source_fd(tgi_source *source, int fd);
tgi_fault tgi_source_memory(tgi_source *source, const void *data, size_t len);
tgi_fault tgi_source_reader(tgi_source *source, const tg_reader *reader);

/* realloc for large blocks, as fast as the system can. `new_size` 0 frees. The contents stay, and the memory
 * behind `old_size` bytes is not touched before the caller does. */
void *tgi_pages_resize(void *block, size_t old_size, size_t new_size);

/* Says that [data, data + len) will be written soon. */
void tgi_pages_expect(void *data, size_t len);

/* Fills `bytes` with numbers that nobody outside can guess. */
void tgi_random(void *bytes, size_t len);

#endif
