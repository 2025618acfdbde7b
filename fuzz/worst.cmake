# Looks for the inputs that cost most for each of their bytes (worst.c):
#
#     cmake [-DTIME=60] [-DSEED=1] [-DBUILD=build-fuzz-worst] -P fuzz/worst.cmake
#
# Needs clang. Starts from the corpus and from what earlier searches left, prints the dearest inputs of each format and
# writes them to BUILD/worst, never into the tree.
cmake_minimum_required(VERSION 3.25)
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${source}/tests/must.cmake")

if(NOT DEFINED TIME)
  set(TIME 60)
endif()
if(NOT DEFINED SEED)
  set(SEED 1)
endif()
if(NOT DEFINED BUILD)
  set(BUILD "${source}/build-fuzz-worst")
endif()
get_filename_component(BUILD "${BUILD}" ABSOLUTE)

must(${CMAKE_COMMAND} -S ${source} -B ${BUILD} -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo
  -DTENSORGATE_SANITIZE=OFF -DTENSORGATE_TESTS=OFF -DTENSORGATE_COMMAND=OFF -DTENSORGATE_FUZZ=ON
  -DTENSORGATE_FUZZ_ENGINE=replay -DTENSORGATE_FUZZ_WORST=ON)
must(${CMAKE_COMMAND} --build ${BUILD} --parallel ${cores} --target fuzz_worst)

file(MAKE_DIRECTORY ${BUILD}/worst)
execute_process(COMMAND ${BUILD}/fuzz/fuzz_worst ${TIME} ${SEED} ${BUILD}/worst ${source}/corpus/gguf
    ${source}/corpus/safetensors ${source}/corpus/legacy ${source}/corpus/zip ${BUILD}/worst
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "fuzz_worst: ${result}")
endif()
message(STATUS "the inputs are in ${BUILD}/worst")
