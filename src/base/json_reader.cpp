#include "base/json_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace draas {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// Insertions, deletions, replacements and swaps of neighbours; capitals count as their small letters.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before_last(right.size() + 1);
  std::vector<std::size_t> last(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const bool same = lower(left[i - 1]) == lower(right[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped =
          i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2]) && lower(left[i - 2]) == lower(right[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[right.size()];
}

std::optional<std::int64_t> as_integer(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (!std::in_range<std::int64_t>(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  // JSON itself has one kind of number, and some writers spell 5 as 5.0.
  constexpr double kExact = 9007199254740992.0;
  const double number = value.get<double>();
  if (std::trunc(number) != number || std::abs(number) > kExact) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string range_text(const std::string& min, const std::string& max) { return "between " + min + " and " + max; }

std::string list_of(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

}  // namespace

JsonReader::JsonReader(const Json& value, std::string path) : value_(value), path_(std::move(path)) {
  if (!value_.is_object()) add_fault("", "not an object");
}

const Json* JsonReader::find(std::string_view key, std::initializer_list<std::string_view> aliases) {
  known_.emplace_back(key);
  known_.insert(known_.end(), aliases.begin(), aliases.end());
  if (!value_.is_object()) return nullptr;
  const Json* found = nullptr;
  std::string_view found_as;
  const auto look_for = [&](std::string_view name) {
    const auto member = value_.find(std::string(name));
    if (member == value_.end()) return;
    if (found != nullptr) {
      add_fault(name, "given twice, as '" + std::string(found_as) + "' and as '" + std::string(name) + "'");
      return;
    }
    found = &*member;
    found_as = name;
  };
  look_for(key);
  for (const std::string_view alias : aliases) look_for(alias);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string JsonReader::required_string(std::string_view key, std::initializer_list<std::string_view> aliases) {
  const std::size_t faults_before = faults_.size();
  auto text = optional_string(key, aliases);
  if (!text && faults_.size() == faults_before) add_fault(key, "missing");
  return std::move(text).value_or("");
}

std::optional<std::string> JsonReader::optional_string(std::string_view key,
                                                       std::initializer_list<std::string_view> aliases) {
  const Json* value = find(key, aliases);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    add_fault(key, "not a string");
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::optional<std::int64_t> JsonReader::optional_integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const Json* value = find(key, {});
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    add_fault(key, "not an integer");
    return std::nullopt;
  }
  const auto number = as_integer(*value);
  const bool fractional = value->is_number_float() && !number;
  if (fractional || !number || *number < min || *number > max) {
    add_fault(key, "not an integer " + range_text(std::to_string(min), std::to_string(max)));
    return std::nullopt;
  }
  return number;
}

std::optional<double> JsonReader::optional_number(std::string_view key, double min, double max) {
  const Json* value = find(key, {});
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    add_fault(key, "not a number");
    return std::nullopt;
  }
  const double number = value->get<double>();
  if (!(number >= min && number <= max)) {
    add_fault(key, "not a number " + range_text(to_text(Json(min)), to_text(Json(max))));
    return std::nullopt;
  }
  return number;
}

std::optional<bool> JsonReader::optional_boolean(std::string_view key) {
  const Json* value = find(key, {});
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) {
    add_fault(key, "neither true nor false");
    return std::nullopt;
  }
  return value->get<bool>();
}

std::optional<std::vector<std::string>> JsonReader::optional_strings(std::string_view key) {
  const Json* array = optional_array(key);
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> strings;
  strings.reserve(array->size());
  bool all_good = true;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const Json& element = (*array)[i];
    if (element.is_string()) {
      strings.push_back(element.get<std::string>());
    } else {
      add_faults(key, {Fault{"/" + std::to_string(i), "not a string"}});
      all_good = false;
    }
  }
  if (!all_good) return std::nullopt;
  return strings;
}

std::optional<std::vector<std::pair<std::string, std::string>>> JsonReader::optional_string_map(std::string_view key) {
  const Json* object = optional_object(key);
  if (object == nullptr) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> entries;
  entries.reserve(object->size());
  bool all_good = true;
  for (const auto& [name, element] : object->get_ref<const Json::object_t&>()) {
    if (element.is_string()) {
      entries.emplace_back(name, element.get<std::string>());
    } else if (element.is_number() || element.is_boolean()) {
      entries.emplace_back(name, to_text(element));
    } else {
      add_faults(key, {Fault{"/" + json_pointer_token(name), "not a string"}});
      all_good = false;
    }
  }
  if (!all_good) return std::nullopt;
  return entries;
}

std::optional<std::size_t> JsonReader::optional_enum(std::string_view key, const std::vector<std::string_view>& names) {
  const Json* value = find(key, {});
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    const auto& text = value->get_ref<const std::string&>();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (equal_ignoring_case(names[i], text)) return i;
    }
  } else if (value->is_number()) {
    const auto index = as_integer(*value);
    if (index && *index >= 0 && std::cmp_less(*index, names.size())) return static_cast<std::size_t>(*index);
  }
  add_fault(key, "not one of " + list_of(names));
  return std::nullopt;
}

const Json* JsonReader::optional_any(std::string_view key, std::initializer_list<std::string_view> aliases) {
  return find(key, aliases);
}

const Json* JsonReader::optional_object(std::string_view key) {
  const Json* value = find(key, {});
  if (value == nullptr || value->is_object()) return value;
  add_fault(key, "not an object");
  return nullptr;
}

const Json* JsonReader::optional_array(std::string_view key) {
  const Json* value = find(key, {});
  if (value == nullptr || value->is_array()) return value;
  add_fault(key, "not an array");
  return nullptr;
}

void JsonReader::add_fault(std::string_view key, std::string message) {
  std::string path = path_;
  if (!key.empty()) path.append("/").append(json_pointer_token(key));
  faults_.push_back(Fault{std::move(path), std::move(message)});
}

void JsonReader::add_faults(std::string_view key, const std::vector<Fault>& faults) {
  std::string base = path_;
  if (!key.empty()) base.append("/").append(json_pointer_token(key));
  for (const Fault& fault : faults) faults_.push_back(Fault{base + fault.path, fault.message});
}

void JsonReader::reject_unknown() {
  if (!value_.is_object()) return;
  for (const auto& [key, value] : value_.get_ref<const Json::object_t&>()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    std::string message = "unknown key";
    const std::string nearest = nearest_name(key, known_);
    if (!nearest.empty()) message += "; did you mean '" + nearest + "'?";
    // Not add_fault: a key "" would be taken for the object itself.
    faults_.push_back(Fault{path_ + "/" + json_pointer_token(key), std::move(message)});
  }
}

Status JsonReader::finish() const {
  if (faults_.empty()) return {};
  const Fault& first = faults_.front();
  std::string message = first.path.empty() ? first.message : first.path + ": " + first.message;
  if (faults_.size() > 1) message += " (and " + std::to_string(faults_.size() - 1) + " more)";
  return fail(ErrorCode::InvalidArgument, std::move(message), faults_);
}

std::string json_pointer_token(std::string_view key) {
  std::string token;
  token.reserve(key.size());
  for (const char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token.push_back(c);
    }
  }
  return token;
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongestWord = 128;  // what is longer is no slip of a name
  if (word.empty() || word.size() > kLongestWord) return "";
  const std::string* nearest = nullptr;
  std::size_t smallest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    // A distance of the word's whole length means that nothing is alike.
    if (distance < smallest && distance < std::max(word.size(), candidate.size())) {
      smallest = distance;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? "" : *nearest;
}

}  // namespace draas
