# The rules of the house, run by ctest: which room may include which, what core may not call, how long files and
# functions are, how wide comments, and what each file says of itself. Run with -DROOT=the source folder.

cmake_minimum_required(VERSION 3.25)
set(failures "")
macro(complain text)
  string(APPEND failures "  ${text}\n")
endmacro()

# ---- Dependencies point one way ----

set(may_core core)
set(may_formats core formats)
set(may_source core source)
set(may_sets core formats source sets)
set(may_api core formats source sets api)
set(may_cli cli)

file(GLOB_RECURSE sources RELATIVE "${ROOT}/src" "${ROOT}/src/*.c" "${ROOT}/src/*.h")
list(LENGTH sources num_sources)
if(num_sources LESS 40)
  complain("only ${num_sources} files found below ${ROOT}/src")
endif()
foreach(file IN LISTS sources)
  if(file STREQUAL "tensorgate.h")
    continue()
  endif()
  cmake_path(GET file PARENT_PATH room)
  if(NOT DEFINED may_${room})
    complain("${file}: no rule for the room ${room}")
    continue()
  endif()
  file(STRINGS "${ROOT}/src/${file}" lines REGEX "^ *# *include +\"")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^ *# *include +\"([^\"]+)\".*" "\\1" included "${line}")
    set(target "${room}/${included}")
    cmake_path(NORMAL_PATH target)
    if(target STREQUAL "tensorgate.h" OR included STREQUAL "tensorgate.h")
      continue()
    endif()
    cmake_path(GET target PARENT_PATH target_room)
    if(NOT target_room IN_LIST may_${room})
      complain("${file} includes ${target}: ${room} may include only ${may_${room}}")
    endif()
    if(NOT EXISTS "${ROOT}/src/${target}")
      complain("${file} includes ${target}, which is not there")
    endif()
  endforeach()
endforeach()

# ---- Core and formats: no system, no global memory, nothing that writes ----

foreach(file IN LISTS sources)
  if(NOT file MATCHES "^(core|formats|sets)/")
    continue()
  endif()
  file(STRINGS "${ROOT}/src/${file}" lines)
  foreach(line IN LISTS lines)
    if(line MATCHES "# *include <(stdio|stdlib|errno|unistd|fcntl|locale|time|pthread|sys/[a-z]+|windows)\\.h>")
      complain("${file}: ${line}")
    endif()
    if(line MATCHES "(^|[^a-z_])(malloc|calloc|realloc|free|printf|abort|exit|strtod|setlocale|assert|alloca|strcpy|sprintf) *\\(")
      complain("${file}: calls something that core may not: ${line}")
    endif()
  endforeach()
endforeach()

# ---- What only Linux has is called by source/*_linux.c alone ----

string(CONCAT linux_only "__linux__|mremap|memfd_create|statx|MADV_POPULATE|MADV_HUGEPAGE|F_ADD_SEALS|F_GET_SEALS|O_TMPFILE"
  "|getrandom|gettid|syscall *\\(|pipe2|epoll|eventfd|inotify|<linux/|<sys/(prctl|statfs|syscall|sysinfo|vfs|random)\\.h>")
foreach(file IN LISTS sources)
  if(file MATCHES "^source/[a-z]+_linux\\.c$")
    continue()
  endif()
  file(STRINGS "${ROOT}/src/${file}" lines REGEX "${linux_only}")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^ *(/\\*|\\*)" AND NOT line MATCHES "<sys/random\\.h>") # which is for macOS
      complain("${file}: only source/*_linux.c may call what only Linux has: ${line}")
    endif()
  endforeach()
endforeach()

# ---- No function is longer than a screen ----

