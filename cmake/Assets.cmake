# Builds what browsers load into draas_api: the bundles of the API pages (web/api-docs) and the dashboard (web/dashboard).
# web/embed/pack.mjs compresses the files and makes the table that src/api/embedded_assets.cpp reads.
option(DRAAS_BUNDLE_API_DOCS "Build the bundles for /swagger and /scalar/v1 into draas (needs npm)" ON)
option(DRAAS_BUNDLE_DASHBOARD "Build the dashboard into draas (needs npm)" ON)
if(NOT DRAAS_BUNDLE_API_DOCS AND NOT DRAAS_BUNDLE_DASHBOARD)
  return()
endif()

find_program(DRAAS_NPM npm)
find_program(DRAAS_NODE NAMES node nodejs)
if(NOT DRAAS_NPM OR NOT DRAAS_NODE)
  message(FATAL_ERROR
    "npm and node are needed to build the dashboard and the API pages (/swagger and /scalar/v1) into draas.\n"
    "Install them (Debian: apt-get install npm), or leave the pages out with -DDRAAS_BUNDLE_DASHBOARD=OFF and "
    "-DDRAAS_BUNDLE_API_DOCS=OFF.")
endif()
enable_language(ASM)

set(asset_directories "")
set(asset_stamps "")
set(package_stamps "")
set(notice_sources "")  # a lock file and where its packages are, again and again

if(DRAAS_BUNDLE_API_DOCS)
  set(api_docs_source "${CMAKE_SOURCE_DIR}/web/api-docs")
  set(api_docs_build "${CMAKE_BINARY_DIR}/api-docs")
  set(api_docs_stamp "${api_docs_build}/fetched.stamp")
  set(modules "${api_docs_build}/node_modules")
  file(MAKE_DIRECTORY "${api_docs_build}/dist/swagger-ui" "${api_docs_build}/dist/scalar")
  # Downloads go into the build tree, and only when the lock file changes.
  add_custom_command(
    OUTPUT "${api_docs_stamp}"
    COMMAND "${DRAAS_NODE}" "${api_docs_source}/fetch.mjs" "${api_docs_source}/package-lock.json" "${DRAAS_NPM}"
    COMMAND ${CMAKE_COMMAND} -E copy "${modules}/swagger-ui-dist/swagger-ui.css"
            "${modules}/swagger-ui-dist/swagger-ui-bundle.js"
            "${modules}/swagger-ui-dist/swagger-ui-standalone-preset.js"
            "${modules}/swagger-ui-dist/favicon-32x32.png" "${api_docs_build}/dist/swagger-ui"
    COMMAND ${CMAKE_COMMAND} -E copy "${modules}/@scalar/api-reference/dist/browser/standalone.js"
            "${api_docs_build}/dist/scalar"
    COMMAND ${CMAKE_COMMAND} -E touch "${api_docs_stamp}"
    DEPENDS "${api_docs_source}/fetch.mjs" "${api_docs_source}/package-lock.json"
    WORKING_DIRECTORY "${api_docs_build}"
    COMMENT "Fetching the bundles of the API pages"
    VERBATIM)
  list(APPEND asset_directories "${api_docs_build}/dist")
  list(APPEND asset_stamps "${api_docs_stamp}")
  list(APPEND package_stamps "${api_docs_stamp}")
  list(APPEND notice_sources "${api_docs_source}/package-lock.json" "${api_docs_build}")
endif()

