// The pieces that all checks share.
#include "drasi/validation.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/json_reader.hpp"
#include "drasi/config_value.hpp"

namespace draas::drasi {
namespace {

constexpr std::size_t kMaxFindings = 1000;

using schema::Field;
using schema::Shape;

void number_places(const Json& value, const std::string& path, std::unordered_map<std::string, std::size_t>& order) {
  order.emplace(path, order.size());
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) number_places(inner, child(path, key), order);
  } else if (value.is_array()) {
    for (std::size_t index = 0; index < value.size(); ++index) number_places(value[index], child(path, index), order);
  }
}

std::size_t place_of(std::string path, const std::unordered_map<std::string, std::size_t>& order) {
  for (;;) {
    if (const auto found = order.find(path); found != order.end()) return found->second;
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return 0;
    path.resize(slash);
  }
}

std::string range_text(const Field& field) {
  if (field.max == std::numeric_limits<std::int64_t>::max())
    return "a whole number, at least " + std::to_string(field.min);
  return "a whole number from " + std::to_string(field.min) + " to " + std::to_string(field.max);
}

bool in_range(const Field& field, std::int64_t number) { return number >= field.min && number <= field.max; }

void check_integer(const Field& field, const Json& value, const std::string& path, Findings& findings) {
  if (auto number = as_integer(value)) {
    if (!in_range(field, *number)) findings.error(path, "Must be " + range_text(field));
    return;
  }
  const std::string* text = as_text(&value);
  const auto number = text != nullptr ? plain_integer(*text) : std::nullopt;
  if (number && in_range(field, *number)) {
    findings.warning(path, "Is a number in quotes, which drasi-server refuses; it is rendered as the number " + *text);
    return;
  }
  findings.error(path, "Must be " + range_text(field));
}

void check_boolean(const Json& value, const std::string& path, Findings& findings) {
  if (value.is_boolean()) return;
  const std::string* text = as_text(&value);
  if (text != nullptr && (*text == "true" || *text == "false")) {
    findings.warning(path, "Is a truth value in quotes, which drasi-server refuses; it is rendered as " + *text);
    return;
  }
  findings.error(path, "Must be true or false, written out: drasi-server expands no references here");
}

void check_text(const Field& field, const Json& value, const std::string& path, Findings& findings) {
  const std::string* text = as_text(&value);
  if (text == nullptr) {
    findings.error(path, "Must be text; put it in quotes");
    return;
  }
  if (field.required && text->empty()) findings.error(path, "Must not be empty");
  if (is_reference(value)) {
    findings.warning(path, "References are not expanded in this field: drasi-server takes the text as it stands");
  }
}

void check_texts(const Json& value, const std::string& path, Findings& findings) {
  if (!value.is_array()) {
    findings.error(path, "Must be a list of texts");
    return;
  }
  for (std::size_t index = 0; index < value.size(); ++index) {
    if (!value[index].is_string()) findings.error(child(path, index), "Must be text; put it in quotes");
  }
}

void check_fallback(const Field& field, const std::string& fallback, const std::string& path, Findings& findings) {
  if (field.shape == Shape::IntegerValue) {
    const auto number = plain_integer(fallback);
    if (!number || !in_range(field, *number))
      findings.error(path, "The reference's default must be " + range_text(field));
  } else if (field.shape == Shape::BooleanValue && fallback != "true" && fallback != "false") {
    findings.error(path, "The reference's default must be true or false");
  }
}

// True when the value is a plain one, still to be checked.
bool check_reference(const Field& field, const Json& value, const std::string& path, Resolver resolver,
                     Findings& findings) {
  const ConfigValue read = read_config_value(value);
  switch (read.form) {
    case ConfigValue::Form::Plain:
      return true;
    case ConfigValue::Form::Malformed:
      findings.error(path, read.problem);
      return false;
    case ConfigValue::Form::Secret:
      if (resolver == Resolver::Server) {
        findings.error(path, "drasi-server resolves secrets in plugin fields only; use a plain value or ${NAME} here");
      }
      return false;
    case ConfigValue::Form::Environment:
      if (read.fallback) check_fallback(field, *read.fallback, path, findings);
      return false;
  }
  return false;
}

