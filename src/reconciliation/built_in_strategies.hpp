#pragma once
// The strategies of the program: one per file of strategies/. The definition is generated from the names of the files.

namespace draas::reconciliation {

class StrategyRegistry;
void add_built_in_strategies(StrategyRegistry& registry);

}  // namespace draas::reconciliation
