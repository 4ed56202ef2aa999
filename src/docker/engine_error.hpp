#pragma once
// From what the engine answers, or does not answer, to errors that say what to do.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "docker/endpoint.hpp"

namespace draas::docker {

// An answer with a status of 400 or more. `body` is the engine's: {"message": "..."}.
Error error_of_answer(int status, std::string_view body);
// An error text inside a stream that began well (a pull).
Error error_of_message(std::string_view message);
// The engine could not be talked to. Looks at the socket file for the reason; does not block.
Error error_of_connection(Error error, const EngineEndpoint& endpoint);

}  // namespace draas::docker
