# Runs Eva of Frama-C over the steps of every parser: one step, from any state that earlier steps may have left, over an
# unknown buffer of bounded size, at any place of it. So no file, whatever came before in it, makes a step read or write
# outside its buffer and its lists, divide by zero, read what was not set, or leave a state that the next step may not
# begin with (the assertions of steps.h), as long as what one step reads fits that buffer:
#
#     cmake -DBUILD=folder -P tests/proof/steps.cmake
#     cmake -DBUILD=folder -DONLY=gguf -P tests/proof/steps.cmake     # those whose name matches; control: the last
#
# Eva knows of each variable what it may be, and of no two how they hang together. So a copy of the sources is analysed
# that also notes what was read last (proof_taken and so on, see steps.h), by which Eva keeps states apart: the copy has
# no other difference but that contracts, which proof.cmake proves, are taken out. What stands in for functions whose
# contracts are proved there (text, JSON) and for the sizes of legacy layouts is in steps*.h and steps_legacy.c.
#
# Not looked at: what is judged when all steps are done (names that are there twice, places, sets, which legacy layout
# it is), and what does not read a file. In a step one list grows at most, in the two analyses with NO_GROWTH none.
#
# An alarm that is not explained in alarms.txt fails the run, and so does an explanation that nothing needs. With the
# comparison of tgi_take taken out there must be alarms. Says SKIPPED where frama-c is not installed.
cmake_minimum_required(VERSION 3.25)
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
set(here "${CMAKE_CURRENT_LIST_DIR}")
if(NOT DEFINED BUILD)
  set(BUILD "${CMAKE_CURRENT_BINARY_DIR}")
endif()
get_filename_component(BUILD "${BUILD}" ABSOLUTE)
find_program(FRAMA_C frama-c)
if(NOT FRAMA_C)
  message("SKIPPED: frama-c is not installed")
  return()
endif()

# ---- The copy ----

set(copy "${BUILD}/steps/src")
file(REMOVE_RECURSE "${BUILD}/steps")
file(COPY "${source}/src/core" "${source}/src/formats" "${source}/src/tensorgate.h" DESTINATION "${copy}")
file(GLOB_RECURSE copied "${copy}/*.[ch]")
foreach(file IN LISTS copied)
  file(READ "${file}" text)
  string(REPLACE "/*@" "/* " text "${text}")
  string(REPLACE "//@" "//" text "${text}")
  file(WRITE "${file}" "${text}")
endforeach()

