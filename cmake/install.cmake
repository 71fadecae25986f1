# cmake --install: the tools (apps/CMakeLists.txt), the static libraries, their headers, and a CMake package.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pgoprof)

install(TARGETS pgoprof pgoprof_convert pgoprof_fetch EXPORT pgoprof-targets FILE_SET HEADERS)
install(EXPORT pgoprof-targets NAMESPACE pgoprof:: DESTINATION ${package_dir})

configure_package_config_file(cmake/pgoprof-config.cmake.in pgoprof-config.cmake INSTALL_DESTINATION ${package_dir}
                              PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pgoprof-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pgoprof-config.cmake ${PROJECT_BINARY_DIR}/pgoprof-config-version.cmake
              cmake/FindDeflate.cmake cmake/FindNettle.cmake
        DESTINATION ${package_dir})
install(FILES LICENSE NOTICES.txt README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
