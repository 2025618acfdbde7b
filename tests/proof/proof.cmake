# Proves with Frama-C that no call of the checked arithmetic and of the cursor, with any arguments that their contracts
# allow, has a run-time error, an unsigned wrap among them, and that they do what their contracts say:
#
#     cmake -DBUILD=folder -P tests/proof/proof.cmake
#
# Needs frama-c, why3, cvc4 and z3; says SKIPPED where they are not there. The claim is about these functions alone,
# given that callers keep the contracts; about nothing else in tensorgate.
cmake_minimum_required(VERSION 3.25)
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
if(NOT DEFINED BUILD)
  set(BUILD "${CMAKE_CURRENT_BINARY_DIR}")
endif()
find_program(FRAMA_C frama-c)
find_program(WHY3 why3)
if(NOT FRAMA_C OR NOT WHY3)
  message("SKIPPED: frama-c or why3 is not installed")
  return()
endif()

# Where the provers are: kept in the build, not in the home of whoever runs this.
set(ENV{WHY3CONFIG} "${BUILD}/why3.conf")
execute_process(COMMAND ${WHY3} config detect OUTPUT_QUIET ERROR_QUIET)
if(NOT EXISTS "${BUILD}/why3.conf")
  execute_process(COMMAND ${WHY3} -C ${BUILD}/why3.conf config detect OUTPUT_QUIET ERROR_QUIET)
endif()

# Sets `proved` and `goals` of one file; of the functions `only`, where that is given.
function(prove file only)
  set(functions "")
  if(only)
    set(functions -wp-fct ${only})
  endif()
  execute_process(
    COMMAND ${FRAMA_C} -machdep gcc_x86_64 "-cpp-extra-args=-I${source}/src -D__FRAMAC__" -warn-unsigned-overflow
      -wp -wp-rte -wp-prover cvc4,z3 -wp-timeout 30 -wp-par 2 ${functions} ${file}
    OUTPUT_VARIABLE log ERROR_VARIABLE log)
  get_filename_component(name ${file} NAME)
  file(WRITE "${BUILD}/proof-${name}.log" "${log}")
  if(NOT log MATCHES "Proved goals: *([0-9]+) / ([0-9]+)")
    message(FATAL_ERROR "${log}")
  endif()
  set(proved ${CMAKE_MATCH_1} PARENT_SCOPE)
  set(goals ${CMAKE_MATCH_2} PARENT_SCOPE)
endfunction()

prove(${CMAKE_CURRENT_LIST_DIR}/arithmetic.c "")
message("checked arithmetic and cursor: ${proved} of ${goals} goals proved")
if(NOT proved EQUAL goals OR goals LESS 190)
  message(FATAL_ERROR "not all is proved, or goals are missing (190 at least): see ${BUILD}/proof-arithmetic.c.log")
endif()
prove(${CMAKE_CURRENT_LIST_DIR}/control.c wrong_take)
message("negative control: ${proved} of ${goals} goals proved, and not all must be")
if(proved EQUAL goals)
  message(FATAL_ERROR "the prover believes a comparison that wraps")
endif()
prove(${source}/src/core/utf8.c "sequence_length,tgi_check_text")
message("UTF-8, given the contract of its fast path: ${proved} of ${goals} goals proved")
if(NOT proved EQUAL goals)
  message(FATAL_ERROR "not all is proved: see ${BUILD}/proof-utf8.c.log")
endif()