void check_text_value(const Json& value, const std::string& path, Findings& findings) {
  if (const std::string* text = as_text(&value)) {
    if (const auto name = embedded_reference(*text)) {
      findings.warning(path, "drasi-server expands ${" + *name +
                                 "} only when it is the whole value; inside a longer text it stays as it is");
    }
  } else if (auto number = as_integer(value)) {
    findings.warning(
        path, "Is a number where drasi-server wants text; it is rendered as \"" + std::to_string(*number) + "\"");
  } else {
    findings.error(path,
                   "Must be text (in quotes), ${NAME}, ${NAME:-default} or a reference object with 'kind' and 'name'");
  }
}

}  // namespace

void Findings::add(Finding::Severity severity, std::string path, std::string message) {
  if (findings_.size() >= kMaxFindings) return;
  findings_.push_back({severity, std::move(path), std::move(message)});
}

std::vector<Finding> Findings::in_document_order(const Json& document) && {
  if (findings_.size() > 1) {
    std::unordered_map<std::string, std::size_t> order;
    number_places(document, "", order);
    struct Placed {
      std::size_t place;
      std::size_t found;  // the order of finding decides within one place
      Finding finding;
    };
    std::vector<Placed> placed;
    placed.reserve(findings_.size());
    for (Finding& finding : findings_) {
      const std::size_t place = place_of(finding.path, order);
      placed.push_back({place, placed.size(), std::move(finding)});
    }
    std::ranges::sort(placed, {}, [](const Placed& entry) { return std::pair(entry.place, entry.found); });
    findings_.clear();
    for (Placed& entry : placed) findings_.push_back(std::move(entry.finding));
  }
  return std::move(findings_);
}

std::string child(const std::string& path, std::string_view key) { return path + "/" + json_pointer_token(key); }
std::string child(const std::string& path, std::size_t index) { return path + "/" + std::to_string(index); }

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string nearest = nearest_name(word, candidates);
  return nearest.empty() ? "" : ". Did you mean '" + nearest + "'?";
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  return suggestion(word, std::vector<std::string>(candidates.begin(), candidates.end()));
}

std::string suggestion(std::string_view word, const NameSet& candidates) {
  constexpr std::size_t kMaxCandidates = 200;
  if (candidates.size() > kMaxCandidates) return "";
  return suggestion(word, std::vector<std::string>(candidates.begin(), candidates.end()));
}

void check_value(const Field& field, const Json& value, const std::string& path, Resolver resolver,
                 Findings& findings) {
  switch (field.shape) {
    case Shape::Any:
      return;
    case Shape::Text:
      return check_text(field, value, path, findings);
    case Shape::Texts:
      return check_texts(value, path, findings);
    case Shape::Integer:
      return check_integer(field, value, path, findings);
    case Shape::Boolean:
      return check_boolean(value, path, findings);
    case Shape::Object: {
      check_object(value, path, "an object", findings);
      return;
    }
    case Shape::List: {
      if (!value.is_array()) findings.error(path, "Must be a list");
      return;
    }
    case Shape::TextValue: {
      if (check_reference(field, value, path, resolver, findings)) check_text_value(value, path, findings);
      return;
    }
    case Shape::IntegerValue: {
      if (check_reference(field, value, path, resolver, findings)) check_integer(field, value, path, findings);
      return;
    }
    case Shape::BooleanValue: {
      if (check_reference(field, value, path, resolver, findings)) check_boolean(value, path, findings);
      return;
    }
  }
}

void check_fields(const Json& object, schema::Fields fields, const std::string& path, Resolver resolver,
                  Findings& findings) {
  for (const Field& field : fields) {
    const Json* value = member(object, field.name);
    if (value != nullptr) {
      check_value(field, *value, child(path, field.name), resolver, findings);
    } else if (field.required) {
      findings.error(child(path, field.name), "'" + std::string(field.name) + "' is missing");
    }
  }
}

void check_no_unknown(const Json& object, schema::Fields fields, const std::string& path, std::string_view block,
                      Findings& findings) {
  for (const auto& [key, value] : object.items()) {
    if (schema::find(fields, key) != nullptr) continue;
    findings.error(child(path, key), "'" + key + "' is not a field of " + std::string(block) +
                                         ", and drasi-server refuses it" + suggestion(key, schema::names(fields)));
  }
}

bool check_object(const Json& value, const std::string& path, std::string_view what, Findings& findings) {
  if (value.is_object()) return true;
  findings.error(path, "Must be " + std::string(what) + " with named fields");
  return false;
}

}  // namespace draas::drasi
