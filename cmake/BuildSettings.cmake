# Compiler settings shared by every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# No CMAKE_POSITION_INDEPENDENT_CODE: it would compile libraries with -fPIC and programs with -fPIE, and the one
# precompiled header could serve only one of them. Debian's compilers make position-independent programs by themselves.

option(DRAAS_BUILD_TESTS "Build the test programs" ON)
option(DRAAS_BUILD_FUZZERS "Build the libFuzzer programs (needs clang)" OFF)
set(DRAAS_SANITIZE "" CACHE STRING "Sanitizers for every target, e.g. address,undefined or thread")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(draas_compile_options INTERFACE)
# mismatched-new-delete: GCC 12 takes Asio's allocation of coroutine frames for a mismatch, in every file with one.
target_compile_options(draas_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow=local -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wno-missing-field-initializers $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess -Wno-interference-size
    -Wno-mismatched-new-delete>)
target_compile_definitions(draas_compile_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_STD_INVOKE_RESULT=1 JSON_USE_IMPLICIT_CONVERSIONS=0)
target_include_directories(draas_compile_options INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src> $<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/generated>)

if(DRAAS_SANITIZE)
  add_compile_options(-fsanitize=${DRAAS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DRAAS_SANITIZE})
  # GCC cannot see through fences under ThreadSanitizer; the warning is about that and nothing else.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
endif()

if(DRAAS_BUILD_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
