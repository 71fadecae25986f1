# One ctest per test_*.py in the current folder; they run the built tools as a user would. It is skipped if all of it is.
# Debian's python3, whatever else stands first in PATH: python3-pytest and python3-protobuf belong to it.
find_program(PGOPROF_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# What sanitizer builds cannot promise, limits on memory, their tests skip.
set(sanitized "")
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  set(sanitized ";PGOPROF_SANITIZED=1")
endif()

function(add_python_tests label)
  file(GLOB test_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/test_*.py)
  foreach(file IN LISTS test_files)
    get_filename_component(stem ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "" name ${stem})
    add_test(NAME ${label}.${name}
             COMMAND ${PGOPROF_PYTHON} -m pytest -q -rs -p no:cacheprovider ${file})
    set_tests_properties(${label}.${name} PROPERTIES LABELS ${label} TIMEOUT 900 COST 10
      SKIP_REGULAR_EXPRESSION "(^|\n)[0-9]+ skipped in"
      ENVIRONMENT "PGOPROF_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};PGOPROF_SOURCE=${PROJECT_SOURCE_DIR};PGOPROF_PROTO=${PROJECT_BINARY_DIR}/tests;PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/support:${PROJECT_BINARY_DIR}/tests;PYTHONDONTWRITEBYTECODE=1${sanitized}")
  endforeach()
endfunction()
