# The strategies of the reconciler: every file of strategies/ defines add_<its name>(StrategyRegistry&), which is called
# here, so that a new one needs no change elsewhere.
file(GLOB strategy_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/reconciliation/strategies/*.cpp")
set(declarations "")
set(calls "")
foreach(file IN LISTS strategy_files)
  get_filename_component(name "${file}" NAME_WE)
  string(APPEND declarations "void add_${name}(StrategyRegistry& registry);\n")
  string(APPEND calls "  add_${name}(registry);\n")
endforeach()
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/built_in_strategies.cpp" CONTENT
"// Generated from the files of src/reconciliation/strategies.
#include \"reconciliation/strategy.hpp\"
#include \"reconciliation/built_in_strategies.hpp\"

namespace draas::reconciliation {

${declarations}
void add_built_in_strategies(StrategyRegistry& registry) {
${calls}}

}  // namespace draas::reconciliation
" @ONLY)
target_sources(draas_reconciliation PRIVATE "${CMAKE_BINARY_DIR}/generated/built_in_strategies.cpp")
