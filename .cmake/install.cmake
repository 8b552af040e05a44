# Installs the programs, the extension of SQLite and, for users of the libraries, headers, archives,
# a CMake package with the components core, table, events and sim, and
# tokenlife-{core,events,sim}.pc. Component `program` is what people run, `dev` the rest.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tokenlife)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME dev)

install(TARGETS tokenlife BulkRegistrationTokenTool RUNTIME COMPONENT program)
if(TARGET tokenlife-mpi)
  install(TARGETS tokenlife-mpi RUNTIME COMPONENT mpi)
endif()
if(TARGET tokenlife_sqlite)
  # A folder of its own, since nobody links it.
  install(TARGETS tokenlife_sqlite LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/tokenlife
                                           COMPONENT program)
endif()

install(FILES scenarios/scenario.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/tokenlife)
install(FILES sim/ccm/cmtrace_log.json DESTINATION ${CMAKE_INSTALL_DATADIR}/tokenlife/lnav)

# install_part(PART pkg-config's Requires, its Requires.private, its Libs, its Libs.private
#              LIBRARY...)
function(install_part part requires requires_private libs libs_private)
  install(
    TARGETS ${ARGN}
    EXPORT tokenlife-${part}
    ARCHIVE
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(
    EXPORT tokenlife-${part}
    NAMESPACE tokenlife::
    DESTINATION ${package_dir})

  # Relative to itself, so that the folder can be moved and packaged.
  file(RELATIVE_PATH prefix_from_pc /prefix/${pkgconfig_dir} /prefix)
  configure_file(.cmake/part.pc.in tokenlife-${part}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/tokenlife-${part}.pc DESTINATION ${pkgconfig_dir})
endfunction()
set(core_libs_private "")
if(TOKENLIFE_HAS_IPSEC_MB)
  set(core_libs_private -lIPSec_MB)
endif()
install_part(core "" libcrypto -ltokenlife-core "${core_libs_private}" tokenlife_core)
install_part(events tokenlife-core "capnp libcrypto" -ltokenlife-events -pthread tokenlife_events)
install_part(
  sim "tokenlife-core tokenlife-events" "fmt tomlplusplus"
  "-ltokenlife-engine -ltokenlife-scenario -ltokenlife-text" "-ldate-tz -pthread"
  tokenlife_sim tokenlife_engine tokenlife_scenario tokenlife_text)

# Headers alone, and Boost has no file for pkg-config: with that, tokenlife-core is enough.
install(
  TARGETS tokenlife_table
  EXPORT tokenlife-table
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(
  EXPORT tokenlife-table
  NAMESPACE tokenlife::
  DESTINATION ${package_dir})

configure_package_config_file(
  .cmake/tokenlife-config.cmake.in ${PROJECT_BINARY_DIR}/tokenlife-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/tokenlife-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tokenlife-config.cmake
              ${PROJECT_BINARY_DIR}/tokenlife-config-version.cmake DESTINATION ${package_dir})
