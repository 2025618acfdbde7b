#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds everything for another host, and runs its tests here.
#
#     tests/foreign.sh HOST [CTEST-OPTION]...
#
#     windows  64 bits, by mingw-w64; runs under wine
#     s390x    big-endian, 64 bits; runs under qemu-user
#     armhf    32 bits; runs under qemu-user
#
# Then the command of that host and the one of this host print the JSON of every file in corpus/ and of hundreds that
# tests/write_models.c makes: they must be identical.
#
# Tools that are missing are installed from Debian where that is possible (root and apt-get); where it is not,
# the host is skipped, which is said, and is no failure. cmocka comes from Debian's source package. Everything is
# kept in $FOREIGN_DIR (build-foreign here, if not set), and a second run takes what it finds. Exits with 0 if the tests
# passed or the host was skipped, 1 if anything failed, 2 on wrong usage.
set -u -o pipefail

host=${1:-}
shift || true
root=$(cd "$(dirname "$0")/.." && pwd)
work=${FOREIGN_DIR:-$root/build-foreign}

case $host in
windows)
    packages='gcc-mingw-w64-x86-64 wine wine64'
    commands='x86_64-w64-mingw32-gcc wine'
    ;;
s390x)
    packages='gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user'
    commands='s390x-linux-gnu-gcc qemu-s390x'
    ;;
armhf)
    packages='gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user'
    commands='arm-linux-gnueabihf-gcc qemu-arm'
    ;;
*)
    sed -n '5,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

say() { echo "foreign: $host: $*"; }

skip() {
    say "SKIPPED: $*"
    exit 0
}

fail() {
    say "FAILED: $*"
    exit 1
}

missing() {
    for command in $commands cmake ninja; do
        command -v "$command" >/dev/null || echo "$command"
    done
}

install_tools() {
    local lacks
    lacks=$(missing | tr '\n' ' ')
    [ -z "$lacks" ] && return
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || skip "no ${lacks% } here, and no way to install it"
    say "installing $packages"
    { apt-get -o DPkg::Lock::Timeout=300 update &&
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
            $packages cmake ninja-build; } >"$work/install.log" 2>&1
    lacks=$(missing | tr '\n' ' ')
    [ -z "$lacks" ] || skip "no ${lacks% } here, and apt-get could not install it (see $work/install.log)"
}

# The source of cmocka, by a list of sources of our own: that of the machine stays as it is.
fetch_cmocka() {
    compgen -G "$work/cmocka_*.orig.tar.xz" >/dev/null && return
    command -v apt-get >/dev/null || skip "no apt-get to fetch the source of cmocka with"
    local uri suite list="$work/apt"
    read -r uri suite < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
        awk '$3 == "main" && $1 ~ /\/debian\/?$/ { print $1, $2; exit }')
    [ -n "${uri:-}" ] || skip "apt-get names no archive to fetch the source of cmocka from"
    mkdir -p "$list/lists/partial" "$list/cache/archives/partial"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$list/sources.list"
    local options=(-o "Dir::Etc::SourceList=$list/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$list/lists" -o "Dir::Cache=$list/cache")
    (cd "$work" && apt-get "${options[@]}" update && apt-get "${options[@]}" source --download-only cmocka) \
        >"$work/cmocka-fetch.log" 2>&1 || skip "the source of cmocka cannot be fetched (see $work/cmocka-fetch.log)"
}

configure() {
    cmake -S "$1" -B "$2" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/tests/toolchains/$host.cmake" \
        -DTENSORGATE_FOREIGN_PREFIX="$prefix" "${@:3}"
}

build_cmocka() {
    prefix=$work/$host-cmocka
    [ -e "$prefix/include/cmocka.h" ] && return
    rm -rf "$work/cmocka" && mkdir -p "$work/cmocka"
    { tar -xf "$work"/cmocka_*.orig.tar.xz -C "$work/cmocka" --strip-components=1 &&
        configure "$work/cmocka" "$work/$host-cmocka-build" -DCMAKE_BUILD_TYPE=Release -DWITH_STATIC_LIB=ON \
            -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF -DCMAKE_INSTALL_PREFIX="$prefix" -Wno-dev &&
        cmake --build "$work/$host-cmocka-build" --target install; } >"$work/$host-cmocka.log" 2>&1 ||
        fail "cmocka does not build (see $work/$host-cmocka.log)"
    # The static library alone, so that programs find it wherever they are run.
    find "$prefix" \( -name 'libcmocka.so*' -o -name '*.dll*' -o -name '*.cmake' -o -name '*.pc' \) -delete
    mv "$prefix/lib/libcmocka-static.a" "$prefix/lib/libcmocka.a"
}

