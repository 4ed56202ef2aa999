#include "core/instances/instance_view.hpp"

namespace draas::core {

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
  view->body = instance_text(instance, runtime);
  view->body.shrink_to_fit();
  view->etag = EntityTag::of(view->body);
  view->configuration = configuration;
  view->configuration_etag = previous != nullptr && previous->configuration == configuration
                                 ? previous->configuration_etag
                                 : EntityTag::of(*configuration);
  return view;
}

}  // namespace draas::core
