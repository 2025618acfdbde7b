#!/usr/bin/env bash
# Installs what is missing, builds the library and the command, and vets a sample model.
set -eu
cd "$(dirname "$0")/.."

. tests/install.sh
install_missing cmake ninja-build gcc libc6-dev
cmake -S . -B build/try -G Ninja -DCMAKE_C_COMPILER=gcc -DTENSORGATE_TESTS=OFF >/dev/null
cmake --build build/try >/dev/null
set -x
build/try/tensorgate check corpus/gguf/accept/sample-llama.gguf
build/try/tensorgate show corpus/gguf/accept/sample-llama.gguf
