# The libraries of the tools that PGOPROF_STATIC links statically (docs/adr/0011-static-tools.md): archives, then.
# Debian has no archive of fmt: such a build takes it by its headers alone.
set(shared_suffixes ${CMAKE_FIND_LIBRARY_SUFFIXES})
set(pgoprof_fmt fmt::fmt)
if(PGOPROF_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(pgoprof_fmt fmt::fmt-header-only)
endif()
find_package(Deflate REQUIRED)
find_package(Nettle REQUIRED)
find_package(RE2 REQUIRED)
find_package(ZLIB REQUIRED)
set(CMAKE_FIND_LIBRARY_SUFFIXES ${shared_suffixes})
