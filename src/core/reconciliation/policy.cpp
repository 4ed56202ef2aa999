#include "core/reconciliation/policy.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/clock.hpp"
#include "base/json_reader.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kMaxStrategyName = 64;
constexpr std::size_t kMaxWindows = 64;
constexpr std::int64_t kMaxRetries = 100;
constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

struct Span {
  const char* name;
  Duration min;
  Duration max;
};
constexpr std::array<Span, 3> kSpans{{{"retryDelay", Duration(0), std::chrono::hours(24)},
                                      {"timeout", std::chrono::seconds(1), std::chrono::hours(24)},
                                      {"approvalExpiry", std::chrono::seconds(1), std::chrono::hours(24 * 365)}}};

std::optional<Duration> read_span(const Json& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() < 100'000'000) {
    return std::chrono::seconds(value.get<std::int64_t>());
  }
  if (!value.is_string()) return std::nullopt;
  auto parsed = parse_duration(value.get_ref<const std::string&>());
  return parsed ? std::optional(*parsed) : std::nullopt;
}

void take_span(JsonReader& reader, Json& out, const Span& span) {
  const Json* value = reader.optional_any(span.name);
  if (value == nullptr) return;
  const auto duration = read_span(*value);
  if (!duration || *duration < span.min || *duration > span.max) {
    reader.add_fault(span.name,
                     "must be a time span such as \"30s\" from " + to_text(span.min) + " to " + to_text(span.max));
    return;
  }
  out[span.name] = to_text(*duration);
}

void take_name(JsonReader& reader, Json& out, const char* key) {
  auto name = reader.optional_string(key);
  if (!name) return;
  if (name->empty() || name->size() > kMaxStrategyName) {
    reader.add_fault(key, "must have 1 to " + std::to_string(kMaxStrategyName) + " characters");
    return;
  }
  out[key] = std::move(*name);
}

// "Mon", "monday" -> "Mon"; "" when it is none.
std::string_view day_of(const std::string& text) {
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 7> kLong{"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};
  for (std::size_t i = 0; i < kDays.size(); ++i) {
    if (lower == kLong.at(i) || lower == kLong.at(i).substr(0, 3)) return kDays.at(i);
  }
  return {};
}

bool two_digits(std::string_view text, int max) {
  return text.size() == 2 && std::isdigit(static_cast<unsigned char>(text[0])) != 0 &&
         std::isdigit(static_cast<unsigned char>(text[1])) != 0 && (text[0] - '0') * 10 + (text[1] - '0') <= max;
}

bool is_time_of_day(std::string_view text, bool may_end_the_day) {
  if (may_end_the_day && text == "24:00") return true;
  return text.size() == 5 && text[2] == ':' && two_digits(text.substr(0, 2), 23) && two_digits(text.substr(3), 59);
}

bool is_time_zone(std::string_view text) {
  if (text == "UTC" || text == "Z") return true;
  return text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
         two_digits(text.substr(1, 2), 14) && two_digits(text.substr(4), 59);
}

Json read_window(const Json& value, const std::string& path, JsonReader& outer) {
  JsonReader reader(value, path);
  Json out = Json::object();
  if (const auto days = reader.optional_strings("days")) {
    if (days->empty()) reader.add_fault("days", "must name a day, or be left out for all of them");
    Json& list = out["days"] = Json::array();
    for (const std::string& text : *days) {
      const std::string_view day = day_of(text);
      if (day.empty())
        reader.add_fault("days", "'" + text + "' is not a day; days are Mon, Tue, Wed, Thu, Fri, Sat, Sun");
      list.push_back(day);
    }
  }
  for (const char* key : {"from", "to"}) {
    const auto faults = reader.faults().size();
    const std::string time = reader.required_string(key);
    const bool is_end = std::string_view(key) == "to";
    if (reader.faults().size() == faults && !is_time_of_day(time, is_end)) {
      reader.add_fault(
          key, is_end ? "must be a time of day such as 04:00, at most 24:00" : "must be a time of day such as 22:00");
    }
    out[key] = time;
  }
  const std::string zone = reader.optional_string("timeZone").value_or("UTC");
  if (!is_time_zone(zone)) reader.add_fault("timeZone", "must be UTC or an offset such as +02:00");
  out["timeZone"] = zone == "Z" ? "UTC" : zone;
  reader.reject_unknown();
  outer.add_faults("", reader.faults());
  return out;
}

void take_windows(JsonReader& reader, Json& out) {
  const Json* windows = reader.optional_array("windows");
  if (windows == nullptr) return;
  if (windows->size() > kMaxWindows) {
    reader.add_fault("windows", "must be at most " + std::to_string(kMaxWindows));
    return;
  }
  Json& list = out["windows"] = Json::array();
  for (std::size_t i = 0; i < windows->size(); ++i) {
    list.push_back(read_window((*windows)[i], "/windows/" + std::to_string(i), reader));
  }
}

void take_if_absent(Json& out, const Json& from, const char* name) {
  if (out.contains(name)) return;
  if (auto member = from.find(name); member != from.end()) out[name] = *member;
}

}  // namespace

Result<Json> read_policy(const Json& body) {
  JsonReader reader(body);
  Json out = Json::object();
  take_name(reader, out, "strategy");
  if (const Json* parameters = reader.optional_object("parameters")) out["parameters"] = *parameters;
  for (const char* key : {"paused", "autoReconcile", "reconcileErrorInstances", "reconcileStoppedInstances"}) {
    if (const auto flag = reader.optional_boolean(key)) out[key] = *flag;
  }
  if (auto reason = reader.optional_string("pauseReason")) out["pauseReason"] = std::move(*reason);
  if (const auto retries = reader.optional_integer("maxRetries", 0, kMaxRetries)) out["maxRetries"] = *retries;
  for (const Span& span : kSpans) take_span(reader, out, span);
  take_name(reader, out, "fallback");
  if (const auto rollback = reader.optional_boolean("autoRollback")) out["autoRollback"] = *rollback;
  take_windows(reader, out);
  reader.reject_unknown();
  if (Status ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return out;
}

Json effective_policy(const Json& own, const Json& fleet) {
  Json out = own;
  const bool other_strategy = own.contains("strategy") && own["strategy"] != fleet.value("strategy", std::string());
  const bool own_pause = own.contains("paused");
  for (const auto& [name, value] : fleet.items()) {
    if (name == "parameters" && other_strategy) continue;
    if (name == "pauseReason" && own_pause) continue;
    take_if_absent(out, fleet, name.c_str());
  }
  return out;
}

}  // namespace draas::core
