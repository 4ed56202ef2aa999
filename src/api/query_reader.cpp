#include "api/query_reader.hpp"

#include <charconv>

#include "net/text.hpp"

namespace draas::api {

QueryReader::QueryReader(const net::Request& request) {
  if (!request.query.empty()) parameters_ = request.query_parameters();
}

std::optional<std::string> QueryReader::text(std::string_view name) {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> QueryReader::list(std::string_view name) {
  std::vector<std::string> out;
  for (const auto& [key, value] : parameters_) {
    if (key != name) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto item = net::next_list_item(rest);
      if (!item.empty()) out.emplace_back(item);
    }
  }
  return out;
}

std::optional<std::uint64_t> QueryReader::integer(std::string_view name, std::uint64_t min, std::uint64_t max) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  std::uint64_t number = 0;
  const auto* last = value->data() + value->size();
  const auto [end, error] = std::from_chars(value->data(), last, number);
  if (error != std::errc() || end != last || number < min || number > max) {
    std::string rule = "must be a whole number";
    if (max == UINT64_MAX) {
      if (min > 0) rule += " of at least " + std::to_string(min);
    } else {
      rule += " from " + std::to_string(min) + " to " + std::to_string(max);
    }
    add_fault(name, std::move(rule));
    return std::nullopt;
  }
  return number;
}

std::optional<bool> QueryReader::boolean(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  for (const std::string_view yes : {"", "true", "1", "yes"}) {
    if (net::equals_ignoring_case(*value, yes)) return true;
  }
  for (const std::string_view no : {"false", "0", "no"}) {
    if (net::equals_ignoring_case(*value, no)) return false;
  }
  add_fault(name, "must be true or false");
  return std::nullopt;
}

std::optional<Duration> QueryReader::duration(std::string_view name, Duration max) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  auto parsed = parse_duration(*value);
  if (!parsed) {
    add_fault(name, "must be a time span such as 5, 5s or 00:00:05");
    return std::nullopt;
  }
  if (*parsed < Duration::zero() || *parsed > max) {
    add_fault(name, "must be from 0 to " + to_text(max));
    return std::nullopt;
  }
  return *parsed;
}

std::optional<WallTime> QueryReader::time(std::string_view name) {
  auto value = text(name);
  if (!value) return std::nullopt;
  // An unescaped '+' of an offset ("+02:00") arrives as a space.
  for (auto& c : *value) {
    if (c == ' ') c = '+';
  }
  auto parsed = parse_rfc3339(*value);
  if (!parsed) {
    add_fault(name, "must be a time such as 2026-01-28T14:35:22Z");
    return std::nullopt;
  }
  return *parsed;
}

std::vector<core::InstanceStatus> QueryReader::statuses(std::string_view name) {
  std::vector<core::InstanceStatus> out;
  for (const auto& item : list(name)) {
    if (const auto status = core::parse_instance_status(item)) {
      out.push_back(*status);
    } else {
      add_fault(name,
                "'" + item + "' is not a status; known are Created, Running, Stopped, Error, ConfigurationChanged");
    }
  }
  return out;
}

void QueryReader::add_fault(std::string_view name, std::string message) {
  faults_.push_back({"?" + std::string(name), std::move(message)});
}

Status QueryReader::finish() const {
  if (faults_.empty()) return {};
  return fail(ErrorCode::InvalidArgument, faults_.front().path + ": " + faults_.front().message, faults_);
}

}  // namespace draas::api
