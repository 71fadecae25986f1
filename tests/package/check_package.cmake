# Installs BUILD_DIR below WORK_DIR, builds the consumer against that alone, and runs it on PROFILE.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK_DIR}/build -G ${GENERATOR}
    -DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix -DCMAKE_BUILD_TYPE=${BUILD_TYPE} -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_CXX_FLAGS=${CXX_FLAGS} -DCMAKE_COMPILE_WARNING_AS_ERROR=ON)
message("${output}")
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build --parallel 2)
run(${WORK_DIR}/build/consumer ${PROFILE})
message("${output}")
if(NOT output MATCHES "^[^ ]+ -> [^ ]+: [1-9][0-9]*\n$")
  message(FATAL_ERROR "not a call edge")
endif()
foreach(tool IN LISTS TOOLS)
  run(${WORK_DIR}/prefix/bin/${tool} --version)
endforeach()
