#include "cli/connection.hpp"

#include <deque>
#include <exception>

#include <boost/asio/signal_set.hpp>

#include "cli/status_line.hpp"
#include "net/tls.hpp"

namespace draas::cli {
namespace {

using std::chrono::milliseconds;

}  // namespace

struct Connection::State {
  State(ConnectionSettings with, client::ApiOptions options, net::ClientOptions client_options)
      : settings(std::move(with)),
        http(std::make_unique<net::HttpClient>(context.get_executor(), std::move(client_options))),
        api(*http, std::move(options)) {}

  // Runs the loop until the task has ended.
  template <class T>
  T run(net::Task<T> task) {
    std::optional<T> result;
    std::exception_ptr failure;
    net::asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& error, T value) {
      failure = error;
      result = std::move(value);
    });
    context.restart();
    while (!result && context.run_one() > 0) {
    }
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
  }

  ConnectionSettings settings;
  net::asio::io_context context{1};
  std::unique_ptr<net::HttpClient> http;
  client::ApiClient api;
};

namespace {

// Keeps one read under way across calls that give up waiting for it.
class OpenStream final : public Stream {
 public:
  OpenStream(net::asio::io_context& context, std::unique_ptr<net::ResponseStream> response)
      : context_(context), shared_(std::make_shared<Shared>()) {
    shared_->response = std::move(response);
  }

  Result<std::optional<std::string>> read(milliseconds wait) override {
    if (!shared_->reading) {
      shared_->reading = true;
      shared_->piece.reset();
      auto shared = shared_;
      net::asio::co_spawn(context_, read_one(shared), [](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
      });
    }
    const auto deadline = std::chrono::steady_clock::now() + wait;
    context_.restart();
    while (!shared_->piece && std::chrono::steady_clock::now() < deadline) context_.run_one_until(deadline);
    if (!shared_->piece) return std::nullopt;
    shared_->reading = false;
    Result<std::string> piece = std::move(*shared_->piece);
    if (!piece) return std::unexpected(std::move(piece.error()));
    return std::optional<std::string>(std::move(*piece));
  }

 private:
  struct Shared {
    std::unique_ptr<net::ResponseStream> response;
    std::optional<Result<std::string>> piece;
    bool reading = false;
  };

  static net::Task<void> read_one(std::shared_ptr<Shared> shared) {
    constexpr std::chrono::hours kNoLimit{24 * 365};
    auto piece = co_await shared->response->read(kNoLimit);
    shared->piece = std::move(piece);
  }

