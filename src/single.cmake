# Writes the library as one pair of files, tensorgate.c and tensorgate.h:
#
#     cmake [-DOUT=FOLDER] -P src/single.cmake
#
# First come all headers, each once, then all sources; those of one system stand between #if and #endif.
cmake_minimum_required(VERSION 3.25)
set(src "${CMAKE_CURRENT_LIST_DIR}")
if(NOT DEFINED OUT)
  set(OUT "${CMAKE_CURRENT_BINARY_DIR}")
endif()
include("${src}/sources.cmake")

set(include_line "\n *# *include +\"[^\"\n]+\"[^\n]*")
set(text "")
set_property(GLOBAL PROPERTY seen "tensorgate.h")

# Appends a file to `text`, without its includes of files of ours. HEADERS: appends those headers first, and each once.
function(take file mode)
  file(READ "${src}/${file}" body)
  string(REPLACE "/* SPDX-License-Identifier: MIT */\n" "" body "\n${body}")
  set(rest "${body}")
  set(body "")
  while(rest MATCHES "${include_line}")
    set(line "${CMAKE_MATCH_0}")
    string(FIND "${rest}" "${line}" at)
    string(SUBSTRING "${rest}" 0 ${at} before)
    string(APPEND body "${before}")
    string(LENGTH "${line}" length)
    math(EXPR at "${at} + ${length}")
    string(SUBSTRING "${rest}" ${at} -1 rest)
    string(REGEX REPLACE "^[^\"]*\"([^\"]+)\".*$" "\\1" included "${line}")
    cmake_path(GET file PARENT_PATH room)
    set(path "${room}/${included}")
    cmake_path(NORMAL_PATH path)
    if(mode STREQUAL "HEADERS" AND NOT path STREQUAL "source/windows.h")
      get_property(seen GLOBAL PROPERTY seen)
      if(NOT path IN_LIST seen)
        set_property(GLOBAL APPEND PROPERTY seen "${path}")
        take(${path} HEADERS)
      endif()
    endif()
  endwhile()
  string(APPEND body "${rest}")
  if(mode STREQUAL "SOURCE" AND file MATCHES "\\.c$") # its macros end with it
    string(REGEX MATCHALL "\n# *define +[A-Za-z][A-Za-z0-9_]*" macros "${body}")
    list(TRANSFORM macros REPLACE "\n# *define +" "")
    list(REMOVE_DUPLICATES macros)
    foreach(macro IN LISTS macros)
      string(APPEND body "#undef ${macro}\n")
    endforeach()
  endif()
  if(mode STREQUAL "SOURCE" OR file MATCHES "\\.h$")
    string(APPEND text "\n/* ==== ${file} ==== */\n${body}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

macro(take_all)
  foreach(file ${ARGN})
    take(${file} SOURCE)
  endforeach()
endmacro()

file(READ "${src}/../LICENSE" license)
string(STRIP "${license}" license)
string(REGEX REPLACE "\n" "\n * " license "${license}")
string(REPLACE "* \n" "*\n" license "${license}")
string(APPEND text "/* SPDX-License-Identifier: MIT */
/* tensorgate in one file, generated from its sources. It needs tensorgate.h and nothing else:
 *
 *     cc -c tensorgate.c
 *
 * On Windows, link bcrypt. Put into a shared library, compile it with -fvisibility=hidden.
 *
 * ${license}
 */
#if !defined(_WIN32)
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#if !defined(_TIME_BITS)
#define _TIME_BITS 64
#endif
#endif
#if !defined(TG_BUILDING)
#define TG_BUILDING
#endif

#include \"tensorgate.h\"

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored \"-Wunused-function\" /* of headers, which have a few for tests */
#endif
")
foreach(file IN LISTS tensorgate_sources tensorgate_sources_windows tensorgate_sources_posix tensorgate_sources_linux
        tensorgate_sources_no_linux)
  take(${file} HEADERS)
endforeach()
string(APPEND text "\n#if defined(__clang__)\n#pragma clang diagnostic pop\n#endif\n")
take_all(${tensorgate_sources})
string(APPEND text "\n#if defined(_WIN32)\n#if defined(_MSC_VER)\n#pragma comment(lib, \"bcrypt\")\n#endif\n")
take(source/windows.h SOURCE)
take_all(${tensorgate_sources_windows})
string(APPEND text "\n#else /* POSIX */\n")
take_all(${tensorgate_sources_posix})
string(APPEND text "\n#if defined(__linux__)\n")
take_all(${tensorgate_sources_linux})
string(APPEND text "\n#else\n")
take_all(${tensorgate_sources_no_linux})
string(APPEND text "\n#endif /* Linux */\n#endif /* POSIX */\n")

string(REGEX REPLACE "\n\n\n+" "\n\n" text "${text}")
file(WRITE "${OUT}/tensorgate.c" "${text}")
file(COPY_FILE "${src}/tensorgate.h" "${OUT}/tensorgate.h" ONLY_IF_DIFFERENT)
