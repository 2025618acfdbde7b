# Adds a file that a target fails on to the corpus, from where ctest replays it:
#
#     cmake -DTARGET=gguf -DFILE=crash-0123 -DNAME=what-it-does [-DMINIMIZE=build/fuzz/fuzz_gguf] -P fuzz/add.cmake
#
# MINIMIZE is the target built for libFuzzer: the file is made as small as it can be first. Adding a file twice does
# nothing. Needs CMake alone, on every system.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/targets.cmake)

foreach(variable TARGET FILE NAME)
  if(NOT DEFINED ${variable})
    message(FATAL_ERROR "usage: cmake -DTARGET=name -DFILE=path -DNAME=what-it-does [-DMINIMIZE=path] -P fuzz/add.cmake")
  endif()
endforeach()
find_target(${TARGET})
if(NOT EXISTS "${FILE}")
  message(FATAL_ERROR "there is no file \"${FILE}\"")
endif()
if(NOT NAME MATCHES "^[a-z0-9][a-z0-9-]*$")
  message(FATAL_ERROR "NAME says what the file does to the program, in a-z, 0-9 and -: \"${NAME}\"")
endif()
get_filename_component(corpus "${CMAKE_CURRENT_LIST_DIR}/../corpus" ABSOLUTE)

if(DEFINED MINIMIZE)
  set(small "${CMAKE_CURRENT_BINARY_DIR}/minimized-${NAME}")
  file(REMOVE "${small}")
  execute_process(COMMAND "${MINIMIZE}" -minimize_crash=1 -runs=20000 -max_total_time=60 "-exact_artifact_path=${small}"
    "${FILE}" OUTPUT_QUIET ERROR_QUIET)
  if(EXISTS "${small}")
    file(SIZE "${FILE}" before)
    file(SIZE "${small}" after)
    message(STATUS "minimized from ${before} to ${after} bytes")
    set(FILE "${small}")
  else()
    message(STATUS "not minimized: the file is as small as it gets, or ${MINIMIZE} does not fail on it")
  endif()
endif()

# The target for all formats has a folder for each: the first bytes say which.
list(GET folders 0 folder)
if("${TARGET}" STREQUAL "open")
  file(READ "${FILE}" start LIMIT 9 HEX)
  if(start MATCHES "^47475546") # GGUF
    set(folder gguf)
  elseif(start MATCHES "^(6c6d6767|666d6767|746a6767|616c6767|63636767|6d6d6767|6c706572)")
    set(folder legacy)
  elseif(start MATCHES "^......0000000000[0-9a-f][0-9a-f]$") # a length, and a header
    set(folder safetensors)
  elseif(start MATCHES "^504b")
    set(folder zip)
  else()
    set(folder other)
  endif()
endif()

file(SHA256 "${FILE}" hash)
file(GLOB_RECURSE present LIST_DIRECTORIES false "${corpus}/*")
foreach(path IN LISTS present)
  file(SHA256 "${path}" other)
  if(other STREQUAL hash)
    message(STATUS "already present: ${path}")
    return()
  endif()
endforeach()

file(SIZE "${FILE}" size)
if(size GREATER 65536)
  message(FATAL_ERROR "${size} bytes are too many for the corpus: minimize the file")
endif()
string(SUBSTRING ${hash} 0 12 short)
set(path "${corpus}/${folder}/regress/${NAME}-${short}")
file(MAKE_DIRECTORY "${corpus}/${folder}/regress")
file(COPY_FILE "${FILE}" "${path}")
message(STATUS "added ${path}")
message(STATUS "now: ctest -R replay_${TARGET} fails; mend the defect; commit both")
if(DEFINED small AND EXISTS "${small}")
  file(REMOVE "${small}")
endif()
