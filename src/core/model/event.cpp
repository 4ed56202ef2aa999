#include "core/model/event.hpp"

#include <array>

#include "base/json.hpp"

namespace draas::core {
namespace {

constexpr std::array<std::string_view, 15> kTypeNames{
    "StatusChanged", "PhaseChanged",      "InstanceCreated", "InstanceUpdated", "InstanceDeleted",
    "StandbyFailed", "TrafficSwitched",   "DriftDetected",   "Reconciled",      "ReconciliationFailed",
    "RolledBack",    "ApprovalRequested", "ApprovalDecided", "RolloutChanged",  "PolicyChanged"};

}  // namespace

std::string_view to_string(EventType type) { return kTypeNames.at(static_cast<std::size_t>(type)); }

std::optional<EventType> parse_event_type(std::string_view text) {
  for (std::size_t i = 0; i < kTypeNames.size(); ++i) {
    if (kTypeNames[i] == text) return static_cast<EventType>(i);
  }
  return std::nullopt;
}

// By hand: at a hundred thousand events a second a document tree per event would be most of the work.
void seal(Event& event) {
  std::string out;
  out.reserve(256);
  out += R"({"sequence":)";
  out += std::to_string(event.sequence);
  out += R"(,"type":")";
  out += to_string(event.type);
  out += R"(","instanceId":)";
  append_json_string(out, event.instance_id);
  if (!event.instance_id.empty()) {
    out += R"(,"oldStatus":")";
    out += to_string(event.old_status);
    out += R"(","newStatus":")";
    out += to_string(event.new_status);
    out += '"';
  }
  out += R"(,"source":)";
  append_json_string(out, event.source);
  out += R"(,"timestamp":")";
  out += to_rfc3339(event.timestamp);
  out += R"(","metadata":{)";
  bool first = true;
  for (const auto& [name, value] : event.metadata) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  out += "}}";
  event.json = std::make_shared<const std::string>(std::move(out));
}

std::string event_document_id(std::uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  std::string id(20 - digits.size(), '0');
  return id += digits;
}

Result<Event> event_from_document(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return fail(ErrorCode::DataLoss, "An event in the store is not readable: " + parsed.error().message);
  try {
    const Json& in = *parsed;
    Event event;
    event.sequence = in.at("sequence").get<std::uint64_t>();
    event.type = parse_event_type(in.at("type").get<std::string>()).value_or(EventType::StatusChanged);
    event.instance_id = in.at("instanceId").get<std::string>();
    event.old_status = parse_instance_status(in.value("oldStatus", std::string())).value_or(InstanceStatus::Created);
    event.new_status = parse_instance_status(in.value("newStatus", std::string())).value_or(InstanceStatus::Created);
    event.source = in.at("source").get<std::string>();
    auto time = parse_rfc3339(in.at("timestamp").get<std::string>());
    if (!time) return std::unexpected(time.error());
    event.timestamp = *time;
    for (const auto& [name, value] : in.at("metadata").items()) event.metadata[name] = value.get<std::string>();
    event.json = std::make_shared<const std::string>(body);
    return event;
  } catch (const std::exception& error) {
    return fail(ErrorCode::DataLoss, std::string("An event in the store is not readable: ") + error.what());
  }
}

}  // namespace draas::core
