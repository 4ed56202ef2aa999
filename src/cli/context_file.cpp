#include "cli/context_file.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/files.hpp"
#include "base/json_reader.hpp"
#include "base/yaml.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kMaxBytes = 1U << 20U;
constexpr mode_t kPrivate = 0600;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

const Context* ContextFile::find(const std::string& name) const {
  const auto found = std::ranges::find(contexts, name, [](const auto& entry) { return entry.first; });
  return found == contexts.end() ? nullptr : &found->second;
}

void ContextFile::set(const std::string& name, Context context) {
  const auto found = std::ranges::find(contexts, name, [](const auto& entry) { return entry.first; });
  if (found == contexts.end()) {
    contexts.emplace_back(name, std::move(context));
  } else {
    found->second = std::move(context);
  }
}

bool ContextFile::remove(const std::string& name) {
  if (current == name) current.clear();
  return std::erase_if(contexts, [&](const auto& entry) { return entry.first == name; }) > 0;
}

std::filesystem::path context_file_path() {
  if (const std::string named = variable("DRAAS_CONFIG"); !named.empty()) return named;
  const std::string base = variable("XDG_CONFIG_HOME");
  const std::filesystem::path directory =
      base.empty() ? std::filesystem::path(variable("HOME")) / ".config" : std::filesystem::path(base);
  return directory / "draas" / "config.yaml";
}

Result<ContextFile> read_context_file(const std::filesystem::path& path) {
  auto text = read_file(path, kMaxBytes);
  if (!text && text.error().code == ErrorCode::NotFound) return ContextFile{};
  if (!text) return std::unexpected(std::move(text.error()));
  auto document = parse_yaml(*text);
  if (!document) return std::unexpected(std::move(document.error()).with_context(path.string()));
  if (document->value.is_null()) return ContextFile{};
  ContextFile file;
  JsonReader reader(document->value);
  file.current = reader.optional_string("currentContext").value_or("");
  if (const Json* contexts = reader.optional_object("contexts")) {
    for (const auto& [name, value] : contexts->items()) {
      JsonReader entry(value);
      Context context;
      context.server = entry.required_string("server");
      context.api_key = entry.optional_string("apiKey").value_or("");
      context.ca_file = entry.optional_string("caFile").value_or("");
      entry.reject_unknown();
      for (const Fault& fault : entry.faults()) {
        reader.add_faults("contexts", {{"/" + json_pointer_token(name) + fault.path, fault.message}});
      }
      file.contexts.emplace_back(name, std::move(context));
    }
  }
  reader.reject_unknown();
  if (Status good = reader.finish(); !good) return std::unexpected(std::move(good.error()).with_context(path.string()));
  return file;
}

Status write_context_file(const std::filesystem::path& path, const ContextFile& file) {
  Json contexts = Json::object();
  for (const auto& [name, context] : file.contexts) {
    Json entry = Json::object();
    entry["server"] = context.server;
    if (!context.api_key.empty()) entry["apiKey"] = context.api_key;
    if (!context.ca_file.empty()) entry["caFile"] = context.ca_file;
    contexts[name] = std::move(entry);
  }
  Json document = Json::object();
  if (!file.current.empty()) document["currentContext"] = file.current;
  document["contexts"] = std::move(contexts);
  return write_file(path, to_yaml(document), kPrivate, Durability::Durable);
}

}  // namespace draas::cli
