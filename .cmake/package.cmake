# The Debian packages tokenlife (component program) and tokenlife-dev (component dev), which
# `./dev package` makes of a finished build.

set(TOKENLIFE_MAINTAINER "the tokenlife authors <tokenlife@example.org>"
    CACHE STRING "Who makes the packages: NAME <ADDRESS>")

set(packaged ${PROJECT_BINARY_DIR}/packaged)
file(MAKE_DIRECTORY ${packaged})
set(packaged_files)
# packaged_file(NAME INPUT... COMMAND SCRIPT): made by a shell, in the folder `packaged`.
function(packaged_file name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" COMMAND INPUTS)
  add_custom_command(
    OUTPUT ${packaged}/${name}
    COMMAND bash -ec "${arg_COMMAND} >$0" ${packaged}/${name}
    DEPENDS ${arg_INPUTS}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    VERBATIM)
  set(packaged_files ${packaged_files} ${packaged}/${name} PARENT_SCOPE)
endfunction()
set(program $<TARGET_FILE:tokenlife>)
packaged_file(
  tokenlife.1.gz
  INPUTS tokenlife .cmake/man_page.sh
  COMMAND "set -o pipefail; .cmake/man_page.sh ${program} ${PROJECT_VERSION} | gzip -9n")
packaged_file(
  changelog.gz
  INPUTS CHANGELOG.md .cmake/debian_changelog.awk
  COMMAND
    "set -o pipefail; awk -v maintainer='${TOKENLIFE_MAINTAINER}' -f .cmake/debian_changelog.awk \
CHANGELOG.md | gzip -9n"
)
foreach(shell IN ITEMS bash zsh fish)
  packaged_file(completion.${shell} INPUTS tokenlife COMMAND "${program} completion ${shell}")
endforeach()
add_custom_target(packaged ALL DEPENDS ${packaged_files})

set(doc_dir ${CMAKE_INSTALL_DATADIR}/doc)
install(FILES .cmake/copyright ${packaged}/changelog.gz DESTINATION ${doc_dir}/tokenlife
        COMPONENT program)
install(FILES .cmake/copyright ${packaged}/changelog.gz DESTINATION ${doc_dir}/tokenlife-dev
        COMPONENT dev)
install(FILES core/RULES.md DESTINATION ${doc_dir}/tokenlife COMPONENT program)
install(
  DIRECTORY scenarios/
  DESTINATION ${doc_dir}/tokenlife/examples
  COMPONENT program
  PATTERN *.png EXCLUDE
  PATTERN *.py EXCLUDE)
install(FILES ${packaged}/tokenlife.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
        COMPONENT program)
install(FILES ${packaged}/tokenlife.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
        COMPONENT program RENAME BulkRegistrationTokenTool.1.gz)
install(FILES ${packaged}/completion.bash RENAME tokenlife
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES ${packaged}/completion.zsh RENAME _tokenlife
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
install(FILES ${packaged}/completion.fish RENAME tokenlife.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)

# CMake strips programs alone.
install(
  CODE "if(CMAKE_INSTALL_DO_STRIP)
  set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}\")
  file(GLOB archives \"\${folder}/libtokenlife-*.a\")
  execute_process(COMMAND ${CMAKE_STRIP} --strip-debug --enable-deterministic-archives \${archives}
                  COMMAND_ERROR_IS_FATAL ANY)
endif()"
  COMPONENT dev)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tokenlife)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${TOKENLIFE_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME tokenlife)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
    "Devices that hold short-lived credentials must renew them in time. This
program simulates a fleet of them through years of intranet, internet and being
switched off, and says how many are stranded, when, and why. The life that it
knows is that of token-based authentication for the cloud management gateway of
Microsoft Configuration Manager.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME tokenlife-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libcapnp-dev, libexpected-dev, libfmt-dev, libhowardhinnant-date-dev, libssl-dev, \
libtomlplusplus-dev"
)
if(TOKENLIFE_HAS_IPSEC_MB)
  string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", libipsec-mb-dev")
endif()
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS libboost1.81-dev)
set(CPACK_DEBIAN_DEV_DESCRIPTION
    "The C++20 libraries of tokenlife, static, with headers, for CMake and
pkg-config: the state machine of a client's tokens, the verifier of tokens, the
event log and the simulator.")
include(CPack)
