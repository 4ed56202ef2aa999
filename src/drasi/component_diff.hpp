#pragma once
// Field by field: one component as it is wanted against the same one as a running server reports it. Internal to
// src/drasi.

#include <string>
#include <vector>

#include "drasi/live_plan.hpp"

namespace draas::drasi {

// Does a reported value fulfil a wanted one? A reference fulfils itself with anything, numbers count by value, and of
// an object only the wanted members are compared.
bool fulfils(const Json& actual, const Json& desired);

// `last` is the component as last applied, or null when unknown. All three in server form, except that a reported query
// has `queryText`. `path` is the component's; the paths of the result are in API form.
std::vector<Difference> diff_component(ComponentKind kind, const Json& desired, const Json& actual, const Json* last,
                                       const std::string& path);

// Can PUT bring about these differences of one component, so that it need not be deleted and created anew?
bool updatable(ComponentKind kind, const std::vector<Difference>& differences, const std::string& path);

// The settings of a block (the document or an entry of `instances`) that take a restart, without its components.
void diff_settings(const Json& desired, const Json& last, const std::string& path,
                   std::vector<Difference>& differences);

}  // namespace draas::drasi
