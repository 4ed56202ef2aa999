#include "simulator/api_answer.hpp"

#include <algorithm>
#include <array>

#include "base/yaml.hpp"

namespace draas::simulator {

namespace {

std::string lower(std::string_view text) {
  std::string out;
  for (char c : text) out.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
  return out;
}

bool is_yaml(const HttpRequest& request) {
  std::string type = lower(header_value(request.headers, "content-type"));
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  while (!type.empty() && type.front() == ' ') type.erase(0, 1);
  static constexpr std::array<std::string_view, 5> kTypes = {"application/yaml", "application/x-yaml", "text/yaml",
                                                             "text/x-yaml", "text/vnd.yaml"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

// An anchor or alias that begins a node, outside of quotes and comments.
bool has_anchor(std::string_view text) {
  bool boundary = true;
  for (std::size_t index = 0; index < text.size(); ++index) {
    char c = text[index];
    if (c == '#') {
      index = std::min(text.find('\n', index), text.size());
      boundary = true;
    } else if (c == '\'' || c == '"') {
      for (++index; index < text.size() && text[index] != c; ++index) {
        if (c == '"' && text[index] == '\\') ++index;
      }
      boundary = false;
    } else if (c == '&' || c == '*') {
      char next = index + 1 < text.size() ? text[index + 1] : ' ';
      bool name = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9') ||
                  next == '_' || next == '-';
      if (boundary && name) return true;
      boundary = false;
    } else {
      boundary = std::string_view(" \t\r\n-:,[{").find(c) != std::string_view::npos;
    }
  }
  return false;
}

std::string format_name(const HttpRequest& request) { return is_yaml(request) ? "YAML" : "JSON"; }

HttpResponse parse_failure(const HttpRequest& request, const std::string& reason) {
  return failure("INVALID_REQUEST", "Failed to parse " + format_name(request) + " request body",
                 ErrorDetails{{}, {}, reason});
}

}  // namespace

HttpResponse json_answer(int status, const Json& body) {
  return {status, {{"content-type", "application/json"}}, to_text(body)};
}

HttpResponse text_answer(int status, std::string text) {
  return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(text)};
}

HttpResponse empty_answer(int status) { return {status, {}, ""}; }

HttpResponse success(Json data) {
  return json_answer(200, Json{{"success", true}, {"data", std::move(data)}, {"error", nullptr}});
}

HttpResponse success_message(std::string message) { return success(Json{{"message", std::move(message)}}); }

int status_of_code(std::string_view code) {
  if (code.ends_with("_NOT_FOUND")) return 404;
  if (code == "CONFIG_READ_ONLY" || code == "DUPLICATE_RESOURCE") return 409;
  if (code == "INVALID_REQUEST" || code == "PLUGIN_INVALID_PATH" || code == "PLUGIN_INVALID_CATEGORY") return 400;
  if (code == "PLUGIN_NO_DIRECTORY") return 503;
  if (code == "PLUGIN_INSTALL_FAILED" || code == "PLUGIN_SEARCH_FAILED") return 502;
  return 500;
}

HttpResponse failure(std::string_view code, std::string message, const std::optional<ErrorDetails>& details) {
  Json body = {{"code", code}, {"message", std::move(message)}};
  if (details) {
    Json block = Json::object();
    if (details->component_type) block["component_type"] = *details->component_type;
    if (details->component_id) block["component_id"] = *details->component_id;
    if (details->technical) block["technical_details"] = *details->technical;
    body["details"] = std::move(block);
  }
  return json_answer(status_of_code(code), body);
}

HttpResponse failure(const DrasiFailure& reason) {
  using Kind = DrasiFailure::Kind;
  switch (reason.kind) {
    case Kind::NotFound: {
      std::string code;
      for (char c : reason.component_type) code.push_back(static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
      return failure(code + "_NOT_FOUND", reason.text());
    }
    case Kind::InvalidState:
    case Kind::Validation:
      return failure("INVALID_REQUEST", reason.message);
    default:
      return failure("INTERNAL_ERROR", reason.message);
  }
}

HttpResponse unfit_body(const HttpRequest& request, const std::string& reason) {
  // Positions are given as the deserialiser gives them for a body of one line.
  if (is_yaml(request) || request.body.find('\n') != std::string::npos) return parse_failure(request, reason);
  return parse_failure(request, reason + " at line 1 column " + std::to_string(request.body.size()));
}

std::expected<Json, HttpResponse> read_config_body(const HttpRequest& request) {
  if (request.body_too_large) {
    HttpResponse answer =
        failure("INVALID_REQUEST", "Failed to read request body", ErrorDetails{{}, {}, "length limit exceeded"});
    answer.status = 413;
    return std::unexpected(std::move(answer));
  }
  if (!is_yaml(request)) {
    auto parsed = parse_json(request.body);
    if (parsed) return std::move(*parsed);
    return std::unexpected(parse_failure(request, parsed.error().message));
  }
  if (has_anchor(request.body)) {
    return std::unexpected(failure("INVALID_REQUEST", "YAML anchors and aliases are not permitted in request bodies"));
  }
  auto parsed = parse_yaml(request.body);
  if (!parsed) return std::unexpected(parse_failure(request, parsed.error().message));
  return std::move(parsed->value);
}

}  // namespace draas::simulator
