#include "net/http_server.hpp"

#include "base/log.hpp"
#include "net/listening_socket.hpp"
#include "net/server_loop.hpp"

namespace draas::net {
namespace {

constexpr std::chrono::seconds kCancelledHandlers{2};  // to see that they were cancelled

}  // namespace

struct HttpServer::Impl {
  Impl(ServerOptions options, RequestHandler& handler) : shared(std::move(options), handler) {
    const auto threads = std::max<std::size_t>(shared.options.threads, 1);
    for (std::size_t i = 0; i < threads; ++i) {
      loops.push_back(std::make_unique<ServerLoop>("http-" + std::to_string(i), shared));
    }
  }

  bool wait_for_end(std::chrono::milliseconds timeout) {
    std::unique_lock lock(shared.mutex);
    return shared.all_ended.wait_for(lock, timeout, [this] { return shared.in_progress.load() == 0; });
  }

  ServerShared shared;
  std::vector<ListenAddress> addresses;
  std::vector<std::unique_ptr<ServerLoop>> loops;
  bool running = false;
};

HttpServer::HttpServer(ServerOptions options, RequestHandler& handler)
    : impl_(std::make_unique<Impl>(std::move(options), handler)) {}

HttpServer::~HttpServer() { stop(); }

Status HttpServer::start() {
  auto& impl = *impl_;
  if (impl.shared.options.listen.empty()) return fail(ErrorCode::InvalidArgument, "no address to listen on");
  for (auto address : impl.shared.options.listen) {
    auto sockets = listen_on(address, impl.loops.size());
    if (!sockets) return std::unexpected(sockets.error());
    for (std::size_t i = 0; i < impl.loops.size(); ++i) {
      if (auto added = impl.loops[i]->add_listener(std::move((*sockets)[i])); !added) return added;
    }
    impl.addresses.push_back(address);
  }
  for (auto& loop : impl.loops) {
    if (auto started = loop->start(); !started) return started;
  }
  impl.running = true;
  return {};
}

std::vector<ListenAddress> HttpServer::addresses() const { return impl_->addresses; }

void HttpServer::stop() {
  auto& impl = *impl_;
  if (!impl.running) return;
  impl.running = false;
  for (auto& loop : impl.loops) loop->begin_drain();
  if (!impl.wait_for_end(impl.shared.options.limits.drain_timeout)) {
    log_warn("closing connections that did not end in time", {{"connections", impl.shared.connections.load()}});
    for (auto& loop : impl.loops) loop->close_all();
    if (!impl.wait_for_end(kCancelledHandlers)) {
      log_warn("request handlers did not end when cancelled", {{"running", impl.shared.in_progress.load()}});
    }
  }
  for (auto& loop : impl.loops) loop->event_loop().stop();
}

std::vector<EventLoop*> HttpServer::loops() {
  std::vector<EventLoop*> out;
  for (auto& loop : impl_->loops) out.push_back(&loop->event_loop());
  return out;
}

std::size_t HttpServer::connection_count() const { return impl_->shared.connections.load(); }

}  // namespace draas::net
