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

/* What can be asked of bytes that are mapped. */
typedef enum tgi_advice {
    TGI_POPULATE = 0, /* bring the pages in now */
    TGI_LOCK = 1,     /* and keep them in memory */
    TGI_UNLOCK = 2,
    TGI_DROP = 3, /* they are not needed for now */
} tgi_advice;

typedef struct tgi_source tgi_source;

/* What each kind of source does. Offsets here count from the start of the file, not of the region: only source.c
 * calls these. */
typedef struct tgi_source_calls {
    tgi_fault (*read)(const tgi_source *source, uint64_t offset, void *buffer, size_t len);
    tgi_fault (*map)(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data);
    void (*unmap)(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data);
    tgi_fault (*advise)(const tgi_source *source, tgi_advice advice, uint64_t offset, size_t len, const uint8_t *data);
    tgi_fault (*recheck)(const tgi_source *source);
    void (*close)(tgi_source *source);
} tgi_source_calls;

struct tgi_source {
    const tgi_source_calls *calls;
    uint64_t base;         /* bytes: where the region that is looked at begins, in what is read */
    uint64_t origin;       /* bytes: where it began in the file that was opened, of which this may be a copy */
    uint64_t size;         /* bytes of the region, when it was opened; base + size is at most 2^63-1 */
    bool immutable;        /* the system keeps everybody from changing it */
    int fd;                /* of a file on POSIX systems, or -1 */
    void *handle;          /* of a file on Windows */
    tgi_identity identity; /* of a file */
    const uint8_t *memory;
    tg_reader reader;
};

/* Each opens a source. On failure nothing needs to be closed. */
tgi_fault tgi_source_path(tgi_source *source, const char *path);
tgi_fault tgi_source_fd(tgi_source *source, int fd);
tgi_fault tgi_source_memory(tgi_source *source, const void *data, size_t len);
tgi_fault tgi_source_reader(tgi_source *source, const tg_reader *reader);

/* Narrows a source to the `len` bytes from byte `offset` on, which are its bytes from then on; `len` 0: up to its
 * end. TG_E_REGION, and nothing changed, where it does not have them. */
tgi_fault tgi_source_region(tgi_source *source, uint64_t offset, uint64_t len);

/* The same for a range that is known to be inside. */
void tgi_source_narrow(tgi_source *source, uint64_t offset, uint64_t len);

/* Replaces the source by a copy in memory that nobody can change any more, and closes it. On failure it stays as
 * it is. */
tgi_fault tgi_source_seal(tgi_source *source);

/* Fills all `len` bytes from byte `offset` on. All ranges must be inside the source. */
tgi_fault tgi_source_read(const tgi_source *source, uint64_t offset, void *buffer, size_t len);

/* Makes a range readable at `*out_data`; tgi_source_unmap takes the same range and the pointer back. */
tgi_fault tgi_source_map(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data);
void tgi_source_unmap(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data);

/* Asks for something for a range that is mapped at `data`. */
tgi_fault tgi_source_advise(const tgi_source *source, tgi_advice advice, uint64_t offset, size_t len,
                            const uint8_t *data);

/* The power of two that divides every address at which byte `offset` can be mapped, up to a page; 0 where it
 * cannot. */
uint64_t tgi_source_alignment(const tgi_source *source, uint64_t offset);

tgi_fault tgi_source_recheck(const tgi_source *source);
void tgi_source_close(tgi_source *source);

/* ---- What the files of the systems share ---- */

bool tgi_same_identity(const tgi_identity *a, const tgi_identity *b);

/* Does the system promise that the bytes behind `fd` never change? */
bool tgi_fd_is_immutable(int fd);

/* realloc for large blocks, as fast as the system can. `new_size` 0 frees. The contents stay, and the memory
 * behind `old_size` bytes is not touched before the caller does. A block that `doubles` is expected to do so again. */
void *tgi_pages_resize(void *block, size_t old_size, size_t new_size, bool doubles);

/* Says that [data, data + len) will be written soon. */
void tgi_pages_expect(void *data, size_t len);

/* Brings in the pages of a mapped file that hold the `len` bytes at `data`, without a signal where the file no longer
 * has them: that is TG_E_FILE_CHANGED in `*out_fault`. False, with nothing stored, where the system cannot be asked. */
bool tgi_pages_populate(const uint8_t *data, size_t len, tgi_fault *out_fault);

/* Locks or unlocks the pages that hold the `len` bytes at `data`. */
tgi_fault tgi_pages_lock(const uint8_t *data, size_t len);
void tgi_pages_unlock(const uint8_t *data, size_t len);

/* How many bytes this process may lock; UINT64_MAX where the system sets no bound or does not tell. */
uint64_t tgi_pages_lock_limit(void);

/* Bytes of a page: mappings begin at multiples of it. */
size_t tgi_page_size(void);

/* Fills `bytes` with numbers that nobody outside can guess. */
void tgi_random(void *bytes, size_t len);

#endif
