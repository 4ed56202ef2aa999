#include "net/tcp_balancer.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_future.hpp>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/listening_socket.hpp"
#include "net/socket_transport.hpp"

namespace draas::net {

using Tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;

namespace {

constexpr std::size_t kScratch = 64U << 10U;
constexpr std::chrono::milliseconds kAcceptPause{100};  // when the system is out of descriptors

// How many connections each target of each front has. Thread-safe.
class Counts {
 public:
  void add(const std::string& front, std::uint64_t target) {
    const std::scoped_lock lock(mutex_);
    ++counts_[front][target];
  }
  void subtract(const std::string& front, std::uint64_t target) {
    const std::scoped_lock lock(mutex_);
    auto of_front = counts_.find(front);
    if (--of_front->second[target] == 0) of_front->second.erase(target);
    if (of_front->second.empty()) counts_.erase(of_front);
  }
  std::size_t of(const std::string& front, std::uint64_t target) const {
    const std::scoped_lock lock(mutex_);
    auto of_front = counts_.find(front);
    if (of_front == counts_.end()) return 0;
    auto count = of_front->second.find(target);
    return count == of_front->second.end() ? 0 : count->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::uint64_t, std::size_t>> counts_;
};

class Counted {
 public:
  Counted(Counts& counts, std::string front, std::uint64_t target)
      : counts_(counts), front_(std::move(front)), target_(target) {
    counts_.add(front_, target_);
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { counts_.subtract(front_, target_); }
  std::uint64_t target() const { return target_; }

 private:
  Counts& counts_;
  const std::string front_;
  const std::uint64_t target_;
};

// One client and its target.
struct Pair {
  Pair(Socket<Tcp> client_socket, Socket<Tcp> target_socket, std::unique_ptr<Counted> counted_for)
      : client(std::move(client_socket)), upstream(std::move(target_socket)), counted(std::move(counted_for)) {}

  Socket<Tcp> client;
  Socket<Tcp> upstream;
  std::unique_ptr<Counted> counted;
  SteadyTime last_bytes = std::chrono::steady_clock::now();
  bool client_waits = false;  // the last bytes were the client's

  // An end in good order.
  void close() {
    boost::system::error_code ignored;  // they are gone either way
    client.close(ignored);
    upstream.close(ignored);
  }
  // A broken side breaks the other, so that a body without a length does not look complete.
  void reset() {
    boost::system::error_code ignored;
    client.set_option(asio::socket_base::linger(true, 0), ignored);
    upstream.set_option(asio::socket_base::linger(true, 0), ignored);
    close();
  }
};
using PairPtr = std::shared_ptr<Pair>;

struct Front {
  std::string name;
  std::shared_ptr<Acceptor> acceptor;
  struct Share {
    BalancerTarget target;
    std::int64_t credit = 0;  // smooth weighted round robin
  };
  std::vector<Share> shares;
  std::set<PairPtr> pairs;
  std::size_t open = 0;  // connections, also those on their way to a target
  bool full_logged = false;

  // The next target whose id is not among `tried`.
  const BalancerTarget* next(const std::set<std::uint64_t>& tried) {
    std::int64_t total = 0;
    Share* chosen = nullptr;
    for (Share& share : shares) {
      if (share.target.weight == 0 || tried.contains(share.target.id)) continue;
      total += share.target.weight;
      share.credit += share.target.weight;
      if (chosen == nullptr || share.credit > chosen->credit) chosen = &share;
    }
    if (chosen == nullptr) return nullptr;
    chosen->credit -= total;
    return &chosen->target;
  }
};
using FrontPtr = std::shared_ptr<Front>;

}  // namespace

// Everything but `counts` belongs to the loop.
struct TcpBalancer::Impl {
  explicit Impl(BalancerOptions balancer_options)
      : options(balancer_options), loop("balancer"), tasks(std::make_unique<TaskGroup>(loop.executor())) {}

  FrontPtr front(const std::string& name);
  Task<void> accept_from(FrontPtr front, std::shared_ptr<Acceptor> acceptor);
  Task<void> forward(FrontPtr front, std::shared_ptr<Socket<Tcp>> client);
  Task<std::shared_ptr<TcpDialer>> dial(Endpoint endpoint);
  Task<PairPtr> connect(FrontPtr front, std::shared_ptr<Socket<Tcp>> client);
  Task<void> pump(PairPtr pair, bool to_client);
  void forget_if_unused(const std::string& name);

  template <class Work>
  void post(Work work) {
    asio::post(loop.executor(), std::move(work));
  }