if(DRAAS_BUNDLE_DASHBOARD)
  set(dashboard_source "${CMAKE_SOURCE_DIR}/web/dashboard")
  set(dashboard_build "${CMAKE_BINARY_DIR}/dashboard")
  set(dashboard_packages "${dashboard_build}/packages.stamp")
  set(dashboard_stamp "${dashboard_build}/built.stamp")
  file(MAKE_DIRECTORY "${dashboard_build}")
  file(GLOB_RECURSE dashboard_files CONFIGURE_DEPENDS "${dashboard_source}/src/*" "${dashboard_source}/scripts/*")
  file(GLOB dashboard_settings CONFIGURE_DEPENDS "${dashboard_source}/*.json" "${dashboard_source}/*.ts"
       "${dashboard_source}/*.js" "${dashboard_source}/*.html" "${dashboard_source}/.prettier*")
  set(package_files "${dashboard_source}/package.json" "${dashboard_source}/package-lock.json" "${dashboard_source}/.npmrc")
  # The packages are fetched when the lock file changes; no package runs a script of its own.
  add_custom_command(
    OUTPUT "${dashboard_packages}"
    COMMAND ${CMAKE_COMMAND} -E copy ${package_files} "${dashboard_build}"
    COMMAND "${DRAAS_NPM}" ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch "${dashboard_packages}"
    DEPENDS ${package_files}
    WORKING_DIRECTORY "${dashboard_build}"
    COMMENT "Fetching the packages of the dashboard"
    VERBATIM)
  # Built from a copy of the sources beside the packages, so that nothing is written into the source tree.
  add_custom_command(
    OUTPUT "${dashboard_stamp}"
    COMMAND ${CMAKE_COMMAND} -E rm -rf src scripts dist
    COMMAND ${CMAKE_COMMAND} -E copy_directory "${dashboard_source}/src" src
    COMMAND ${CMAKE_COMMAND} -E copy_directory "${dashboard_source}/scripts" scripts
    COMMAND ${CMAKE_COMMAND} -E copy ${dashboard_settings} .
    COMMAND "${DRAAS_NPM}" run --silent build
    COMMAND ${CMAKE_COMMAND} -E touch "${dashboard_stamp}"
    DEPENDS "${dashboard_packages}" ${dashboard_files} ${dashboard_settings}
    WORKING_DIRECTORY "${dashboard_build}"
    COMMENT "Building the dashboard"
    VERBATIM)
  add_custom_target(draas_dashboard DEPENDS "${dashboard_stamp}")
  list(APPEND asset_directories "${dashboard_build}/dist")
  list(APPEND asset_stamps "${dashboard_stamp}")
  list(APPEND package_stamps "${dashboard_packages}")
  list(APPEND notice_sources "${dashboard_source}/package-lock.json" "${dashboard_build}")
endif()

# The licences of what the bundles contain: served as /third-party-notices.txt, and installed.
set(notices_script "${CMAKE_SOURCE_DIR}/web/embed/notices.mjs")
set(DRAAS_NOTICES "${CMAKE_BINARY_DIR}/notices/third-party-notices.txt")
add_custom_command(
  OUTPUT "${DRAAS_NOTICES}"
  COMMAND "${DRAAS_NODE}" "${notices_script}" "${DRAAS_NOTICES}" ${notice_sources}
  DEPENDS "${notices_script}" ${package_stamps}
  COMMENT "Collecting the licences of what browsers load"
  VERBATIM)
list(APPEND asset_directories "${CMAKE_BINARY_DIR}/notices")
list(APPEND asset_stamps "${DRAAS_NOTICES}")

set(assets_assembly "${CMAKE_BINARY_DIR}/assets/assets.s")
add_custom_command(
  OUTPUT "${assets_assembly}"
  COMMAND "${DRAAS_NODE}" "${CMAKE_SOURCE_DIR}/web/embed/pack.mjs" "${CMAKE_BINARY_DIR}/assets" ${asset_directories}
  DEPENDS "${CMAKE_SOURCE_DIR}/web/embed/pack.mjs" ${asset_stamps}
  COMMENT "Packing what browsers load"
  VERBATIM)

# A library of its own, so that the C++ compiler's options stay away from the assembler.
add_library(draas_assets OBJECT "${assets_assembly}")
target_sources(draas_api PRIVATE $<TARGET_OBJECTS:draas_assets>)
set_source_files_properties("${CMAKE_SOURCE_DIR}/src/api/embedded_assets.cpp" PROPERTIES
                            COMPILE_DEFINITIONS DRAAS_EMBEDDED_ASSETS=1)
