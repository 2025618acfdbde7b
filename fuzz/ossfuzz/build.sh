#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite ask: $CC, $CXX, $CFLAGS and $LIB_FUZZING_ENGINE say how, $OUT
# takes a program for each target, with its seeds, dictionary and options beside it.
tree="$SRC/tensorgate"
# An engine that is a flag or a file, the sanitizer in CFLAGS: nothing of our own is added. The runner has no libraries.
cmake -S "$tree" -B "$WORK/build" -DCMAKE_BUILD_TYPE=None -DBUILD_SHARED_LIBS=OFF -DTENSORGATE_SANITIZE=OFF \
  -DTENSORGATE_TESTS=OFF -DTENSORGATE_COMMAND=OFF -DTENSORGATE_FUZZ=ON -DTENSORGATE_FUZZ_ENGINE=env
cmake --build "$WORK/build" -j"$(nproc)"
for program in "$WORK"/build/fuzz/fuzz_*; do
  [ -f "$program" ] && [ -x "$program" ] || continue
  name=$(basename "$program")
  target=${name#fuzz_}
  cp "$program" "$OUT/"
  row=$(grep -oE "\"$target\|[^\"]*" "$tree/fuzz/targets.cmake" | tr -d '"')
  IFS='|' read -r _ folders dictionary max_len <<<"$row"
  # With their folders: names in two folders may be the same.
  (cd "$tree/corpus" && zip -qr "$OUT/${name}_seed_corpus.zip" ${folders//,/ })
  [ -z "$dictionary" ] || cp "$tree/fuzz/$dictionary" "$OUT/$name.dict"
  sed "s/^max_len = .*/max_len = ${max_len:-4096}/" "$tree/fuzz/libfuzzer.options" >"$OUT/$name.options"
done
