/* SPDX-License-Identifier: MIT */
/* What the files for Windows share. Windows 8 and later. */
#ifndef TGI_SOURCE_WINDOWS_H
#define TGI_SOURCE_WINDOWS_H

#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#if !defined(_WIN32_WINNT) || _WIN32_WINNT < 0x0602
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0602
#endif
#include <windows.h>

#endif
