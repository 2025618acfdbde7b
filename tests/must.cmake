# must(COMMAND…) runs a command without a word, and ends the script with what it said where it fails.
function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${output}\n${ARGN}: ${result}")
  endif()
endfunction()

# For --parallel: make without a number starts all at once.
cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