# Its server stays until the end: one that goes while a program comes resets the connection. It wants its folder to be there.
start_wine() {
    mkdir -p "$WINEPREFIX"
    wineserver -k
    wineserver -p && wineboot -i
}

# Once in many hundred times wine ends without a word instead of starting a program. A test that fails fails alone, too.
again() {
    [ "$host" = windows ] || fail "tests failed"
    say "what failed runs once more, one at a time"
    ctest --test-dir "$1" --rerun-failed --no-tests=error --output-on-failure || fail "tests failed"
}

build_and_test() {
    local build=$work/$host
    configure "$root" "$build" -DCMAKE_BUILD_TYPE=Release -DTENSORGATE_WERROR=ON \
        -DCMAKE_EXE_LINKER_FLAGS=-static -DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON >"$work/$host-build.log" 2>&1 &&
        cmake --build "$build" >>"$work/$host-build.log" 2>&1 || {
        grep -E 'error|warning|FAILED' "$work/$host-build.log" | head -20
        fail "does not build (see $work/$host-build.log)"
    }
    export WINEDEBUG=-all WINEPREFIX=$work/wine
    [ "$host" != windows ] || start_wine >"$work/wine.log" 2>&1 || fail "wine does not start (see $work/wine.log)"
    ctest --test-dir "$build" --no-tests=error --output-on-failure -j "$(nproc)" "$@" || again "$build"
}

# Verdicts of all files, and all that is in those that were accepted. Arguments: a name, and how to run the command.
print_json() {
    local out=$work/$1-json list
    shift
    rm -rf "$out" && mkdir -p "$out"
    (cd "$work/compare" && xargs -n 200 "$@" check --json -- <"$work/compare.files") >"$out/check" 2>"$out/errors"
    grep '"verdict":"accept"' "$out/check" | sed 's/^{"path":"\([^"\\]*\)".*/\1/' >"$out/accepted"
    while read -r list; do
        (cd "$work/compare" && "$@" show --json --full -- "$list")
    done < <(awk "NR % ${show_every:-1} == 0" "$out/accepted") >"$out/show" 2>>"$out/errors"
    [ -s "$out/check" ] && [ -s "$out/show" ]
}

# Programs under wine take a second to start: then every 20th file is shown.
compare_json() {
    local native=$work/native
    cmake -S "$root" -B "$native" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$work/native-build.log" 2>&1 &&
        cmake --build "$native" --target tensorgate_command write_models >>"$work/native-build.log" 2>&1 ||
        fail "the command does not build for this host (see $work/native-build.log)"
    rm -rf "$work/compare" && mkdir -p "$work/compare/made" || exit 1
    "$native/tests/write_models" "$work/compare/made" || fail "write_models failed"
    [ ! -d "$root/corpus" ] || cp -R "$root/corpus" "$work/compare/corpus"
    (cd "$work/compare" && find . -type f | sort) >"$work/compare.files"
    show_every=1
    case $host in
    windows) show_every=20 emulate=(wine "$work/$host/tensorgate.exe") ;;
    *) emulate=("$(set -- $commands && echo "$2")" "$work/$host/tensorgate") ;;
    esac
    print_json native "$native/tensorgate" && print_json "$host" "${emulate[@]}" ||
        fail "the commands print nothing (see $work/*-json/errors)"
    diff -r "$work/native-json" "$work/$host-json" >"$work/$host-json.diff" ||
        fail "the JSON differs from that of this host (see $work/$host-json.diff)"
    say "identical JSON for $(wc -l <"$work/compare.files") files, $(grep -c . "$work/native-json/accepted") of them accepted"
}

mkdir -p "$work" || exit 1
install_tools
fetch_cmocka
build_cmocka
start=$SECONDS
build_and_test "$@"
compare_json
[ "$host" != windows ] || wineserver -k >/dev/null 2>&1
say "PASSED: built with $($(set -- $commands && echo "$1") -dumpmachine) $($(set -- $commands && echo "$1") -dumpversion), run with $(set -- $commands && echo "$2"), in $((SECONDS - start)) s"
