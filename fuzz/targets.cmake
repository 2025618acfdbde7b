# The fuzz targets, once for the build and for the scripts. A row is a target: its name, which is that of its source;
# the folders of corpus/ that are its inputs, the first of which gets what is found; its dictionary, if it has one; and
# the bytes of its largest input, where they are not 4096.
set(fuzz_targets
  "open|gguf,safetensors,legacy,zip,other|gguf.dict"
  "gguf|gguf|gguf.dict"
  "safetensors|safetensors|json.dict"
  "legacy|legacy|legacy.dict"
  "zip|zip|zip.dict"
  "sets|sets|json.dict|16384"
  "json|json|json.dict"
  "text|text|"
  "cursor|cursor|"
  "build|build|")
if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
  list(APPEND fuzz_targets "diff|gguf|gguf.dict") # against ggml's own reader, where TENSORGATE_GGML names it
endif()

# Folders of corpus/ whose files are judged one by one, by their names: of sets, an input holds several files.
set(judged_folders gguf legacy other safetensors zip)

# By default libFuzzer searches a list of all features that it saw less than 255 times for each feature of each run: at
# first, a third of the time.
set(libfuzzer_options -entropic_feature_frequency_threshold=16)

# Sets `folders`, `dictionary` and `max_len` of the target `name`, or ends with a message.
function(find_target name)
  set(names "")
  foreach(row IN LISTS fuzz_targets)
    string(REPLACE "|" ";" parts "${row}")
    list(GET parts 0 this)
    list(APPEND names ${this})
    if(this STREQUAL "${name}")
      list(GET parts 1 folders)
      string(REPLACE "," ";" folders "${folders}")
      list(GET parts 2 dictionary)
      set(folders "${folders}" PARENT_SCOPE)
      set(dictionary "${dictionary}" PARENT_SCOPE)
      set(max_len 4096)
      list(LENGTH parts num_parts)
      if(num_parts GREATER 3)
        list(GET parts 3 max_len)
      endif()
      set(max_len ${max_len} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  list(JOIN names ", " names)
  message(FATAL_ERROR "there is no target \"${name}\": it is one of ${names}")
endfunction()