# A longer one says why in its first line: a comment that begins with "long:".
set(longest_function 60)
file(GLOB_RECURSE texts RELATIVE "${ROOT}" "${ROOT}/src/*.[ch]" "${ROOT}/tests/*.[ch]" "${ROOT}/fuzz/*.[ch]")
set(num_functions 0)
foreach(file IN LISTS texts)
  file(READ "${ROOT}/${file}" rest)
  string(REGEX REPLACE "[^{}\n]" "x" rest "${rest}") # what counts is lines, and braces at their beginning
  string(REPLACE "\n{\n" "\n<\n" rest "${rest}")
  string(REPLACE "\n}\n" "\n>\n" rest "${rest}")
  string(REGEX REPLACE "[^<>\n]" "" rest "${rest}")
  string(REGEX MATCHALL "<[\n]*>" functions "${rest}")
  foreach(function IN LISTS functions)
    math(EXPR num_functions "${num_functions} + 1")
    string(LENGTH "${function}" length)
    math(EXPR length "${length} - 3")
    if(length GREATER longest_function)
      file(STRINGS "${ROOT}/${file}" reasons REGEX "^    /\\* long: [^ ]")
      if(reasons STREQUAL "")
        complain("${file}: a function of ${length} lines, more than ${longest_function}, and no comment /* long: … */")
      endif()
    endif()
  endforeach()
endforeach()
if(num_functions LESS 1000)
  complain("only ${num_functions} functions found")
endif()

# ---- Every file says what it owns, and is short enough to read ----

file(GLOB_RECURSE texts RELATIVE "${ROOT}" "${ROOT}/src/*.[ch]" "${ROOT}/tests/*.[ch]" "${ROOT}/fuzz/*.[ch]")
foreach(file IN LISTS texts)
  file(STRINGS "${ROOT}/${file}" lines LIMIT_COUNT 2)
  list(GET lines 0 first)
  if(NOT first STREQUAL "/* SPDX-License-Identifier: MIT */")
    complain("${file}: the first line is not the license")
  endif()
  list(LENGTH lines count)
  if(count LESS 2)
    complain("${file}: no comment that says what it owns")
  else()
    list(GET lines 1 second)
    if(NOT second MATCHES "^/\\* ")
      complain("${file}: no comment that says what it owns")
    endif()
  endif()
  file(READ "${ROOT}/${file}" text)
  string(REGEX REPLACE "[^\n]" "" text "${text}")
  string(LENGTH "${text}" length)
  if(length GREATER 600 AND NOT file STREQUAL "src/tensorgate.h")
    complain("${file}: ${length} lines, more than 600")
  endif()
endforeach()

# ---- No comment is wider than the code ----

# clang-format holds code to 120 characters, and leaves comments as they are.
string(REPEAT "[^\n]" 121 wide)
foreach(room src tests fuzz)
  set(room "${ROOT}/${room}")
  file(GLOB_RECURSE more RELATIVE "${ROOT}" "${room}/*.[ch]" "${room}/*.cmake" "${room}/CMakeLists.txt")
  list(APPEND commented ${more})
endforeach()
foreach(file IN LISTS commented)
  file(READ "${ROOT}/${file}" text)
  string(REGEX REPLACE "[^\n -~]+" "x" text "\n${text}") # what is not ASCII has several bytes
  string(REGEX REPLACE "\n *[^ \n/*#][^\n]*" "\n" text "${text}") # code
  if(text MATCHES "\n${wide}")
    complain("${file}: a comment of more than 120 characters:${CMAKE_MATCH_0}")
  endif()
endforeach()

# ---- The top level ----

file(GLOB top RELATIVE "${ROOT}" "${ROOT}/*")
foreach(entry IN LISTS top)
  if(NOT entry MATCHES "^(src|fuzz|corpus|tests|CMakeLists\\.txt|README\\.md|LICENSE|build.*|\\..*)$")
    complain("${entry} does not belong at the top level")
  endif()
endforeach()

if(NOT failures STREQUAL "")
  message(FATAL_ERROR "rules of the house broken:\n${failures}")
endif()
message(STATUS "rules of the house hold for ${num_sources} files")
