#include "simulator/component.hpp"

#include <array>

#include "simulator/clock_text.hpp"

namespace draas::simulator {

namespace {

struct TypeNames {
  std::string_view title;
  std::string_view lower;
  std::string_view plural;
};

// In the order of ComponentType.
constexpr std::array<TypeNames, 3> kTypeNames = {
    {{"Source", "source", "sources"}, {"Query", "query", "queries"}, {"Reaction", "reaction", "reactions"}}};

const TypeNames& names_of(ComponentType type) { return kTypeNames.at(static_cast<std::size_t>(type)); }

}  // namespace

std::string_view to_string(ComponentType type) { return names_of(type).title; }
std::string_view lower_name(ComponentType type) { return names_of(type).lower; }
std::string_view plural_name(ComponentType type) { return names_of(type).plural; }

std::string_view to_string(ComponentStatus status) {
  switch (status) {
    case ComponentStatus::Added:
      return "Added";
    case ComponentStatus::Starting:
      return "Starting";
    case ComponentStatus::Running:
      return "Running";
    case ComponentStatus::Stopping:
      return "Stopping";
    case ComponentStatus::Stopped:
      return "Stopped";
    case ComponentStatus::Removed:
      return "Removed";
    case ComponentStatus::Reconfiguring:
      return "Reconfiguring";
    case ComponentStatus::Error:
      return "Error";
  }
  return "";
}

std::string debug_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? ", \"" : "\"") + item + "\"";
  return out + "]";
}

Json ComponentEvent::to_json() const {
  Json out = {{"componentId", id},
              {"componentType", to_string(type)},
              {"status", to_string(status)},
              {"timestamp", timestamp_text(time)}};
  if (message) out["message"] = *message;
  return out;
}

Json ComponentLogLine::to_json() const {
  std::string name(to_string(level));
  for (std::size_t index = 1; index < name.size(); ++index) name[index] = static_cast<char>(name[index] - 'A' + 'a');
  return {{"timestamp", timestamp_text(time)},
          {"level", name},
          {"message", message},
          {"componentId", id},
          {"componentType", to_string(type)}};
}

Json QueryEmission::metadata() const {
  return {{"processed_by", "drasi-core"}, {"result_count", results.size()}, {"source_id", source_id}};
}

Json QueryEmission::to_json() const {
  return {{"query_id", query_id},
          {"sequence", sequence},
          {"timestamp", timestamp_text(time)},
          {"results", results},
          {"metadata", metadata()},
          {"profiling",
           {{"source_ns", nullptr},
            {"reactivator_start_ns", nullptr},
            {"reactivator_end_ns", nullptr},
            {"source_receive_ns", time},
            {"source_send_ns", nullptr},
            {"query_receive_ns", time},
            {"query_core_call_ns", time},
            {"query_core_return_ns", time},
            {"query_send_ns", time},
            {"reaction_receive_ns", nullptr},
            {"reaction_complete_ns", nullptr}}}};
}

DrasiFailure DrasiFailure::not_found(std::string_view type, const std::string& id) {
  return {Kind::NotFound, std::string(type), id, ""};
}

DrasiFailure DrasiFailure::operation(std::string_view operation, std::string_view type, const std::string& id,
                                     const std::string& reason) {
  return {Kind::OperationFailed, std::string(type), id,
          "Failed to " + std::string(operation) + " " + std::string(type) + " '" + id + "': " + reason};
}

std::string DrasiFailure::text() const {
  switch (kind) {
    case Kind::NotFound:
      return component_type + " '" + component_id + "' not found";
    case Kind::InvalidState:
      return "Invalid state: " + message;
    case Kind::Validation:
      return "Validation failed: " + message;
    default:
      return message;
  }
}

}  // namespace draas::simulator
