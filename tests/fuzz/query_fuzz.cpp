// The small texts of requests and settings: query strings, label selectors, percent coding, URLs, trace contexts, names
// of images. What is accepted means the same when it is written and read again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/query_reader.hpp"
#include "core/instances/selector.hpp"
#include "docker/image_reference.hpp"
#include "net/http_client.hpp"
#include "net/trace_context.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  if (draas::net::percent_decode(draas::net::percent_encode(text)) != text) std::abort();
  (void)draas::net::percent_decode(text);

  draas::net::Request request;
  request.path = "/";
  request.query = text;
  draas::api::QueryReader reader(request);
  (void)reader.text("q");
  (void)reader.list("types");
  (void)reader.integer("limit", 1, 1'000);
  (void)reader.boolean("follow");
  (void)reader.duration("wait", std::chrono::milliseconds(1'000));
  (void)reader.time("since");
  (void)reader.statuses("status");
  if (const auto read = reader.finish(); !read && read.error().faults.empty()) std::abort();

  if (const auto selector = draas::core::Selector::parse(text)) {
    (void)selector->matches({});
    (void)selector->matches({{"env", "prod"}, {std::string(text.substr(0, 8)), "x"}});
  } else if (selector.error().message.empty()) {
    std::abort();
  }

  if (const auto endpoint = draas::net::Endpoint::parse(text)) {
    const auto again = draas::net::Endpoint::parse(endpoint->to_string());
    if (!again || again->to_string() != endpoint->to_string()) std::abort();
  }
  if (const auto image = draas::docker::parse_image_reference(text)) {
    if (image->path.empty() || image->name().empty()) std::abort();
  }
  draas::net::TraceContext trace;
  draas::net::assign_trace(trace, text);
  if (trace.trace_id.size() != 32 || trace.parent_id.size() != 16) std::abort();
  return 0;
}
