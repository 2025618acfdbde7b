# Takes over into corpus/ what a run of libFuzzer found that reaches something new:
#
#     cmake -DTARGET=gguf [-DFROM=folder] [-DBUILD=build-fuzz-libfuzzer] -P fuzz/merge.cmake
#
# FROM is by default where run.cmake keeps the working corpus. New is what reaches code that nothing in the corpus
# reaches, not what reaches the same code more often; of that, the fewest files that will do. Adds seeds, named by their
# hashes; changes and removes nothing, and never touches regress/.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/targets.cmake)
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT DEFINED TARGET)
  message(FATAL_ERROR "usage: cmake -DTARGET=name [-DFROM=folder] [-DBUILD=folder] -P fuzz/merge.cmake")
endif()
if(NOT DEFINED BUILD)
  set(BUILD "${source}/build-fuzz-libfuzzer")
endif()
get_filename_component(BUILD "${BUILD}" ABSOLUTE)
if(NOT DEFINED FROM)
  set(FROM "${BUILD}/work/${TARGET}")
endif()
find_target(${TARGET})

# A copy of the corpus as it is; libFuzzer adds to it what brings something new.
set(merged "${BUILD}/work/${TARGET}-merged")
file(REMOVE_RECURSE "${merged}")
file(MAKE_DIRECTORY "${merged}")
set(known "")
foreach(folder IN LISTS folders)
  file(GLOB_RECURSE files LIST_DIRECTORIES false "${source}/corpus/${folder}/*")
  foreach(path IN LISTS files)
    file(SHA1 "${path}" hash)
    file(COPY_FILE "${path}" "${merged}/${hash}")
    list(APPEND known ${hash})
  endforeach()
endforeach()
execute_process(COMMAND "${BUILD}/fuzz/fuzz_${TARGET}" -set_cover_merge=1 -use_counters=0 -max_len=${max_len}
    "${merged}" "${FROM}"
  RESULT_VARIABLE result OUTPUT_VARIABLE log ERROR_VARIABLE log)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${log}")
endif()

list(GET folders 0 folder)
set(added 0)
file(GLOB files "${merged}/*")
foreach(path IN LISTS files)
  file(SHA1 "${path}" hash)
  file(SIZE "${path}" size)
  if(hash IN_LIST known OR size GREATER max_len)
    continue()
  endif()
  file(MAKE_DIRECTORY "${source}/corpus/${folder}/seed")
  file(COPY_FILE "${path}" "${source}/corpus/${folder}/seed/${hash}")
  math(EXPR added "${added} + 1")
endforeach()
file(REMOVE_RECURSE "${merged}")
message(STATUS "${TARGET}: ${added} seeds added to corpus/${folder}/seed")
