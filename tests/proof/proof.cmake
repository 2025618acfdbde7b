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
get_filename_component(BUILD "${BUILD}" ABSOLUTE)
file(MAKE_DIRECTORY "${BUILD}")
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

# Sets `proved` and `goals` of one file; of the functions `only`, where they are given.
function(prove file only)
  set(functions "")
  if(only)
    list(JOIN only "," joined)
    set(functions -wp-fct ${joined})
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

# All of a file's goals, and as many as it had: none may have gone missing.
function(prove_all what file least only)
  prove(${file} "${only}")
  message("${what}: ${proved} of ${goals} goals proved")
  if(NOT proved EQUAL goals OR goals LESS least)
    get_filename_component(name ${file} NAME)
    message(FATAL_ERROR "not all is proved, or goals are missing (${least} at least): see ${BUILD}/proof-${name}.log")
  endif()
endfunction()

prove_all("checked arithmetic and cursor" ${CMAKE_CURRENT_LIST_DIR}/arithmetic.c 230 "")
prove_all("UTF-8, given the contracts of its fast paths" ${source}/src/core/utf8.c 60 "tgi_utf8_length;tgi_check_text")
prove_all("JSON, given the same" ${source}/src/core/json.c 750
  "after_digits;after_space;check_escape;code_unit;escape_at;escaped_byte;hex_value;is_cut_word;is_digit;is_space;kind_at;\
move_by;no_u64;pair_value;pass_digits;scan_number;scan_string;stands_here;tgi_json_byte;tgi_json_byte_after_space;\
tgi_json_decode;tgi_json_peek;tgi_json_skip_number;tgi_json_skip_space;tgi_json_skip_word;tgi_json_space;\
tgi_json_string_value;tgi_json_u64;tgi_json_unexpected;write_utf8")
prove(${CMAKE_CURRENT_LIST_DIR}/control.c wrong_take)
message("negative control: ${proved} of ${goals} goals proved, and not all must be")
if(proved EQUAL goals)
  message(FATAL_ERROR "the prover believes a comparison that wraps")
endif()
