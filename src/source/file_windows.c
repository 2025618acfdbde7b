/* SPDX-License-Identifier: MIT */
/* Files on Windows: opened once, so that others may read but not write or delete, read at offsets, and mapped when
 * asked for. While a section of a file exists, nobody can cut it. */
#include "windows.h"

#include "source.h"

#include <io.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_READ ((size_t)1 << 30) /* bytes of one call */

static const tgi_fault no_fault = {TG_OK, 0};

static tgi_fault file_fault(tg_status status)
{
    tgi_fault fault = {status, (int32_t)GetLastError()};
    return fault;
}

static uint64_t join_words(DWORD high, DWORD low)
{
    return (uint64_t)high << 32 | low;
}

static bool get_identity(HANDLE handle, tgi_identity *out)
{
    BY_HANDLE_FILE_INFORMATION info;
    FILE_BASIC_INFO basic;
    if (!GetFileInformationByHandle(handle, &info))
        return false;
    /* Not every file system knows when something about a file changed. */
    if (!GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic))
        memset(&basic, 0, sizeof basic);
    tgi_identity identity = {
        info.dwVolumeSerialNumber,
        join_words(info.nFileIndexHigh, info.nFileIndexLow),
        join_words(info.nFileSizeHigh, info.nFileSizeLow),
        (int64_t)join_words(info.ftLastWriteTime.dwHighDateTime, info.ftLastWriteTime.dwLowDateTime),
        0,
        basic.ChangeTime.QuadPart,
        0,
    };
    *out = identity;
    return true;
}

static tgi_fault file_read(const tgi_source *source, uint64_t offset, void *buffer, size_t len)
{
    uint8_t *to = (uint8_t *)buffer;
    while (len > 0) {
        OVERLAPPED at;
        DWORD got = 0;
        memset(&at, 0, sizeof at);
        at.Offset = (DWORD)(offset & UINT32_MAX);
        at.OffsetHigh = (DWORD)(offset >> 32);
        if (!ReadFile(source->handle, to, (DWORD)(len < LONGEST_READ ? len : LONGEST_READ), &got, &at) &&
            GetLastError() != ERROR_HANDLE_EOF)
            return file_fault(TG_E_READ);
        if (got == 0) {
            tgi_fault fault = {TG_E_FILE_CHANGED, 0};
            return fault;
        }
        to += got;
        offset += got;
        len -= got;
    }
    return no_fault;
}

static tgi_fault file_recheck(const tgi_source *source)
{
    tgi_identity now;
    if (!get_identity(source->handle, &now))
        return file_fault(TG_E_READ);
    tgi_fault changed = {TG_E_FILE_CHANGED, 0};
    return tgi_same_identity(&now, &source->identity) ? no_fault : changed;
}

/* How many bytes stand before byte `offset` in the piece of the file at whose start a view can begin. */
static size_t bytes_before(uint64_t offset)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return (size_t)(offset % info.dwAllocationGranularity);
}

/* The view keeps the section, and the section the file, so the handle of the section can be closed at once. */
static tgi_fault file_map(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data)
{
    tgi_identity now;
    uint8_t last;
    if (!get_identity(source->handle, &now))
        return file_fault(TG_E_MAP);
    tgi_fault fault = {TG_E_FILE_CHANGED, 0};
    if (now.size < offset || now.size - offset < len)
        return fault;
    fault = file_read(source, offset + (len - 1), &last, 1);
    if (fault.status != TG_OK)
        return fault;
    size_t skip = bytes_before(offset);
    uint64_t start = offset - skip;
    if (len > SIZE_MAX / 2 - skip) {
        fault.status = TG_E_ADDRESS_SPACE;
        return fault;
    }
    HANDLE section = CreateFileMappingW(source->handle, NULL, PAGE_READONLY, 0, 0, NULL);
    if (section == NULL)
        return file_fault(TG_E_MAP);
    void *data = MapViewOfFile(section, FILE_MAP_READ, (DWORD)(start >> 32), (DWORD)(start & UINT32_MAX), len + skip);
    fault = file_fault(GetLastError() == ERROR_NOT_ENOUGH_MEMORY ? TG_E_ADDRESS_SPACE : TG_E_MAP);
    (void)CloseHandle(section);
    if (data == NULL)
        return fault;
    *out_data = (const uint8_t *)data + skip;
    return no_fault;
}

static void file_unmap(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data)
{
    (void)source;
    (void)len;
    (void)UnmapViewOfFile(data - bytes_before(offset));
}

