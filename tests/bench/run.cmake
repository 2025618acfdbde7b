# Runs every benchmark: cmake [-DBUILD=build-bench] [-DPEERS=ON] -P tests/bench/run.cmake
#
# Builds in BUILD (gcc or cc, Release), where the generated files are too: some gigabytes of holes and 300 MB. PEERS
# installs ggml's reader and @huggingface/gguf there with npm, and compares them. With valgrind the instructions at a
# million tensors and keys are counted too. Nothing is written into the tree.
cmake_minimum_required(VERSION 3.25)
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
include("${source}/tests/must.cmake")
if(NOT DEFINED BUILD)
  set(BUILD "${source}/build-bench")
endif()
get_filename_component(BUILD "${BUILD}" ABSOLUTE)
set(files "${BUILD}/files")
file(MAKE_DIRECTORY "${files}" "${BUILD}/peers")

# Runs a benchmark, whose lines appear as they come.
function(bench title)
  message("\n== ${title}")
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${result}")
  endif()
endfunction()

must(${CMAKE_COMMAND} -S ${source} -B ${BUILD}/build -DCMAKE_BUILD_TYPE=Release -DTENSORGATE_SANITIZE=OFF
  -DTENSORGATE_FUZZ=OFF)
must(${CMAKE_COMMAND} --build ${BUILD}/build --parallel ${cores})
set(bin "${BUILD}/build/tests/bench")

# ---- Peers ----

if(PEERS)
  file(WRITE "${BUILD}/peers/package.json" "{\"private\": true}\n")
  execute_process(COMMAND npm install --no-audit --no-fund @node-llama-cpp/linux-x64 @huggingface/gguf
    WORKING_DIRECTORY "${BUILD}/peers" RESULT_VARIABLE installed OUTPUT_QUIET ERROR_VARIABLE said)
  if(NOT installed EQUAL 0)
    message("the peers cannot be installed, so they are not compared: ${said}")
  endif()
endif()
file(GLOB ggml "${BUILD}/peers/node_modules/@node-llama-cpp/linux-x64/bins/*/libggml-base.so")
set(ENV{TENSORGATE_GGML} "${ggml}")

bench("opening" ${bin}/bench_open ${files})
if(EXISTS "${BUILD}/peers/node_modules/@huggingface/gguf")
  bench("@huggingface/gguf under node, llama-3-70b, median of 3 in ms"
    node ${source}/tests/bench/peer_huggingface.mjs ${BUILD}/peers ${files}/llama-3-70b.gguf 3)
endif()
bench("safetensors" ${bin}/bench_safetensors)
bench("growth" ${bin}/bench_growth ${files})
if(EXISTS "${bin}/bench_worst")
  bench("the worst files" ${bin}/bench_worst)
endif()

# ---- The command ----

set(command "${BUILD}/build/tensorgate")
if(NOT EXISTS "${files}/many/9999.gguf")
  file(MAKE_DIRECTORY "${files}/many")
  foreach(i RANGE 9999)
    configure_file("${source}/corpus/gguf/accept/sample-llama.gguf" "${files}/many/${i}.gguf" COPYONLY)
  endforeach()
endif()
message("\n== the command: start, and 10 000 files")
foreach(arguments "--version" "check;-r;--jobs;1;${files}/many" "check;-r;--jobs;2;${files}/many")
  set(times "")
  foreach(run RANGE 4)
    string(TIMESTAMP start "%s%f")
    must(${command} ${arguments})
    string(TIMESTAMP end "%s%f")
    math(EXPR time "${end} - ${start}")
    list(APPEND times ${time})
  endforeach()
  list(SORT times COMPARE NATURAL)
  list(GET times 2 time)
  string(REPLACE ";" " " shown "${arguments}")
  string(REPLACE "${files}/" "" shown "${shown}")
  math(EXPR tenths "${time} / 100")
  string(REGEX REPLACE "(.)$" ".\\1" tenths "0${tenths}")
  message("tensorgate ${shown}: ${tenths} ms, with the start of a process by cmake")
endforeach()

# ---- Instructions ----

find_program(valgrind valgrind)
function(count_instructions file out)
  execute_process(COMMAND ${valgrind} --tool=callgrind --callgrind-out-file=/dev/null
    ${bin}/bench_open --open ${files}/${file}.gguf 0
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE said)
  string(REGEX MATCH "Collected : ([0-9]+)" found "${said}")
  if(NOT result EQUAL 0 OR NOT found)
    message(FATAL_ERROR "${said}")
  endif()
  set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()
if(valgrind)
  message("\n== instructions of a process that opens one file, a million entries against 100 000")
  foreach(kind tensors keys)
    count_instructions(${kind}-100k small)
    count_instructions(${kind}-1m large)
    math(EXPR hundredths "${large} * 100 / ${small}")
    string(REGEX REPLACE "(..)$" ".\\1" ratio "${hundredths}")
    message("${kind}: ${large} / ${small} = ${ratio}")
  endforeach()
else()
  message("\nvalgrind is not installed: instructions are not counted")
endif()
