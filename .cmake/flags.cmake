# How everything is compiled.

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
  endif()
  # -g1: backtraces with lines, for half of the size and time of -g.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
  if(TOKENLIFE_SANITIZE)
    set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O0 -g1 -DNDEBUG")
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(CCACHE ccache)
  if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  endif()
  # The largest files take 550 MB. To collect garbage before that costs an eighth of the time.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=500000>)
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

# gold takes half as long.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold TOKENLIFE_HAS_GOLD)
if(PROJECT_IS_TOP_LEVEL AND TOKENLIFE_HAS_GOLD)
  add_link_options(-fuse-ld=gold)
endif()

if(TOKENLIFE_SANITIZE)
  set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_options(${sanitize} -D_GLIBCXX_ASSERTIONS)
  add_link_options(${sanitize})
endif()

function(tokenlife_flags target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  # Fused multiply-add would round differently from machine to machine.
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion
                                           -Wshadow -Wnon-virtual-dtor)
  # Brace elision is the language's; g++ does not warn of it.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-braces>)
  if(TOKENLIFE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(TOKENLIFE_FUZZ AND target MATCHES "core|conform|fuzz")  # what the fuzzing targets run
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(TOKENLIFE_SANITIZE)
    # What computes for long is optimised a little. Everything else compiles twice as fast as that.
    if(target MATCHES "_(core|events|engine|naive|check)$")
      target_compile_options(${target} PRIVATE -O1)
    endif()
    # g++ sees uninitialised values in the code that the sanitizers add.
    target_compile_options(${target}
                           PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    # This costs next to nothing. -D_GLIBCXX_ASSERTIONS would cost three and a half per cent of the
    # simulator's instructions: the builds with sanitizers and for fuzzing have it.
    target_compile_options(
      ${target} PRIVATE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
                        -fstack-clash-protection)
    # Zeroes cost a simulation six per cent of its time and a replay fourteen: core has them, which
    # verifies and signs, and so have the programs.
    if(NOT target MATCHES "_(events|scenario|engine|naive|soak|check|text)$")
      target_compile_options(
        ${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-ftrivial-auto-var-init=zero>)
    endif()
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
      target_compile_options(${target} PRIVATE -fcf-protection)
    endif()
  endif()
  target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now,-z,noexecstack)
endfunction()

# What the libraries have in common: tokenlife::<part>, installed as libtokenlife-<part>.a.
function(tokenlife_library part)
  add_library(tokenlife::${part} ALIAS tokenlife_${part})
  set_target_properties(tokenlife_${part} PROPERTIES EXPORT_NAME ${part}
                                                     OUTPUT_NAME tokenlife-${part})
  tokenlife_flags(tokenlife_${part})
endfunction()

# Headers are <tokenlife/core/...> to users, in this build as when they are installed.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/tokenlife)
foreach(folder IN ITEMS core events sim)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder}
       ${PROJECT_BINARY_DIR}/include/tokenlife/${folder} SYMBOLIC)
endforeach()

# tokenlife_headers(PART HEADER...): what users may include of it, and what is installed.
function(tokenlife_headers part)
  list(TRANSFORM ARGN PREPEND ${PROJECT_BINARY_DIR}/include/tokenlife/ OUTPUT_VARIABLE headers)
  target_sources(tokenlife_${part} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_BINARY_DIR}/include
                                          FILES ${headers})
endfunction()
