#include "net/server_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include <sys/socket.h>

#include <boost/asio/post.hpp>

#include "base/exception_text.hpp"
#include "base/log.hpp"
#include "net/http_connection.hpp"
#include "net/listening_socket.hpp"

namespace draas::net {
namespace {

constexpr int kEventsAtOnce = 256;
constexpr int kRoundsAtOnce = 4;     // of events before the loop's other work has its turn
constexpr int kAcceptsAtOnce = 128;  // before the connections have theirs
constexpr std::size_t kSpareExchanges = 64;
constexpr std::size_t kSpareBuffers = 64;
constexpr std::size_t kLargestSpareBuffer = 128U << 10U;
constexpr std::size_t kOverloadAnswers = 256;  // connections over the limit that are told so; beyond: just closed
constexpr std::chrono::milliseconds kAcceptRetry{100};
constexpr std::chrono::milliseconds kMaxSweep{1'000};
constexpr std::chrono::milliseconds kMinSweep{5};

std::chrono::milliseconds sweep_interval_for(const ServerLimits& limits) {
  const auto shortest =
      std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout});
  return std::clamp(shortest / 4, kMinSweep, kMaxSweep);
}

bool is_resource_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

ServerShared::ServerShared(ServerOptions server_options, RequestHandler& request_handler)
    : options(std::move(server_options)), handler(request_handler), sweep_interval(sweep_interval_for(options.limits)) {
  parser_limits.max_header_bytes = options.limits.max_header_bytes;
  parser_limits.max_target_bytes = std::min(parser_limits.max_target_bytes, options.limits.max_header_bytes);
  parser_limits.max_body_bytes = options.limits.max_body_bytes;
}

void ServerShared::end_work() {
  if (in_progress.fetch_sub(1) != 1) return;
  std::lock_guard lock(mutex);
  all_ended.notify_all();
}

class ServerLoop::Listener final : public ReadyTarget {
 public:
  Listener(ServerLoop& loop, UniqueFd socket) : loop_(loop), socket_(std::move(socket)) {}
  void on_ready(std::uint32_t) override { loop_.accept_from(*this); }
  void on_failure() override { loop_.pause_accepting(); }
  int fd() const { return socket_.get(); }

 private:
  ServerLoop& loop_;
  UniqueFd socket_;
};

ServerLoop::ServerLoop(std::string name, ServerShared& shared)
    : shared_(shared),
      loop_(std::make_unique<EventLoop>(std::move(name))),
      sweep_timer_(std::make_unique<Timer>(loop_->executor())),
      accept_timer_(std::make_unique<Timer>(loop_->executor())),
      metrics_(shared.options.metrics) {
  refresh_now();
}

ServerLoop::~ServerLoop() {
  loop_->stop();
  // What is bound to the loop goes before it; the loop in turn takes the last coroutines with it, and these may hold
  // the last reference to a connection.
  descriptor_.reset();
  sweep_timer_.reset();
  accept_timer_.reset();
  listeners_.clear();
  connections_.clear();
  closed_.clear();
  loop_.reset();
}

Status ServerLoop::add_listener(UniqueFd socket) {
  if (!descriptor_) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) return fail_errno("epoll_create1", errno);
    descriptor_ = std::make_unique<Descriptor>(loop_->executor(), epoll_);
  }
  auto listener = std::make_unique<Listener>(*this, std::move(socket));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = static_cast<ReadyTarget*>(listener.get());
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener->fd(), &event) != 0) return fail_errno("epoll_ctl", errno);
  listeners_.push_back(std::move(listener));
  return {};
}

Status ServerLoop::start() {
  asio::post(loop_->context(), [this] { watch(); });
  loop_->start();
  return {};
}

void ServerLoop::watch() {
  descriptor_->async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    dispatch();
    watch();
  });
}

// One connection that fails must not take the loop with it: nobody would look at the others again.
template <class Work>
void ServerLoop::guard(ReadyTarget& target, Work work) {
  try {
    work(target);
  } catch (...) {
    const std::exception_ptr error = std::current_exception();
    target.on_failure();
    log_error("a connection was given up", {{"error", exception_text(error)}});
  }
}

void ServerLoop::dispatch() {
  std::array<epoll_event, kEventsAtOnce> events;
  for (int round = 0; round < kRoundsAtOnce; ++round) {
    const int count = ::epoll_wait(epoll_, events.data(), kEventsAtOnce, 0);
    if (count <= 0) return;
    refresh_now();
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      guard(*static_cast<ReadyTarget*>(event.data.ptr),
            [&event](ReadyTarget& target) { target.on_ready(event.events); });
    }
  }
}

std::string_view ServerLoop::date_line() { return date_.at(std::time(nullptr)); }

std::unique_ptr<Exchange> ServerLoop::take_exchange() {
  std::unique_ptr<Exchange> exchange;
  if (spare_exchanges_.empty()) {
    exchange = std::make_unique<Exchange>(shared_.parser_limits);
  } else {
    exchange = std::move(spare_exchanges_.back());
    spare_exchanges_.pop_back();
  }
  exchange->parser.reset(exchange->request);
  return exchange;
}

