#pragma once
// Builds what readers see from the records. Pure.

#include "core/model/instance.hpp"

namespace draas::core {

InstanceViewPtr make_view(const Instance& instance, const RuntimeRecord& runtime,
                          const std::shared_ptr<const std::string>& configuration, const InstanceView* previous);

}  // namespace draas::core