# Puts `new` in the place of `old`, which must be there once.
function(note name old new)
  file(READ "${copy}/${name}" text)
  string(FIND "${text}" "${old}" first)
  string(FIND "${text}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "src/${name} is not what steps.cmake knows: it does not have this once:\n${old}")
  endif()
  string(REPLACE "${old}" "${new}" text "${text}")
  file(WRITE "${copy}/${name}" "${text}")
endfunction()

# Declares what a file notes, before its first #include.
function(declare name)
  file(READ "${copy}/${name}" text)
  string(FIND "${text}" "#include" at)
  string(SUBSTRING "${text}" 0 ${at} head)
  string(SUBSTRING "${text}" ${at} -1 tail)
  file(WRITE "${copy}/${name}" "${head}#include \"${here}/steps_notes.h\"\n${tail}")
endfunction()
foreach(name core/cursor.h core/parse.c core/arena.c core/array.c core/dtype.c formats/legacy_header.c
             formats/legacy_records.c formats/zip.c)
  declare(${name})
endforeach()

# What the cursor hands out: noted before it is compared, so that each number of bytes is compared by itself.
note(core/cursor.h "    if (n > c->len - c->pos)\n        return false;\n" "    proof_rest = -1;
    proof_taken = n > c->len ? -1 : (long)n;
    if (TAKE_FAILS) {
        proof_taken = -1;
        return false;
    }
")
note(core/cursor.h "    *out_len = c->len - c->pos;\n" "    proof_rest = (long)(c->len - c->pos);
    /*@ admit c->len - c->pos == proof_rest; */
    *out_len = c->len - c->pos;
")
note(core/cursor.h "    if (c->pos >= c->len)\n" "    proof_peeked = c->pos < c->len;\n    if (c->pos >= c->len)\n")
# How a step ends.
note(core/parse.c "    fill_error(p, status, offset, found, limit, what);\n    return TGI_FAIL;"
  "    fill_error(p, status, offset, found, limit, what);\n    return proof_failed = TGI_FAIL, TGI_FAIL;")
note(core/parse.c "    return TGI_MORE;" "    return proof_failed = TGI_MORE, TGI_MORE;")
file(READ "${copy}/core/arena.c" text)
string(REGEX REPLACE "return (counts|TG_E_)" "return proof_failed = 3, \\1" text "${text}") # TGI_FAIL
file(WRITE "${copy}/core/arena.c" "${text}")
note(formats/legacy_header.c "    p->error = error;\n    return TGI_OK;" # a fault is noted, and the file read on
  "    p->error = error;\n    return proof_failed = TGI_OK, TGI_OK;")
note(formats/legacy_records.c "        return TGI_DONE;\n    TGI_TRY(tgi_check_name_length"
  "        return proof_failed = TGI_DONE, TGI_DONE;\n    TGI_TRY(tgi_check_name_length")
# Types, and lengths that are used after other bytes were read.
note(core/dtype.c "    size_t at = (size_t)dtype;\n" "    size_t at = proof_type = (size_t)dtype;\n")
note(core/array.c "    *out = (tg_value_type)types[id];\n"
  "    proof_type = id;\n    *out = (tg_value_type)types[id];\n")
note(formats/legacy_records.c "    record->name_offset = tgi_tell(c);\n" "    record->name_offset = tgi_tell(c);
    proof_name = record->name_len > c->len ? -1 : (long)record->name_len;
")
note(formats/zip.c "    m->name_len = u16(e + 28);\n" "    m->name_len = u16(e + 28);
    proof_name = m->name_len > c->len ? -1 : (long)m->name_len;
")
note(formats/zip.c "    bool seen = false;\n" "    bool seen = false;\n    proof_field = -1;\n")
note(formats/zip.c "        out_zip64->len = size;\n" "        proof_field = size;\n        out_zip64->len = size;\n")
# tgi_json_skip by itself: the steps of safetensors have a stand-in.
file(READ "${copy}/core/json_parse.c" text)
string(FIND "${text}" "tgi_step tgi_json_skip(" from)
string(SUBSTRING "${text}" 0 ${from} head)
string(SUBSTRING "${text}" ${from} -1 tail)
string(FIND "${tail}" "\n}\n" to)
math(EXPR to "${to} + 3")
string(SUBSTRING "${tail}" ${to} -1 tail)
file(WRITE "${copy}/core/json_parse_rest.c" "${head}${tail}")

# ---- The analyses ----

execute_process(COMMAND ${FRAMA_C} -print-share-path OUTPUT_VARIABLE share OUTPUT_STRIP_TRAILING_WHITESPACE)
set(core arena array dtype hash model parse place sort status validate value)
list(TRANSFORM core REPLACE "(.+)" "${copy}/core/\\1.c")
list(APPEND core ${share}/libc/string.c)
set(gguf gguf gguf_tensors gguf_split)
set(legacy legacy legacy_header legacy_records legacy_types legacy_keys legacy_judge legacy_layouts legacy_anchors)
set(zip zip_search)
set(safetensors ../core/json_parse_rest)
set(skip "")

# What else states are kept apart by.
set(notes_gguf proof_type)
set(notes_safetensors proof_peeked)
set(notes_skip proof_peeked)
set(notes_legacy proof_name)
set(notes_zip proof_rest,proof_name,proof_field)

# Analyses one row of the table below. Sets `alarms` to the rows of the report that are not proved, as
# `function | kind | property`, and adds what was reached to `statements`.
function(analyse take_fails name harness phase size)
  list(TRANSFORM ${harness} REPLACE "(.+)" "${copy}/formats/\\1.c" OUTPUT_VARIABLE files)
  set(report "${BUILD}/steps/${name}.csv")
  string(REPLACE " " ";" defines "${ARGN}")
  list(TRANSFORM defines PREPEND "-D")
  list(JOIN defines " " defines)
  execute_process(
    COMMAND ${FRAMA_C} -machdep gcc_x86_64 -c11
      "-cpp-extra-args=-I${copy} -I${here} -DSIZE=${size} -DPHASE=${phase} -DTAKE_FAILS=\"${take_fails}\" ${defines}"
      -no-unicode -eva -eva-msg-key=-initial-state,-final-states -eva-slevel 20 -eva-ilevel 64
      -eva-partition-value proof_taken,proof_failed,proof_grown,${notes_${harness}}
      -eva-split-limit 300 -eva-domains equality,symbolic-locations -eva-equality-through-calls formals
      -eva-auto-loop-unroll 24
      ${here}/steps_${harness}.c ${files} ${core} -then -metrics -metrics-eva-cover -report-csv ${report}
    OUTPUT_VARIABLE log ERROR_VARIABLE log RESULT_VARIABLE failed)
  file(WRITE "${BUILD}/steps/${name}.log" "${log}")
  if(failed OR NOT log MATCHES "alarms? generated by the analysis" OR log MATCHES "User Error|Neither code nor specification")
    message(FATAL_ERROR "${name}: ${log}")
  endif()
  string(REGEX MATCHALL "  [a-z0-9_]+: [0-9]+ stmts out of [0-9]+" reached "${log}")
  file(READ "${report}" text)
  string(REPLACE ";" "," text "${text}")
  string(REPLACE "[" "(" text "${text}")
  string(REPLACE "]" ")" text "${text}")
  string(REPLACE "\n" ";" rows "${text}")
  set(alarms "")
  foreach(row IN LISTS rows)
    if(row MATCHES "^[^\t]*\t[^\t]*\t[^\t]*\t([^\t]*)\t([^\t]*)\t(Unknown|Invalid[^\t]*)\t(.*)$"
       AND NOT CMAKE_MATCH_2 STREQUAL "precondition") # the calls have rows of their own
      list(APPEND alarms "${CMAKE_MATCH_1} | ${CMAKE_MATCH_2} | ${CMAKE_MATCH_4}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES alarms)
  set(alarms "${alarms}" PARENT_SCOPE)
  set(statements "${statements};${reached}" PARENT_SCOPE)
endfunction()

# name, harness, phase, bytes of the buffer, more definitions
set(analyses
  "gguf-header gguf GGUF_HEADER 32"
  "gguf-keys gguf GGUF_KEYS 32"
  "gguf-array gguf GGUF_ARRAY 24 LEAST_DEPTH=1 MOST_DEPTH=15"
  "gguf-array-deepest gguf GGUF_ARRAY 24 LEAST_DEPTH=16 MOST_DEPTH=16"
  "gguf-tensors gguf GGUF_TENSORS 72"
  "gguf-padding gguf GGUF_PADDING 40"
  "safetensors-length safetensors ST_LENGTH 24"
  "safetensors-tensors safetensors ST_TENSORS 12 NO_GROWTH"
  "safetensors-keys safetensors ST_KEYS 24"
  "safetensors-end safetensors ST_END 24"
  "json-skip skip 0 8 NO_GROWTH"
  "legacy-fields legacy LEGACY_FIELDS 24"
  "legacy-text legacy LEGACY_TEXT 24"
  "legacy-tokens legacy LEGACY_TOKENS 24"
  "legacy-pairs legacy LEGACY_PAIRS 24"
  "legacy-matrix legacy LEGACY_MATRIX 24"
  "legacy-vector legacy LEGACY_VECTOR 24"
  "legacy-u32s legacy LEGACY_U32S 24"
  "legacy-magic legacy LEGACY_MAGIC 24"
  "legacy-records legacy LEGACY_TENSORS 48"
  "zip-end zip ZIP_END 100"
  "zip-directory zip ZIP_DIRECTORY 56"
  "zip-local zip ZIP_LOCAL 64"
  "zip-search zip ZIP_SEARCH 100"
  "zip-overlap zip ZIP_OVERLAP 32")

file(STRINGS "${here}/alarms.txt" rows REGEX "^[a-z]")
set(explained "")
foreach(row IN LISTS rows)
  string(REGEX REPLACE " \\| [^|]*$" "" row "${row}")
  list(APPEND explained "${row}")
endforeach()

set(needed "")
set(unexplained 0)
set(statements "")
foreach(row IN LISTS analyses)
  if(DEFINED ONLY AND NOT row MATCHES "^[^ ]*(${ONLY})")
    continue()
  endif()
  string(REPLACE " " ";" row "${row}")
  list(GET row 0 name)
  string(TIMESTAMP start "%s" UTC)
  analyse("n > c->len - c->pos" ${row})
  string(TIMESTAMP stop "%s" UTC)
  math(EXPR seconds "${stop} - ${start}")
  list(LENGTH alarms number)
  message("${name}: ${number} alarms, ${seconds} s")
  foreach(alarm IN LISTS alarms)
    list(APPEND needed "${alarm}")
    if(NOT alarm IN_LIST explained)
      math(EXPR unexplained "${unexplained} + 1")
      message("  not explained: ${alarm}")
    endif()
  endforeach()
endforeach()

# How much of the functions that were reached at all: of each, in the analysis that saw the most of it.
list(REMOVE_DUPLICATES statements)
set(names "")
foreach(row IN LISTS statements)
  if(NOT row MATCHES "^  ([a-z0-9_]+): ([0-9]+) stmts out of ([0-9]+)")
    continue()
  endif()
  set(name ${CMAKE_MATCH_1})
  set(most ${CMAKE_MATCH_2})
  set(all_${name} ${CMAKE_MATCH_3})
  list(APPEND names ${name})
  if(NOT DEFINED seen_${name} OR seen_${name} LESS most)
    set(seen_${name} ${most})
  endif()
endforeach()
list(REMOVE_DUPLICATES names)
set(seen 0)
set(all 0)
foreach(name IN LISTS names)
  math(EXPR seen "${seen} + ${seen_${name}}")
  math(EXPR all "${all} + ${all_${name}}")
  if(DEFINED VERBOSE AND seen_${name} LESS all_${name})
    message("  ${name}: ${seen_${name}} of ${all_${name}}")
  endif()
endforeach()
list(LENGTH names number)
message("reached: ${number} functions, ${seen} of their ${all} statements")
if(NOT unexplained EQUAL 0)
  message(FATAL_ERROR "${unexplained} alarms are not explained in alarms.txt: see ${BUILD}/steps")
endif()
foreach(row IN LISTS explained)
  if(NOT DEFINED ONLY AND NOT row IN_LIST needed)
    message(FATAL_ERROR "alarms.txt explains what is not there: ${row}")
  endif()
endforeach()

if(NOT DEFINED ONLY AND number LESS 190)
  message(FATAL_ERROR "fewer functions than there were: a step was not begun, or Eva took it for impossible")
endif()

# The negative control.
if(DEFINED ONLY AND NOT "control" MATCHES "${ONLY}")
  return()
endif()
foreach(row "gguf-header gguf GGUF_HEADER 32" "safetensors-length safetensors ST_LENGTH 24"
            "legacy-text legacy LEGACY_TEXT 24")
  string(REPLACE " " ";" row "${row}")
  list(GET row 0 name)
  analyse("n > UINT64_MAX - 1" ${row})
  list(LENGTH alarms number)
  message("negative control, ${name}: ${number} alarms, and there must be some")
  if(number EQUAL 0)
    message(FATAL_ERROR "Eva sees nothing wrong in a cursor that does not compare")
  endif()
endforeach()
