#include "core/instances/instance_view.hpp"

#include <array>
#include <cstdio>

#include "base/id.hpp"

namespace draas::core {

std::string content_etag(std::string_view content) {
  // A tag must differ when the content does, not resist an adversary.
  const std::uint64_t hash = fnv1a_64(content);
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "\"%016llx\"", static_cast<unsigned long long>(hash));
  return text.data();
}

InstanceViewPtr make_view(const Instance& instance, const RuntimeRecord& runtime,
                          const std::shared_ptr<const std::string>& configuration, const InstanceView* previous) {
  auto view = std::make_shared<InstanceView>();
  view->id = instance.id;
  view->name = instance.name;
  view->platform = instance.platform;
  view->metadata = instance.metadata;
  view->status = derive_status(instance, runtime);
  view->phase = runtime.phase;
  view->desired_state = instance.desired_state;
  view->revision = instance.revision;
  view->applied_revision = runtime.applied_revision;
  if (runtime.handle) {
    view->host = runtime.host;
    view->port = runtime.port;
  }
  // A copy has the room it needs, the text has room to grow.
  const std::string body = to_text(to_json(instance, runtime));
  view->body = std::make_shared<const std::string>(body);
  view->etag = content_etag(*view->body);
  view->configuration = configuration;
  view->configuration_etag = previous != nullptr && previous->configuration == configuration
                                 ? previous->configuration_etag
                                 : content_etag(*configuration);
  return view;
}

}  // namespace draas::core
