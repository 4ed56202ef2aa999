#pragma once
// The shapes of the simulated API's answers: success envelope, error body, and the status that each code has.

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "simulator/component.hpp"
#include "simulator/http_wire.hpp"

namespace draas::simulator {

HttpResponse json_answer(int status, const Json& body);
HttpResponse text_answer(int status, std::string text);
HttpResponse empty_answer(int status);

// {success: true, data, error: null}
HttpResponse success(Json data);
// ... with data.message
HttpResponse success_message(std::string message);

struct ErrorDetails {
  std::optional<std::string> component_type;
  std::optional<std::string> component_id;
  std::optional<std::string> technical;
};

int status_of_code(std::string_view code);
// {code, message, details?}, with the status of the code.
HttpResponse failure(std::string_view code, std::string message, const std::optional<ErrorDetails>& details = {});
HttpResponse failure(const DrasiFailure& reason);

// A body in the format of the request's Content-Type (JSON unless it says YAML). The error is the answer to send.
std::expected<Json, HttpResponse> read_config_body(const HttpRequest& request);
// The answer to a body that parsed but does not fit.
HttpResponse unfit_body(const HttpRequest& request, const std::string& reason);

}  // namespace draas::simulator
