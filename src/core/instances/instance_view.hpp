#pragma once
// Builds what readers see from the records. Pure.

#include "core/model/instance.hpp"

namespace draas::core {

InstanceViewPtr make_view(const Instance& instance, const RuntimeRecord& runtime,
                          const std::shared_ptr<const std::string>& configuration, const InstanceView* previous);

// A strong entity tag from content: equal content, equal tag.
std::string content_etag(std::string_view content);

}  // namespace draas::core
