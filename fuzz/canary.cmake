# Measures the harness as coverage cannot: for each check in src/core and src/formats, builds a library without it and
# asks whether replaying corpus/ notices:
#
#     cmake [-DBUILD=build-canary] [-DONLY=regex] [-DSANITIZE=ON] -P fuzz/canary.cmake
#
# Prints each survivor with its line. A survivor is a hole in the corpus or the oracle, or a check that another one
# covers on purpose. SANITIZE is slower, and notices reads out of bounds as well.
cmake_minimum_required(VERSION 3.25)
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT DEFINED BUILD)
  set(BUILD "${source}/build-canary")
endif()
get_filename_component(BUILD "${BUILD}" ABSOLUTE)
if(NOT DEFINED ONLY)
  set(ONLY ".")
endif()
set(flags -O1 -g0 -w -std=c11 -D_GNU_SOURCE)
if(SANITIZE)
  list(APPEND flags -fsanitize=address,undefined,unsigned-integer-overflow -fno-sanitize-recover=all)
endif()

list(JOIN flags " " plain)

function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${output}\n${ARGN}: ${result}")
  endif()
endfunction()

must(${CMAKE_COMMAND} -S ${source} -B ${BUILD} -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=None
  "-DCMAKE_C_FLAGS=${plain}" -DTENSORGATE_SANITIZE=OFF -DTENSORGATE_TESTS=OFF -DTENSORGATE_COMMAND=OFF)
must(${CMAKE_COMMAND} --build ${BUILD} --parallel)
must(clang -O1 ${CMAKE_CURRENT_LIST_DIR}/canary.c -o ${BUILD}/canary)

# The oracle, compiled once, with the same flags as the canaries. The library is an archive: what the canary defines
# is not taken from there.
file(GLOB oracle "${source}/fuzz/*.c")
list(FILTER oracle EXCLUDE REGEX "/(fuzz_[a-z]+|mutate[a-z_]*|corpus_[a-z_]+|canary|replay)\\.c$")
set(includes -I${source}/src -I${source}/fuzz -I${source}/tests)
file(MAKE_DIRECTORY ${BUILD}/objects)
set(oracle_objects "")
foreach(path IN LISTS oracle)
  get_filename_component(name ${path} NAME_WE)
  must(clang ${flags} ${includes} -c ${path} -o ${BUILD}/objects/oracle-${name}.o)
  list(APPEND oracle_objects ${BUILD}/objects/oracle-${name}.o)
endforeach()
must(clang ${flags} ${includes} -c ${source}/fuzz/corpus_check.c -o ${BUILD}/objects/check.o)
file(GLOB judged "${source}/corpus/*/reject")
list(TRANSFORM judged REPLACE "/reject$" "")

# Sets `alive`: nothing that replays the corpus fails.
function(replay mutant)
  set(alive TRUE PARENT_SCOPE)
  execute_process(COMMAND clang ${flags} ${mutant} ${BUILD}/objects/check.o ${oracle_objects} ${BUILD}/libtensorgate.a
      -o ${BUILD}/check
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
  if(result EQUAL 0)
    execute_process(COMMAND ${BUILD}/check ${judged} TIMEOUT 60 RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
  endif()
  if(NOT result EQUAL 0)
    set(alive FALSE PARENT_SCOPE)
  endif()
endfunction()

replay("")
if(NOT alive)
  message(FATAL_ERROR "the library as it is does not pass the corpus")
endif()
file(GLOB sources "${source}/src/core/*.c" "${source}/src/formats/*.c")
set(total 0)
set(caught 0)
set(survivors "")
foreach(path IN LISTS sources)
  file(RELATIVE_PATH relative ${source} ${path})
  if(NOT relative MATCHES "${ONLY}")
    continue()
  endif()
  execute_process(COMMAND ${BUILD}/canary count ${path} OUTPUT_VARIABLE count OUTPUT_STRIP_TRAILING_WHITESPACE)
  get_filename_component(folder ${path} DIRECTORY)
  set(number 0)
  while(number LESS count)
    execute_process(COMMAND ${BUILD}/canary make ${path} ${number} ${BUILD}/mutant.c OUTPUT_VARIABLE what
      OUTPUT_STRIP_TRAILING_WHITESPACE)
    math(EXPR number "${number} + 1")
    math(EXPR total "${total} + 1")
    execute_process(COMMAND clang ${flags} ${includes} -I${folder} -DTG_BUILDING -c ${BUILD}/mutant.c
      -o ${BUILD}/mutant.o RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
    if(result EQUAL 0)
      replay(${BUILD}/mutant.o)
    else()
      set(alive FALSE)
    endif()
    if(alive)
      list(APPEND survivors "${relative}:${what}")
      message("survives: ${relative}:${what}")
    else()
      math(EXPR caught "${caught} + 1")
    endif()
  endwhile()
endforeach()
list(LENGTH survivors num_survivors)
message("${caught} of ${total} canaries are caught, ${num_survivors} survive")
