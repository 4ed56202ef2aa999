// Any text through the reader of instance documents: it ends with instances or with a refusal that names the file, and
// what it accepts survives being written as a document.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "client/instance_document.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto documents = draas::client::read_instance_documents("fuzz.yaml", text);
  if (!documents) {
    if (documents.error().message.find("fuzz.yaml") == std::string::npos) std::abort();
    return 0;
  }
  for (const auto& document : *documents) {
    if (document.id.empty() || document.instance["id"] != draas::Json(document.id)) std::abort();
    if (!document.place(document.configuration_path).starts_with("fuzz.yaml")) std::abort();
    // Instances as the API takes them may say what a document cannot.
    if (document.configuration_path != "/spec/configuration") continue;
    const draas::Json configuration = document.instance.value("configuration", draas::Json());
    const std::string written =
        draas::to_yaml(draas::client::to_instance_document(document.instance, configuration, document.policy));
    const auto again = draas::client::read_instance_documents("again.yaml", written);
    if (!again || again->size() != 1 || again->front().id != document.id) std::abort();
  }
  return 0;
}