  const BalancerOptions options;
  Counts counts;
  EventLoop loop;
  std::unique_ptr<TaskGroup> tasks;
  std::map<std::string, FrontPtr> fronts;
  std::array<char, kScratch> scratch{};
  bool closing = false;
  std::mutex close_mutex;
  bool closed = false;  // under close_mutex
};

FrontPtr TcpBalancer::Impl::front(const std::string& name) {
  FrontPtr& front = fronts[name];
  if (!front) {
    front = std::make_shared<Front>();
    front->name = name;
  }
  return front;
}

void TcpBalancer::Impl::forget_if_unused(const std::string& name) {
  auto found = fronts.find(name);
  if (found == fronts.end()) return;
  const Front& front = *found->second;
  if (!front.acceptor && front.shares.empty() && front.open == 0) fronts.erase(found);
}

Task<void> TcpBalancer::Impl::accept_from(FrontPtr front, std::shared_ptr<Acceptor> acceptor) {
  while (acceptor->is_open()) {
    auto client = std::make_shared<Socket<Tcp>>(loop.executor());
    boost::system::error_code error;
    auto token = asio::redirect_error(use_task, error);
    co_await acceptor->async_accept(*client, token);
    if (!acceptor->is_open() || error == asio::error::operation_aborted) co_return;
    if (error) {
      log_warn("a connection could not be accepted", {{"front", front->name}, {"error", error.message()}});
      const bool slept = co_await sleep_for(kAcceptPause);
      if (!slept) co_return;
      continue;
    }
    if (front->open >= options.max_connections) {
      if (!front->full_logged) {
        log_warn("connections are refused: too many are open", {{"front", front->name}, {"open", front->open}});
      }
      front->full_logged = true;
      continue;  // which closes it
    }
    front->full_logged = false;
    tasks->spawn("forward", [this, front, client] { return forward(front, client); });
  }
}

// nullptr when it cannot be reached.
Task<std::shared_ptr<TcpDialer>> TcpBalancer::Impl::dial(Endpoint endpoint) {
  auto dialer = std::make_shared<TcpDialer>(loop.executor());
  Timer timer(loop.executor(), options.connect_timeout);
  timer.async_wait([dialer](const boost::system::error_code& cancelled) {
    if (!cancelled) dialer->cancel();
  });
  ConnectFailure failure;
  const bool connected = co_await dialer->dial(endpoint, failure);
  timer.cancel();
  if (!connected || dialer->cancelled()) co_return nullptr;
  co_return dialer;
}

Task<PairPtr> TcpBalancer::Impl::connect(FrontPtr front, std::shared_ptr<Socket<Tcp>> client) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + options.retry_for;
  std::set<std::uint64_t> tried;
  while (!closing) {
    const BalancerTarget* target = front->next(tried);
    if (target == nullptr) {
      // All were tried, or there is none at this moment.
      if (std::chrono::steady_clock::now() >= deadline) co_return nullptr;
      const bool slept = co_await sleep_for(options.retry_pause);
      if (!slept) co_return nullptr;
      tried.clear();
      continue;
    }
    tried.insert(target->id);
    auto counted = std::make_unique<Counted>(counts, front->name, target->id);
    Endpoint endpoint = target->endpoint;
    std::shared_ptr<TcpDialer> dialer = co_await dial(std::move(endpoint));
    if (!dialer) continue;
    co_return std::make_shared<Pair>(std::move(*client), std::move(dialer->socket()), std::move(counted));
  }
  co_return nullptr;
}

// One direction. Ends at the end of the stream, or when either side breaks.
Task<void> TcpBalancer::Impl::pump(PairPtr pair, bool to_client) {
  Socket<Tcp>& from = to_client ? pair->upstream : pair->client;
  Socket<Tcp>& to = to_client ? pair->client : pair->upstream;
  boost::system::error_code error;
  auto token = asio::redirect_error(use_task, error);
  std::string rest;
  for (;;) {
    co_await from.async_wait(Socket<Tcp>::wait_read, token);
    if (error) break;
    // The scratch memory is the loop's: nothing may be awaited between reading into it and emptying it.
    const std::size_t got = from.read_some(asio::buffer(scratch), error);
    if (error == asio::error::would_block) continue;
    if (error) break;
    pair->last_bytes = std::chrono::steady_clock::now();
    pair->client_waits = !to_client;
    const std::size_t sent = to.write_some(asio::buffer(scratch.data(), got), error);
    if (error && error != asio::error::would_block) break;
    if (!error && sent == got) continue;
    const std::size_t done = error ? 0 : sent;
    rest.assign(scratch.data() + done, got - done);
    auto buffer = asio::buffer(rest);
    co_await asio::async_write(to, buffer, token);
    if (error) break;
    std::string().swap(rest);
  }
  if (error == asio::error::eof) {
    boost::system::error_code ignored;  // it may be gone already
    to.shutdown(Socket<Tcp>::shutdown_send, ignored);
  } else {
    pair->reset();
  }
}

Task<void> TcpBalancer::Impl::forward(FrontPtr front, std::shared_ptr<Socket<Tcp>> client) {
  ++front->open;
  PairPtr pair = co_await connect(front, client);
  if (pair) {
    boost::system::error_code ignored;  // what cannot be set, goes without
    pair->client.non_blocking(true, ignored);
    pair->upstream.non_blocking(true, ignored);
    pair->upstream.set_option(asio::socket_base::keep_alive(true), ignored);
    front->pairs.insert(pair);
    using asio::experimental::awaitable_operators::operator&&;
    auto there = pump(pair, false);
    auto back = pump(pair, true);
    auto both = std::move(there) && std::move(back);
    co_await std::move(both);
    pair->close();
    front->pairs.erase(pair);
  } else {
    boost::system::error_code ignored;
    client->set_option(asio::socket_base::linger(true, 0), ignored);
    client->close(ignored);
  }
  --front->open;
  forget_if_unused(front->name);
}

TcpBalancer::TcpBalancer(BalancerOptions options) : impl_(std::make_unique<Impl>(options)) { impl_->loop.start(); }

TcpBalancer::~TcpBalancer() { close(); }

Result<UniqueFd> TcpBalancer::bind(ListenAddress& address) {
  auto sockets = listen_on(address, 1);
  if (!sockets) return std::unexpected(std::move(sockets.error()));
  return std::move(sockets->front());
}

void TcpBalancer::serve(const std::string& front, UniqueFd socket) {
  auto shared = std::make_shared<UniqueFd>(std::move(socket));
  impl_->post([impl = impl_.get(), front, shared] {
    if (impl->closing) return;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(shared->get(), reinterpret_cast<sockaddr*>(&address), &size);
    auto acceptor = std::make_shared<Acceptor>(impl->loop.executor());
    boost::system::error_code error;
    acceptor->assign(address.ss_family == AF_INET6 ? Tcp::v6() : Tcp::v4(), shared->get(), error);
    if (error) {
      log_error("a front cannot be served", {{"front", front}, {"error", error.message()}});
      return;
    }
    shared->release();
    FrontPtr found = impl->front(front);
    boost::system::error_code ignored;
    if (found->acceptor) found->acceptor->close(ignored);
    found->acceptor = acceptor;
    impl->tasks->spawn("accept", [impl, found, acceptor] { return impl->accept_from(found, acceptor); });
  });
}

void TcpBalancer::stop_serving(const std::string& front) {
  impl_->post([impl = impl_.get(), front] {
    auto found = impl->fronts.find(front);
    if (found == impl->fronts.end() || !found->second->acceptor) return;
    boost::system::error_code ignored;
    found->second->acceptor->close(ignored);
    found->second->acceptor.reset();
    impl->forget_if_unused(front);
  });
}

void TcpBalancer::set_targets(const std::string& front, std::vector<BalancerTarget> targets) {
  impl_->post([impl = impl_.get(), front, targets = std::move(targets)]() mutable {
    FrontPtr found = impl->front(front);
    std::vector<Front::Share> shares;
    for (BalancerTarget& target : targets) {
      auto before = std::ranges::find(found->shares, target.id, [](const auto& share) { return share.target.id; });
      const bool same = before != found->shares.end() && before->target.weight == target.weight;
      const std::int64_t credit = same ? before->credit : 0;
      shares.push_back({std::move(target), credit});
    }
    found->shares = std::move(shares);
    impl->forget_if_unused(front);
  });
}

std::size_t TcpBalancer::connections(const std::string& front, std::uint64_t target) const {
  return impl_->counts.of(front, target);
}

void TcpBalancer::close_idle(const std::string& front, std::uint64_t target, std::chrono::milliseconds silent) {
  impl_->post([impl = impl_.get(), front, target, silent] {
    auto found = impl->fronts.find(front);
    if (found == impl->fronts.end()) return;
    const SteadyTime now = std::chrono::steady_clock::now();
    for (const PairPtr& pair : std::set<PairPtr>(found->second->pairs)) {
      if (pair->counted->target() != target || pair->client_waits || now - pair->last_bytes < silent) continue;
      // A request that has just come in is not idle.
      if (pair->client.is_open() && !has_unasked_input(pair->client.native_handle())) pair->close();
    }
  });
}

void TcpBalancer::cut(const std::string& front, std::uint64_t target) {
  impl_->post([impl = impl_.get(), front, target] {
    auto found = impl->fronts.find(front);
    if (found == impl->fronts.end()) return;
    for (const PairPtr& pair : std::set<PairPtr>(found->second->pairs)) {
      if (pair->counted->target() == target) pair->close();
    }
  });
}

Task<void> TcpBalancer::settle() {
  {
    const std::scoped_lock lock(impl_->close_mutex);
    if (impl_->closed) co_return;
  }
  std::function<Task<bool>()> nothing = []() -> Task<bool> { co_return true; };
  co_await run_on<bool>(impl_->loop.executor(), std::move(nothing));
}

void TcpBalancer::close() {
  {
    const std::scoped_lock lock(impl_->close_mutex);
    if (impl_->closed) return;
    impl_->closed = true;
  }
  auto end = [impl = impl_.get()]() -> Task<void> {
    impl->closing = true;
    boost::system::error_code ignored;
    for (const auto& [name, front] : impl->fronts) {
      if (front->acceptor) front->acceptor->close(ignored);
      for (const PairPtr& pair : front->pairs) pair->close();
    }
    co_await impl->tasks->close();
    impl->fronts.clear();
  };
  asio::co_spawn(impl_->loop.executor(), end, asio::use_future).get();
  impl_->loop.stop();
  impl_->tasks.reset();
}

}  // namespace draas::net