static tgi_fault populate(const tgi_source *source, uint64_t offset, size_t len)
{
    uint8_t buffer[65536];
    tgi_fault fault = no_fault;
    while (len > 0 && fault.status == TG_OK) {
        size_t some = len < sizeof buffer ? len : sizeof buffer;
        fault = file_read(source, offset, buffer, some);
        offset += some;
        len -= some;
    }
    return fault;
}

static tgi_fault file_advise(const tgi_source *source, tgi_advice advice, uint64_t offset, size_t len,
                             const uint8_t *data)
{
    switch (advice) {
    case TGI_POPULATE:
        return populate(source, offset, len);
    case TGI_LOCK:
        return tgi_pages_lock(data, len);
    case TGI_UNLOCK:
        tgi_pages_unlock(data, len);
        return no_fault;
    case TGI_DROP:
        /* Unlocking pages that are not locked takes them out of the working set. */
        tgi_pages_unlock(data, len);
        return no_fault;
    }
    tgi_fault fault = {TG_E_INTERNAL, 0};
    return fault;
}

static void file_close(tgi_source *source)
{
    (void)CloseHandle(source->handle);
    source->handle = NULL;
}

/* Takes over `handle`, and closes it on failure. */
static tgi_fault adopt(tgi_source *source, HANDLE handle)
{
    static const tgi_source_calls calls = {file_read, file_map, file_unmap, file_advise, file_recheck, file_close};
    tgi_identity identity;
    BY_HANDLE_FILE_INFORMATION info;
    tgi_fault fault = no_fault;
    memset(&identity, 0, sizeof identity);
    if (GetFileType(handle) != FILE_TYPE_DISK)
        fault.status = TG_E_NOT_REGULAR;
    else if (!GetFileInformationByHandle(handle, &info) || !get_identity(handle, &identity))
        fault = file_fault(TG_E_OPEN);
    else if ((info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        fault.status = TG_E_NOT_REGULAR;
        fault.os_code = ERROR_DIRECTORY;
    } else if (identity.size > INT64_MAX)
        fault.status = TG_E_OPEN;
    if (fault.status != TG_OK) {
        (void)CloseHandle(handle);
        return fault;
    }
    memset(source, 0, sizeof *source);
    source->calls = &calls;
    source->fd = -1;
    source->handle = handle;
    source->identity = identity;
    source->size = identity.size;
    return no_fault;
}

/* UTF-8 to UTF-16, from malloc; NULL where it is not UTF-8 or there is no memory. */
static wchar_t *wide_path(const char *path)
{
    int len = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0);
    wchar_t *wide = len > 0 ? (wchar_t *)malloc((size_t)len * sizeof *wide) : NULL;
    if (wide != NULL && MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, len) == len)
        return wide;
    free(wide);
    return NULL;
}

tgi_fault tgi_source_path(tgi_source *source, const char *path)
{
    /* FILE_FLAG_BACKUP_SEMANTICS opens directories too, so that they can be told from files that are not there. */
    wchar_t *wide = wide_path(path);
    if (wide == NULL)
        return file_fault(TG_E_OPEN);
    HANDLE handle =
        CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    tgi_fault fault = file_fault(TG_E_OPEN);
    free(wide);
    return handle == INVALID_HANDLE_VALUE ? fault : adopt(source, handle);
}

/* A handle of our own: reading through a duplicate would move the caller's position. */
static HANDLE reopen(HANDLE handle)
{
    HANDLE own = ReOpenFile(handle, GENERIC_READ, FILE_SHARE_READ, 0);
    if (own == INVALID_HANDLE_VALUE)
        own = ReOpenFile(handle, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, 0);
    HANDLE process = GetCurrentProcess();
    if (own == INVALID_HANDLE_VALUE && !DuplicateHandle(process, handle, process, &own, GENERIC_READ, FALSE, 0))
        return INVALID_HANDLE_VALUE;
    return own;
}

tgi_fault tgi_source_fd(tgi_source *source, int fd)
{
    HANDLE handle = (HANDLE)_get_osfhandle(fd), own = INVALID_HANDLE_VALUE;
    tgi_fault fault = {TG_E_NOT_REGULAR, 0};
    if (handle == INVALID_HANDLE_VALUE) {
        fault.status = TG_E_OPEN;
        fault.os_code = ERROR_INVALID_HANDLE;
        return fault;
    }
    if (GetFileType(handle) != FILE_TYPE_DISK)
        return fault;
    own = reopen(handle);
    return own == INVALID_HANDLE_VALUE ? file_fault(TG_E_OPEN) : adopt(source, own);
}
