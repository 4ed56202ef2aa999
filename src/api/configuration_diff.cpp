#include "api/configuration_diff.hpp"

#include "drasi/configuration.hpp"

namespace draas::api {
namespace {

constexpr std::size_t kMaxValueLength = 80;

bool holds_secret(std::string_view pointer) {
  const auto slash = pointer.rfind('/');
  return slash != std::string_view::npos && drasi::is_secret_field(pointer.substr(slash + 1));
}

// Short enough for a line; components are named by id and never shown whole, as they may hold secrets.
std::string show(const Json& value) {
  if (value.is_object()) {
    for (const std::string key : {"id", "sourceId", "name"}) {
      const auto it = value.find(key);
      if (it != value.end() && it->is_string()) return "(" + key + " '" + it->get<std::string>() + "')";
    }
    return "(an object)";
  }
  if (value.is_array()) return "(" + std::to_string(value.size()) + " items)";
  auto text = to_text(value);
  if (text.size() > kMaxValueLength) {
    auto end = kMaxValueLength;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "...";
  }
  return text;
}

const Json* at(const Json& document, const std::string& pointer) {
  try {
    const Json::json_pointer where(pointer);
    return document.contains(where) ? &document.at(where) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;  // a pointer that does not fit this document: there is no old value to show
  }
}

}  // namespace

std::vector<std::string> describe_changes(const Json& from, const Json& patch) {
  std::vector<std::string> lines;
  Json current = from;
  for (const auto& operation : patch) {
    const auto op = operation.value("op", "");
    const auto path = operation.value("path", "");
    const bool secret = holds_secret(path);
    const Json* old_value = at(current, path);
    const auto value = operation.find("value");
    std::string line;
    if (op == "add") {
      line = "added " + path;
      if (!secret && value != operation.end()) line += ' ' + show(*value);
    } else if (op == "remove") {
      line = "removed " + path;
      if (!secret && old_value != nullptr) line += ' ' + show(*old_value);
    } else if (op == "replace") {
      line = "changed " + (path.empty() ? std::string("the whole") : path);
      if (!secret && old_value != nullptr && value != operation.end()) {
        line += " from " + show(*old_value) + " to " + show(*value);
      }
    } else {
      line = op + ' ' + operation.value("from", "") + " to " + path;
    }
    lines.push_back(std::move(line));
    if (auto next = apply_json_patch(current, Json::array({operation}))) current = std::move(*next);
  }
  return lines;
}

}  // namespace draas::api