  net::asio::io_context& context_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() {
  // The client before its loop; pending calls end with it.
  state_->http.reset();
}

Result<std::unique_ptr<Connection>> Connection::make(ConnectionSettings settings) {
  auto endpoint = net::Endpoint::parse(settings.server);
  if (!endpoint) {
    return fail(ErrorCode::InvalidArgument, "'" + settings.server +
                                                "' is not the address of a control plane; it should look like "
                                                "http://127.0.0.1:5000");
  }
  if (endpoint->kind == net::Endpoint::Kind::Tls) net::enable_tls();
  client::ApiOptions options;
  options.endpoint = std::move(*endpoint);
  options.api_key = settings.api_key;
  options.timeout = settings.timeout;
  net::ClientOptions client_options;
  client_options.tls.ca_file = settings.ca_file;
  auto state = std::make_unique<State>(std::move(settings), std::move(options), std::move(client_options));
  return std::unique_ptr<Connection>(new Connection(std::move(state)));
}

Result<client::Reply> Connection::send(client::Call call) { return state_->run(state_->api.send(std::move(call))); }

Result<Json> Connection::get(std::string target) { return state_->run(state_->api.get(std::move(target))); }

Result<Json> Connection::post(std::string target, Json body, milliseconds wait) {
  return state_->run(state_->api.post(std::move(target), std::move(body), wait));
}

Result<Json> Connection::put(std::string target, Json body) {
  return state_->run(state_->api.put(std::move(target), std::move(body)));
}

Result<Json> Connection::patch(std::string target, Json body, std::string content_type) {
  client::Call call;
  call.method = net::Method::Patch;
  call.target = std::move(target);
  call.body = std::move(body);
  call.content_type = std::move(content_type);
  auto reply = send(std::move(call));
  if (!reply) return std::unexpected(std::move(reply.error()));
  return std::move(reply->body);
}

Status Connection::remove(std::string target, milliseconds wait) {
  return state_->run(state_->api.remove(std::move(target), wait));
}

Result<std::unique_ptr<Stream>> Connection::open(std::string target, std::string accept) {
  auto response = state_->run(state_->api.open(std::move(target), std::move(accept)));
  if (!response) return std::unexpected(std::move(response.error()));
  return std::make_unique<OpenStream>(state_->context, std::move(*response));
}

Result<std::string> Connection::get_text(std::string target, std::string accept) {
  auto stream = open(std::move(target), std::move(accept));
  if (!stream) return std::unexpected(std::move(stream.error()));
  std::string text;
  for (;;) {
    auto piece = (*stream)->read(settings().timeout);
    if (!piece) return std::unexpected(std::move(piece.error()));
    if (!*piece) return fail(ErrorCode::DeadlineExceeded, "The control plane stopped in the middle of its answer");
    if ((*piece)->empty()) return text;
    text += **piece;
  }
}

// Works that wait for their turn.
struct Connection::Line {
  std::vector<Work> works;
  std::size_t next = 0;
  std::size_t running = 0;
  bool interrupted = false;
  std::exception_ptr failure;
};

void Connection::run_line(const std::shared_ptr<Line>& line, std::size_t at_once) {
  const auto lane = [](std::shared_ptr<Line> shared) -> net::Task<void> {
    while (!shared->interrupted && shared->next < shared->works.size()) {
      net::Task<void> task = shared->works[shared->next++]();
      co_await std::move(task);
    }
  };
  const std::size_t lanes = std::min(std::max<std::size_t>(at_once, 1), line->works.size());
  for (std::size_t i = 0; i < lanes; ++i) {
    ++line->running;
    net::asio::co_spawn(state_->context, lane(line), [line](const std::exception_ptr& error) {
      --line->running;
      if (error && !line->failure) line->failure = error;
    });
  }
  state_->context.restart();
  while (line->running > 0 && state_->context.run_one() > 0) {
  }
  if (line->failure) std::rethrow_exception(line->failure);
}

Status Connection::run_all(std::vector<Work> works, std::size_t at_once) {
  auto line = std::make_shared<Line>();
  line->works = std::move(works);
  net::asio::signal_set signals(state_->context, SIGINT, SIGTERM);
  signals.async_wait([line, &signals](const boost::system::error_code& error, int) {
    if (error) return;
    line->interrupted = true;
    clear_status_line();
    signals.clear();  // the next one has its usual effect
  });
  run_line(line, at_once);
  if (line->interrupted) return fail(ErrorCode::Cancelled, "interrupted");
  return {};
}

void Connection::run_until_killed(std::vector<Work> works, std::size_t at_once) {
  auto line = std::make_shared<Line>();
  line->works = std::move(works);
  run_line(line, at_once);
}

void Connection::pause(milliseconds span) {
  const auto deadline = std::chrono::steady_clock::now() + span;
  bool over = false;
  net::Timer timer(state_->context.get_executor());
  timer.expires_at(deadline);
  timer.async_wait([&over](const boost::system::error_code&) { over = true; });
  state_->context.restart();
  while (!over && state_->context.run_one() > 0) {
  }
}

net::Executor Connection::executor() { return state_->context.get_executor(); }
client::ApiClient& Connection::api() { return state_->api; }
const ConnectionSettings& Connection::settings() const { return state_->settings; }

}  // namespace draas::cli
