# Writes OUTPUT with the version and, where SOURCE_DIR is a git checkout, the commit. Leaves an identical file alone.
execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "unknown")
else()
  execute_process(COMMAND git -C ${SOURCE_DIR} status --porcelain --untracked-files=no
                  OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(changes)
    string(APPEND commit "-modified")
  endif()
endif()
set(content "#pragma once\n#define PGOPROF_VERSION \"${VERSION}\"\n#define PGOPROF_COMMIT \"${commit}\"\n")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} old)
endif()
if(NOT content STREQUAL "${old}")
  file(WRITE ${OUTPUT} "${content}")
endif()
