#include "net/http_client.hpp"

#include "net/client_exchange.hpp"

namespace draas::net {

struct HttpClient::Impl : ClientCore {
  using ClientCore::ClientCore;
};

HttpClient::HttpClient(Executor executor, ClientOptions options)
    : impl_(std::make_shared<Impl>(executor, std::move(options))) {}

HttpClient::~HttpClient() { impl_->shut_down(); }

Task<Result<ClientResponse>> HttpClient::send(Endpoint endpoint, ClientRequest request,
                                              std::chrono::milliseconds timeout) {
  // Kept by the call: the client may be destroyed while it waits.
  std::shared_ptr<ClientCore> core = impl_;
  ClientExchange exchange(core, std::move(endpoint), std::move(request), timeout);
  auto opened = co_await exchange.run();
  if (!opened) co_return std::unexpected(opened.error());
  co_return co_await exchange.read_all();
}

Task<Result<std::unique_ptr<ResponseStream>>> HttpClient::open(Endpoint endpoint, ClientRequest request,
                                                               std::chrono::milliseconds header_timeout) {
  std::shared_ptr<ClientCore> core = impl_;
  ClientExchange exchange(core, std::move(endpoint), std::move(request), header_timeout);
  auto opened = co_await exchange.run();
  if (!opened) co_return std::unexpected(opened.error());
  co_return exchange.into_stream();
}

}  // namespace draas::net
