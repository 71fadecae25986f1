# Sets html_page to a source that is generated from report/web: the HTML report's page, with all that it needs inside.
set(PGOPROF_WEB ${PROJECT_SOURCE_DIR}/build/web CACHE PATH "Where scripts/setup put the HTML report's libraries")
set(web_sources ${CMAKE_CURRENT_SOURCE_DIR}/pgoprof/report/web)

foreach(lock ${web_sources}/package-lock.json ${PGOPROF_WEB}/package-lock.json)
  set(digest missing)
  if(EXISTS ${lock})
    file(SHA256 ${lock} digest)
  endif()
  list(APPEND digests ${digest})
endforeach()
list(REMOVE_DUPLICATES digests)
list(LENGTH digests distinct)
find_program(PGOPROF_NODE NAMES node nodejs)
if(NOT PGOPROF_NODE OR distinct GREATER 1)
  message(FATAL_ERROR "The HTML report's libraries are missing or outdated: run scripts/setup")
endif()

file(GLOB web_files CONFIGURE_DEPENDS ${web_sources}/*)
set(html_page ${CMAKE_CURRENT_BINARY_DIR}/html_page.cc)
add_custom_command(
  OUTPUT ${html_page}
  COMMAND ${PGOPROF_NODE} ${web_sources}/build.mjs ${PGOPROF_WEB}/node_modules ${html_page}
  DEPENDS ${web_files} ${PROJECT_SOURCE_DIR}/NOTICES.txt
  VERBATIM)
