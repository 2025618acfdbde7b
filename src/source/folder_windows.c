/* SPDX-License-Identifier: MIT */
/* The folder of a set on Windows: the text of its path, since files cannot be opened relative to a handle. */
#include "windows.h"

#include "folder.h"

#include <string.h>

#define LONGEST ((int)(TGI_FOLDER_PATH + 256)) /* UTF-16 units of a path with a name */

static tgi_fault folder_fault(tg_status status, DWORD code)
{
    tgi_fault fault = {status, (int32_t)code};
    return fault;
}

size_t tgi_path_name(const char *path)
{
    size_t start = 0;
    for (size_t i = 0; path[i] != '\0'; i++)
        if (path[i] == '/' || path[i] == '\\' || path[i] == ':')
            start = i + 1;
    return start;
}

tgi_fault tgi_folder_open(tgi_folder *folder, const char *path)
{
    size_t len = tgi_path_name(path);
    if (len >= sizeof folder->path)
        return folder_fault(TG_E_OPEN, ERROR_FILENAME_EXCED_RANGE);
    memcpy(folder->path, path, len);
    folder->path[len] = '\0';
    return folder_fault(TG_OK, 0);
}

void tgi_folder_close(tgi_folder *folder)
{
    folder->path[0] = '\0';
}

/* The path of `name` in the folder; false where it is too long. */
static bool join_path(const tgi_folder *folder, const char *name, char *out, size_t size)
{
    size_t start = strlen(folder->path), len = strlen(name);
    if (start + len >= size)
        return false;
    memcpy(out, folder->path, start);
    memcpy(out + start, name, len + 1);
    return true;
}

static bool widen(const char *path, wchar_t *out)
{
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, out, LONGEST) > 0;
}

/* Is there a link or another reparse point at `path`, which `source` was opened by? What was opened must be what is
 * looked at here. */
static bool is_link(const char *path, const tgi_source *source)
{
    wchar_t wide[LONGEST];
    BY_HANDLE_FILE_INFORMATION info;
    if (!widen(path, wide))
        return true;
    HANDLE handle = CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                                FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return true;
    bool known = GetFileInformationByHandle(handle, &info) != 0;
    (void)CloseHandle(handle);
    return !known || (info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ||
           ((uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow) != source->identity.file ||
           info.dwVolumeSerialNumber != source->identity.device;
}

tgi_fault tgi_folder_source(const tgi_folder *folder, const char *name, bool follow, tgi_source *out_source)
{
    char path[TGI_FOLDER_PATH + 256];
    if (!join_path(folder, name, path, sizeof path))
        return folder_fault(TG_E_OPEN, ERROR_FILENAME_EXCED_RANGE);
    tgi_fault fault = tgi_source_path(out_source, path);
    if (fault.status == TG_E_OPEN && (fault.os_code == ERROR_FILE_NOT_FOUND || fault.os_code == ERROR_PATH_NOT_FOUND))
        fault.status = TG_E_PART_MISSING;
    if (fault.status == TG_OK && !follow && is_link(path, out_source)) {
        tgi_source_close(out_source);
        fault = folder_fault(TG_E_LINK, 0);
    }
    return fault;
}

bool tgi_folder_list_open(tgi_folder_list *list, const tgi_folder *folder)
{
    char pattern[TGI_FOLDER_PATH + 256];
    wchar_t wide[LONGEST];
    list->handle = INVALID_HANDLE_VALUE;
    WIN32_FIND_DATAW found;
    if (!join_path(folder, "*", pattern, sizeof pattern) || !widen(pattern, wide))
        return false;
    list->handle = FindFirstFileW(wide, &found); /* `.`; in the root of a drive a name, which costs a warning at most */
    return list->handle != INVALID_HANDLE_VALUE;
}

bool tgi_folder_next(tgi_folder_list *list, char *out_name, size_t size)
{
    WIN32_FIND_DATAW found;
    while (FindNextFileW(list->handle, &found))
        if (WideCharToMultiByte(CP_UTF8, 0, found.cFileName, -1, out_name, (int)size, NULL, NULL) > 0)
            return true;
    return false;
}

void tgi_folder_list_close(tgi_folder_list *list)
{
    (void)FindClose(list->handle);
}
