#include "net/relay.hpp"

#include <array>
#include <stdexcept>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "net/text.hpp"

namespace draas::net {
namespace {

constexpr std::array<std::string_view, 14> kOfConnection{"Connection",
                                                         "Keep-Alive",
                                                         "Proxy-Connection",
                                                         "Proxy-Authenticate",
                                                         "Proxy-Authorization",
                                                         "TE",
                                                         "Trailer",
                                                         "Upgrade",
                                                         "Content-Length",
                                                         "Transfer-Encoding",
                                                         "Host",
                                                         "Expect",
                                                         "Date",
                                                         "Server"};

// False when the upstream broke its response off.
Task<bool> relay(std::shared_ptr<ResponseStream> upstream, std::chrono::milliseconds idle_timeout, BodyWriter& writer) {
  for (;;) {
    const auto piece = co_await upstream->read(idle_timeout);
    if (!piece) co_return false;
    if (piece->empty()) co_return true;
    const auto sent = co_await writer.write(*piece);
    if (!sent) co_return true;
  }
}

}  // namespace

bool belongs_to_connection(const Headers& headers, std::string_view name) {
  for (const std::string_view known : kOfConnection) {
    if (equals_ignoring_case(name, known)) return true;
  }
  return headers.contains_token("Connection", name);
}

Task<void> relay_while_wanted(std::shared_ptr<ResponseStream> upstream, std::chrono::milliseconds idle_timeout,
                              BodyWriter& writer) {
  using asio::experimental::awaitable_operators::operator||;
  auto relayed = relay(std::move(upstream), idle_timeout, writer);
  auto left = writer.wait_closed();
  auto either = std::move(relayed) || std::move(left);
  const auto outcome = co_await std::move(either);
  const auto* complete = std::get_if<0>(&outcome);
  if (complete != nullptr && !*complete) throw std::runtime_error("the upstream broke off its response");
}

}  // namespace draas::net
