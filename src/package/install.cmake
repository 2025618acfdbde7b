# What `cmake --install BUILD` installs, in three components, and the Debian packages that cpack makes of them:
#   library  the shared library                                        libtensorgate0
#   develop  header, static library, for find_package and pkg-config   libtensorgate-dev
#   command  the command with its man page and completions             tensorgate
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${PROJECT_SOURCE_DIR}/src/package)
set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tensorgate)

install(TARGETS tensorgate_static tensorgate_shared EXPORT tensorgate
  RUNTIME COMPONENT library
  LIBRARY COMPONENT library NAMELINK_COMPONENT develop
  ARCHIVE COMPONENT develop)
install(FILES src/tensorgate.h TYPE INCLUDE COMPONENT develop)
install(EXPORT tensorgate NAMESPACE tensorgate:: FILE tensorgateTargets.cmake DESTINATION ${cmake_folder}
  COMPONENT develop)
configure_file(${package}/tensorgateConfig.cmake tensorgateConfig.cmake COPYONLY)
write_basic_package_version_file(tensorgateConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tensorgateConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/tensorgateConfigVersion.cmake
  DESTINATION ${cmake_folder} COMPONENT develop)

# The prefix is told from where the file lies, so that the tree can be moved.
file(RELATIVE_PATH pc_to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
set(pc_private "")
if(WIN32)
  set(pc_private "-lbcrypt")
endif()
if(sanitizers)
  list(JOIN sanitizers " " pc_sanitizers)
  string(PREPEND pc_sanitizers " ")
endif()
configure_file(${package}/tensorgate.pc.in tensorgate.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tensorgate.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT develop)
install(FILES ${package}/tensorgate.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT develop)

if(TENSORGATE_COMMAND)
  install(TARGETS tensorgate_command RUNTIME COMPONENT command)
  install(FILES ${package}/tensorgate.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT command)
  install(FILES ${package}/tensorgate.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME tensorgate COMPONENT command)
  install(FILES ${package}/_tensorgate DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT command)
  install(FILES ${package}/tensorgate.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
    COMPONENT command)
endif()

# ---- Debian packages: cpack -G DEB, in a build with CMAKE_INSTALL_PREFIX=/usr ----

set(CPACK_PACKAGE_NAME tensorgate)
set(CPACK_PACKAGE_VENDOR tensorgate)
set(CPACK_PACKAGE_CONTACT "the authors of tensorgate <https://github.com/tensorgate/tensorgate>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL library develop command)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "Shared library that vets untrusted model files")
set(CPACK_COMPONENT_DEVELOP_DESCRIPTION "Header and static library to vet untrusted model files")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION "Command that vets and shows untrusted model files")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libtensorgate${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEVELOP_PACKAGE_NAME libtensorgate-dev)
set(CPACK_DEBIAN_DEVELOP_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOP_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOP_PACKAGE_DEPENDS "${CPACK_DEBIAN_LIBRARY_PACKAGE_NAME} (= ${PROJECT_VERSION}), libc6-dev")
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME tensorgate)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION utils)
foreach(row library:${CPACK_DEBIAN_LIBRARY_PACKAGE_NAME} develop:libtensorgate-dev command:tensorgate)
  string(REGEX MATCH "^([a-z]+):(.+)$" row "${row}")
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${CMAKE_MATCH_2} RENAME copyright
    COMPONENT ${CMAKE_MATCH_1})
endforeach()
include(CPack)
