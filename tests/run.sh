#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors and sanitizers, and runs all tests.
#
#     tests/run.sh [OPTION-OF-CMAKE...]        CC=gcc or CC=clang (the default) chooses the compiler
#
# TENSORGATE_REAL_FILES may name a folder with real model files for the tests that want them.
set -eu
cd "$(dirname "$0")/.."
cc=${CC:-clang}

. tests/install.sh
packages=(cmake ninja-build libcmocka-dev pkg-config python3 dpkg-dev man-db groff mandoc zsh fish)
case $cc in
*clang*) packages+=(clang libclang-rt-14-dev llvm) ;;
*) packages+=(gcc g++ libc6-dev) ;;
esac
install_missing "${packages[@]}"

build="build/$cc-$(printf '%s' "$*" | cksum | cut -d' ' -f1)"
cmake -S . -B "$build" -G Ninja -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=Debug -DTENSORGATE_WERROR=ON \
  -DTENSORGATE_REAL_FILES="${TENSORGATE_REAL_FILES:-}" "$@"
cmake --build "$build"
exec ctest --test-dir "$build" --output-on-failure --no-tests=error -j"$(nproc)"
