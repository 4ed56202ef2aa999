# `cmake --install`: the programs, the library libdraas with its CMake package, settings example and documents.
# Parts to install alone with --component: programs, library, documents.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# --- programs ---------------------------------------------------------------------------------------------------------
foreach(program draas drasi-sim)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
  endif()
endforeach()
# What the program says of its own commands: the manual page, and completion for the shells.
function(draas_install_printed file destination)
  string(JOIN " " command ${ARGN})
  install(CODE "execute_process(COMMAND \"$<TARGET_FILE:draas>\" ${command}
                                OUTPUT_FILE \"${CMAKE_BINARY_DIR}/generated/${file}\" COMMAND_ERROR_IS_FATAL ANY)"
          COMPONENT programs)
  install(FILES "${CMAKE_BINARY_DIR}/generated/${file}" DESTINATION "${destination}" COMPONENT programs)
endfunction()
draas_install_printed(draas.1 ${CMAKE_INSTALL_MANDIR}/man1 docs man)
draas_install_printed(draas ${CMAKE_INSTALL_DATADIR}/bash-completion/completions completion bash)
draas_install_printed(_draas ${CMAKE_INSTALL_DATADIR}/zsh/site-functions completion zsh)
draas_install_printed(draas.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d completion fish)
install(FILES "${CMAKE_SOURCE_DIR}/docs/schemas/instance.json" DESTINATION ${CMAKE_INSTALL_DATADIR}/draas/schemas
        COMPONENT programs)
install(FILES "${CMAKE_SOURCE_DIR}/docs/draas.yaml.example" DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/draas
        COMPONENT programs)

# --- library ----------------------------------------------------------------------------------------------------------
# The rooms that make sense without the REST API and the command line, merged into one archive.
set(library_rooms base net drasi docker core stores platforms client reconciliation)
# Whose targets they may link to: what DRaaSConfig.cmake.in finds.
set(library_namespaces Threads Boost nlohmann_json yaml-cpp spdlog OpenSSL ZLIB LibArchive SQLite prometheus-cpp)

add_library(draas_library STATIC)
add_library(DRaaS::draas ALIAS draas_library)
set_target_properties(draas_library PROPERTIES OUTPUT_NAME draas EXPORT_NAME draas LINKER_LANGUAGE CXX)
set(library_externals "")
foreach(room IN LISTS library_rooms)
  get_target_property(type draas_${room} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    target_sources(draas_library PRIVATE $<TARGET_OBJECTS:draas_${room}>)
  endif()
  get_target_property(links draas_${room} INTERFACE_LINK_LIBRARIES)
  list(FILTER links EXCLUDE REGEX "draas_")
  list(APPEND library_externals ${links})
  install(DIRECTORY "${CMAKE_SOURCE_DIR}/src/${room}" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/draas COMPONENT library
          FILES_MATCHING PATTERN "*.hpp" PATTERN "pch.hpp" EXCLUDE)
endforeach()
list(TRANSFORM library_externals REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1")
list(REMOVE_DUPLICATES library_externals)
foreach(library IN LISTS library_externals)
  string(REGEX REPLACE "::.*" "" namespace "${library}")
  if(NOT namespace IN_LIST library_namespaces)
    message(FATAL_ERROR "${library} must also be found by cmake/DRaaSConfig.cmake.in; add it there and to library_namespaces")
  endif()
endforeach()
# The definitions change the layout of shared types, so users of the headers need them too.
get_target_property(library_definitions draas_compile_options INTERFACE_COMPILE_DEFINITIONS)
target_compile_definitions(draas_library INTERFACE ${library_definitions})
target_compile_features(draas_library INTERFACE cxx_std_23)
target_include_directories(draas_library INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/draas>)
target_link_libraries(draas_library INTERFACE ${library_externals})

set(library_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/DRaaS)
install(TARGETS draas_library EXPORT DRaaSTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(EXPORT DRaaSTargets NAMESPACE DRaaS:: DESTINATION ${library_cmake_dir} COMPONENT library)
configure_package_config_file("${CMAKE_SOURCE_DIR}/cmake/DRaaSConfig.cmake.in"
  "${CMAKE_BINARY_DIR}/generated/DRaaSConfig.cmake" INSTALL_DESTINATION ${library_cmake_dir})
# Before 1.0 every minor version may change the interface.
write_basic_package_version_file("${CMAKE_BINARY_DIR}/generated/DRaaSConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/generated/DRaaSConfig.cmake" "${CMAKE_BINARY_DIR}/generated/DRaaSConfigVersion.cmake"
        DESTINATION ${library_cmake_dir} COMPONENT library)

# --- documents --------------------------------------------------------------------------------------------------------
install(FILES "${CMAKE_SOURCE_DIR}/README.md" "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR}
        COMPONENT documents)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/docs/" DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs COMPONENT documents
        FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN "*.png" PATTERN "*.json")
install(DIRECTORY "${CMAKE_SOURCE_DIR}/examples/" DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT documents)
if(DRAAS_NOTICES)
  install(FILES "${DRAAS_NOTICES}" DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT documents)
endif()
