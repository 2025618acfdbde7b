# The files of the library, for the build and for the single-file form. Paths count from this folder.
set(tensorgate_sources
  api/files.c api/model.c api/open.c api/options.c api/residency.c api/set.c api/tensor.c api/zip.c
  core/arena.c core/array.c core/dtype.c core/hash.c core/json.c core/json_parse.c core/layout.c core/model.c
  core/parse.c core/place.c core/sort.c core/status.c core/utf8.c core/validate.c core/value.c
  formats/format.c formats/gguf.c formats/gguf_split.c formats/gguf_tensors.c
  formats/legacy.c formats/legacy_anchors.c formats/legacy_header.c formats/legacy_judge.c formats/legacy_keys.c
  formats/legacy_layouts.c formats/legacy_records.c formats/legacy_shape.c formats/legacy_types.c
  formats/safetensors.c formats/zip.c formats/zip_search.c
  sets/bare_name.c sets/index.c sets/index_check.c sets/parts.c sets/set.c sets/split_gguf.c
  source/memory.c source/source.c source/window.c)
set(tensorgate_sources_windows
  source/file_windows.c source/folder_windows.c source/guard_none.c source/immutable_none.c source/lock_windows.c
  source/pages_other.c source/random_windows.c)
set(tensorgate_sources_posix
  source/file_posix.c source/folder_posix.c source/guard_posix.c source/lock_posix.c source/random_posix.c)
set(tensorgate_sources_linux source/immutable_linux.c source/pages_linux.c)
set(tensorgate_sources_no_linux source/immutable_none.c source/pages_other.c) # of POSIX systems