void ServerLoop::give_back(std::unique_ptr<Exchange> exchange) {
  constexpr std::size_t kLargeBody = 64U << 10U;
  if (spare_exchanges_.size() >= kSpareExchanges || exchange->request.body.capacity() > kLargeBody) return;
  spare_exchanges_.push_back(std::move(exchange));
}

std::string ServerLoop::take_buffer() {
  if (spare_buffers_.empty()) return {};
  auto buffer = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return buffer;
}

void ServerLoop::give_back_buffer(std::string buffer) {
  if (spare_buffers_.size() >= kSpareBuffers || buffer.capacity() > kLargestSpareBuffer) return;
  buffer.clear();
  spare_buffers_.push_back(std::move(buffer));
}

// --- accepting ---

void ServerLoop::accept_from(Listener& listener) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd = ::accept4(listener.fd(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      adopt(UniqueFd(fd), to_string(address));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    if (is_resource_shortage(errno)) {
      log_warn("cannot accept connections for now", {{"error", std::strerror(errno)}, {"open", connections_.size()}});
      pause_accepting();
      return;
    }
    // Everything else concerns the one connection that failed while it waited.
  }
}

void ServerLoop::adopt(UniqueFd socket, std::string peer) {
  const auto open = shared_.connections.load();
  const auto limit = shared_.options.limits.max_connections;
  if (open >= limit + kOverloadAnswers) return;
  const int fd = socket.get();
  auto connection = std::make_shared<Connection>(*this, std::move(socket), std::move(peer));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = static_cast<ReadyTarget*>(connection.get());
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    log_warn("cannot watch a connection", {{"error", std::strerror(errno)}});
    return;
  }
  shared_.connections.fetch_add(1);
  shared_.begin_work();
  metrics_.connection_opened();
  connection->set_index(connections_.size());
  connections_.push_back(connection);
  schedule_sweep();
  if (open >= limit) connection->refuse_overload();
}

void ServerLoop::remove(Connection& connection) {
  const auto index = connection.index();
  auto removed = std::move(connections_[index]);
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->set_index(index);
  }
  connections_.pop_back();
  if (closed_.empty()) {
    asio::post(loop_->context(), [this] { closed_.clear(); });
  }
  closed_.push_back(std::move(removed));
  shared_.connections.fetch_sub(1);
  metrics_.connection_closed();
  shared_.end_work();
}

// Out of descriptors: the listening sockets stay readable, so they are not watched for a moment.
void ServerLoop::pause_accepting() {
  if (accepting_paused_ || draining_) return;
  accepting_paused_ = true;
  for (const auto& listener : listeners_) {
    epoll_event event{};
    event.data.ptr = static_cast<ReadyTarget*>(listener.get());
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, listener->fd(), &event);
  }
  accept_timer_->expires_after(kAcceptRetry);
  accept_timer_->async_wait([this](const boost::system::error_code& error) {
    if (!error) resume_accepting();
  });
}

void ServerLoop::resume_accepting() {
  accepting_paused_ = false;
  for (const auto& listener : listeners_) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = static_cast<ReadyTarget*>(listener.get());
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, listener->fd(), &event);
  }
}

// --- time ---

// Runs only while there are connections, so that an idle server does not wake up.
void ServerLoop::schedule_sweep() {
  if (sweeping_ || connections_.empty()) return;
  sweeping_ = true;
  sweep_timer_->expires_after(shared_.sweep_interval);
  sweep_timer_->async_wait([this](const boost::system::error_code& error) {
    sweeping_ = false;
    if (!error) sweep();
  });
}

void ServerLoop::sweep() {
  refresh_now();
  // Backwards: a connection that is closed is replaced by the last one, which has had its turn.
  for (auto i = connections_.size(); i-- > 0;) {
    if (i >= connections_.size()) continue;
    const std::shared_ptr<Connection> connection = connections_[i];
    guard(*connection, [this, &connection](ReadyTarget&) { connection->check_deadline(now_); });
  }
  schedule_sweep();
}

// --- the end ---

void ServerLoop::begin_drain() {
  shared_.begin_work();  // the end must not be seen before the draining has begun
  asio::post(loop_->context(), [this] {
    drain_here();
    shared_.end_work();
  });
}

void ServerLoop::drain_here() {
  if (draining_) return;
  // Who was let in by the kernel before now is still served.
  for (const auto& listener : listeners_) accept_from(*listener);
  draining_ = true;
  accept_timer_->cancel();
  listeners_.clear();
  refresh_now();
  for (auto i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) connections_[i]->begin_drain();
  }
}

void ServerLoop::close_all() {
  asio::post(loop_->context(), [this] {
    while (!connections_.empty()) connections_.back()->abort();
  });
}

}  // namespace draas::net
