# Builds the bundles of the API pages (web/api-docs) into draas_api, compressed, as src/api/embedded_assets.hpp tells.
option(DRAAS_BUNDLE_API_DOCS "Build the bundles for /swagger and /scalar/v1 into draas (needs npm)" ON)
if(NOT DRAAS_BUNDLE_API_DOCS)
  return()
endif()

find_program(DRAAS_NPM npm)
find_program(DRAAS_NODE NAMES node nodejs)
find_program(DRAAS_GZIP gzip)
if(NOT DRAAS_NPM OR NOT DRAAS_NODE OR NOT DRAAS_GZIP)
  message(FATAL_ERROR
    "npm, node and gzip are needed to build the API pages (/swagger and /scalar/v1) into draas.\n"
    "Install them (Debian: apt-get install npm gzip), or leave the pages out with -DDRAAS_BUNDLE_API_DOCS=OFF.")
endif()

enable_language(ASM)

set(api_docs_source "${CMAKE_SOURCE_DIR}/web/api-docs")
set(api_docs_build "${CMAKE_BINARY_DIR}/api-docs")
set(api_docs_stamp "${api_docs_build}/fetched.stamp")

# Downloads go into the build tree, and only when the lock file changes.
add_custom_command(
  OUTPUT "${api_docs_stamp}"
  COMMAND "${DRAAS_NODE}" "${api_docs_source}/fetch.mjs" "${api_docs_source}/package-lock.json" "${DRAAS_NPM}"
  COMMAND ${CMAKE_COMMAND} -E touch "${api_docs_stamp}"
  DEPENDS "${api_docs_source}/fetch.mjs" "${api_docs_source}/package-lock.json"
  WORKING_DIRECTORY "${api_docs_build}"
  COMMENT "Fetching the bundles of the API pages"
  VERBATIM)
file(MAKE_DIRECTORY "${api_docs_build}/assets")

# Each asset becomes the bytes between draas_asset_<symbol>_begin and draas_asset_<symbol>_end.
set(api_docs_assembly "    .section .rodata\n")
set(api_docs_files "")
function(draas_api_docs_asset symbol file)
  cmake_parse_arguments(ARG "GZIP" "" "" ${ARGN})
  set(input "${api_docs_build}/node_modules/${file}")
  set(output "${api_docs_build}/assets/${symbol}")
  if(ARG_GZIP)
    # -n leaves name and time out: the same input gives the same bytes.
    set(command "${DRAAS_GZIP}" -9 -n -c "${input}" > "${output}")
  else()
    set(command ${CMAKE_COMMAND} -E copy "${input}" "${output}")
  endif()
  add_custom_command(OUTPUT "${output}" COMMAND ${command} DEPENDS "${api_docs_stamp}"
                     COMMENT "Packing ${file}" VERBATIM)
  set(begin "draas_asset_${symbol}_begin")
  set(end "draas_asset_${symbol}_end")
  string(APPEND api_docs_assembly
    "    .balign 16\n    .globl ${begin}\n    .hidden ${begin}\n${begin}:\n    .incbin \"${output}\"\n"
    "    .globl ${end}\n    .hidden ${end}\n${end}:\n")
  set(api_docs_assembly "${api_docs_assembly}" PARENT_SCOPE)
  set(api_docs_files ${api_docs_files} "${output}" PARENT_SCOPE)
endfunction()

draas_api_docs_asset(swagger_ui_css swagger-ui-dist/swagger-ui.css GZIP)
draas_api_docs_asset(swagger_ui_bundle_js swagger-ui-dist/swagger-ui-bundle.js GZIP)
draas_api_docs_asset(swagger_ui_standalone_preset_js swagger-ui-dist/swagger-ui-standalone-preset.js GZIP)
draas_api_docs_asset(swagger_ui_favicon_png swagger-ui-dist/favicon-32x32.png)
draas_api_docs_asset(scalar_standalone_js @scalar/api-reference/dist/browser/standalone.js GZIP)

string(APPEND api_docs_assembly "    .section .note.GNU-stack,\"\",%progbits\n")
set(api_docs_assembly_file "${CMAKE_BINARY_DIR}/generated/api_docs_assets.s")
file(CONFIGURE OUTPUT "${api_docs_assembly_file}" CONTENT "${api_docs_assembly}" @ONLY)
set_source_files_properties("${api_docs_assembly_file}" PROPERTIES OBJECT_DEPENDS "${api_docs_files}")

# A library of its own, so that the C++ compiler's options stay away from the assembler.
add_library(draas_api_docs OBJECT "${api_docs_assembly_file}" ${api_docs_files})
target_sources(draas_api PRIVATE $<TARGET_OBJECTS:draas_api_docs>)
set_source_files_properties("${CMAKE_SOURCE_DIR}/src/api/embedded_assets.cpp" PROPERTIES
                            COMPILE_DEFINITIONS DRAAS_BUNDLE_API_DOCS=1)
