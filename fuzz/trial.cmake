# Does mutation by structure reach more than mutation of bytes alone in the same time, or in as many executions?
#
#     cmake -DTARGET=gguf [-DSTART=seeds|empty] [-DRUNS=10] [-DTIME=10 | -DEXECUTIONS=40000] [-DBUILD=folder]
#         -P fuzz/trial.cmake
#
# Runs libFuzzer RUNS times with the mutator and as often without, in turn and with the same random seeds and
# dictionary, for TIME seconds or for EXECUTIONS, which other work on the machine does not change. START is what all
# begin with: the seeds and accepted files of the corpus, or nothing. Reports the edges that were covered at the end,
# both medians, and A12 by Vargha and Delaney: how likely a run with the mutator covers more than one without (0.5: no
# difference; above 0.71 is called large), with U of Mann and Whitney.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/targets.cmake)
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${source}/tests/must.cmake")
if(NOT DEFINED TARGET)
  message(FATAL_ERROR "usage: cmake -DTARGET=name [-DSTART=seeds|empty] [-DRUNS=n] [-DTIME=seconds | -DEXECUTIONS=n] -P fuzz/trial.cmake")
endif()
foreach(option IN ITEMS "START=seeds" "RUNS=10" "TIME=10" "BUILD=${source}/build-fuzz-trial")
  string(REGEX MATCH "^([A-Z]+)=(.*)$" all "${option}")
  if(NOT DEFINED ${CMAKE_MATCH_1})
    set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  endif()
endforeach()
get_filename_component(BUILD "${BUILD}" ABSOLUTE)
find_target(${TARGET})
set(limit -max_total_time=${TIME})
set(limit_words "${TIME} s")
if(DEFINED EXECUTIONS)
  set(limit -runs=${EXECUTIONS})
  set(limit_words "${EXECUTIONS} executions")
endif()

foreach(arm ON OFF)
  must(${CMAKE_COMMAND} -S ${source} -B ${BUILD}/${arm} -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo
    -DTENSORGATE_SANITIZE=ON -DTENSORGATE_TESTS=OFF -DTENSORGATE_COMMAND=OFF -DTENSORGATE_FUZZ=ON
    -DTENSORGATE_FUZZ_ENGINE=libfuzzer -DTENSORGATE_FUZZ_MUTATOR=${arm})
  must(${CMAKE_COMMAND} --build ${BUILD}/${arm} --parallel ${cores} --target fuzz_${TARGET})
endforeach()

set(start "")
if(START STREQUAL "seeds")
  foreach(folder IN LISTS folders)
    foreach(kind seed accept)
      if(IS_DIRECTORY ${source}/corpus/${folder}/${kind})
        list(APPEND start ${source}/corpus/${folder}/${kind})
      endif()
    endforeach()
  endforeach()
endif()
set(dict "")
if(dictionary)
  set(dict "-dict=${source}/fuzz/${dictionary}")
endif()

set(edges_ON "")
set(edges_OFF "")
foreach(run RANGE 1 ${RUNS})
  foreach(arm ON OFF)
    file(REMOVE_RECURSE ${BUILD}/work)
    file(MAKE_DIRECTORY ${BUILD}/work)
    execute_process(COMMAND ${BUILD}/${arm}/fuzz/fuzz_${TARGET} -seed=${run} ${limit} -max_len=${max_len} ${dict}
        ${libfuzzer_options}
        -artifact_prefix=${BUILD}/${TARGET}- ${BUILD}/work ${start}
      RESULT_VARIABLE result OUTPUT_VARIABLE log ERROR_VARIABLE log)
    if(NOT result EQUAL 0)
      message(FATAL_ERROR "${log}")
    endif()
    string(REGEX MATCHALL "cov: [0-9]+" found "${log}")
    list(GET found -1 last)
    string(REGEX MATCH "[0-9]+$" edges "${last}")
    list(APPEND edges_${arm} ${edges})
  endforeach()
endforeach()

function(median numbers out)
  list(SORT numbers COMPARE NATURAL)
  list(LENGTH numbers n)
  math(EXPR low "(${n} - 1) / 2")
  math(EXPR high "${n} / 2")
  list(GET numbers ${low} a)
  list(GET numbers ${high} b)
  math(EXPR middle "(${a} + ${b}) / 2")
  set(${out} ${middle} PARENT_SCOPE)
endfunction()
set(twice_u 0) # a pair that one wins counts 2, a tie 1
foreach(a IN LISTS edges_ON)
  foreach(b IN LISTS edges_OFF)
    if(a GREATER b)
      math(EXPR twice_u "${twice_u} + 2")
    elseif(a EQUAL b)
      math(EXPR twice_u "${twice_u} + 1")
    endif()
  endforeach()
endforeach()
median("${edges_ON}" with)
median("${edges_OFF}" without)
math(EXPR a12 "${twice_u} * 100 / (2 * ${RUNS} * ${RUNS})")
math(EXPR u "${twice_u} / 2")
math(EXPR pairs "${RUNS} * ${RUNS}")
message(STATUS "${TARGET} from ${START}, ${RUNS} runs of ${limit_words}: edges with the mutator ${edges_ON}")
message(STATUS "  without ${edges_OFF}")
message(STATUS "  medians ${with} and ${without}; A12 = ${a12} %; U = ${u} of ${pairs}")
