#include "net/http_connection.hpp"

#include <cerrno>
#include <cmath>

#include <sys/socket.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

#include "base/exception_text.hpp"
#include "base/log.hpp"
#include "net/trace_context.hpp"

namespace draas::net {
namespace {

constexpr std::size_t kSmallBody = 16U << 10U;       // copied behind the header instead of gathered
constexpr std::size_t kFlushThreshold = 64U << 10U;  // of answers to pipelined requests
constexpr std::chrono::seconds kLingerTime{2};

}  // namespace

// --- streaming ---

class Connection::StreamWriter final : public BodyWriter {
 public:
  explicit StreamWriter(Connection& connection) : connection_(connection) {}

  Task<Status> write(std::string_view data) override {
    if (connection_.stream_is_over()) co_return gone();
    if (data.empty()) co_return Status();
    connection_.stream_bytes_ += data.size();
    if (connection_.framing_ == Framing::Chunked) {
      append_chunk(connection_.output_.text(), data);
    } else {
      connection_.output_.text() += data;
    }
    connection_.loop_.refresh_now();
    connection_.flush();
    while (connection_.has_output() && !connection_.stream_is_over()) co_await changed();
    if (connection_.stream_is_over()) co_return gone();
    co_return Status();
  }

  bool closed() const override { return connection_.stream_is_over(); }

  Task<void> wait_closed() override {
    while (!connection_.stream_is_over()) co_await changed();
  }

 private:
  static Status gone() { return fail(ErrorCode::Unavailable, "the client has gone"); }

  Task<void> changed() {
    boost::system::error_code woken;
    auto token = asio::redirect_error(use_task, woken);
    co_await connection_.changed_->async_wait(token);
  }

  Connection& connection_;
};

// --- life ---

Connection::Connection(ServerLoop& loop, UniqueFd socket, std::string peer)
    : loop_(loop), socket_(std::move(socket)), peer_(std::move(peer)) {
  set_deadline();
}

Connection::~Connection() = default;

void Connection::on_ready(std::uint32_t events) {
  if (phase_ == Phase::Closed) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    // Both directions are gone. What was received before may still be read, but nobody is there for the answer.
    peer_closed_ = true;
    close();
    return;
  }
  if ((events & EPOLLRDHUP) != 0) peer_closed_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if (phase_ == Phase::Lingering) {
    discard_input();
    return;
  }
  advance();
  if (phase_ == Phase::Streaming) wake();
}

void Connection::refuse_overload() {
  respond(failure(503, "too many connections", nullptr));
  close_after_output_ = true;
  advance();
}

void Connection::check_deadline(SteadyTime now) {
  if (now < deadline_ || phase_ == Phase::Closed) return;
  if (!has_output() && phase_ == Phase::Header) {
    fail_request(408, "the request header took too long");
    advance();
  } else if (!has_output() && phase_ == Phase::Body) {
    fail_request(408, "the request body took too long");
    advance();
  } else {
    abort();
  }
}

void Connection::begin_drain() {
  advance();
  if (phase_ == Phase::Streaming) wake();
}

void Connection::abort() {
  // Held here: what it wakes may replace it.
  const auto cancel = cancel_.lock();
  close();
  if (cancel) cancel->emit(asio::cancellation_type::terminal);
}

void Connection::close() {
  if (phase_ == Phase::Closed) return;
  phase_ = Phase::Closed;
  deadline_ = kNever;
  socket_.reset();
  wake();
  loop_.remove(*this);
}

void Connection::wake() {
  if (changed_) changed_->cancel();
}

void Connection::set_deadline() {
  const auto& limits = loop_.shared().options.limits;
  if (has_output()) {
    deadline_ = loop_.now() + limits.write_timeout;
    return;
  }
  switch (phase_) {
    case Phase::Idle:
      deadline_ = loop_.now() + limits.idle_timeout;
      break;
    case Phase::Header:
      deadline_ = loop_.now() + limits.header_timeout;
      break;
    case Phase::Body:
      deadline_ = loop_.now() + limits.body_timeout;
      break;
    case Phase::Lingering:
      deadline_ = loop_.now() + kLingerTime;
      break;
    default:
      deadline_ = kNever;
      break;
  }
}

// --- input ---

void Connection::advance() {
  if (advancing_) return;
  advancing_ = true;
  while (phase_ != Phase::Closed) {
    if (has_output() && !flush()) break;
    if (close_after_output_) {
      finish_close();
      break;
    }
    if (!reads_requests()) break;
    if (input_waits_) {
      input_waits_ = false;
      consume({});
      continue;
    }
    if (!readable_ || !receive()) {
      if (loop_.draining() && phase_ == Phase::Idle && !has_output()) close();
      break;
    }
  }
  advancing_ = false;
}

// Reads once. False when there is nothing to read now.
bool Connection::receive() {
  auto& scratch = loop_.scratch();
  const auto size = ::recv(socket_.get(), scratch.data(), scratch.size(), 0);
  if (size > 0) {
    // Less than asked for means that the socket is empty, and the next byte will be announced. An end of the stream
    // that was announced with these bytes will not be again.
    if (static_cast<std::size_t>(size) < scratch.size() && !peer_closed_) readable_ = false;
    consume({scratch.data(), static_cast<std::size_t>(size)});
    return true;
  }
  if (size == 0) {
    end_of_input();
    return false;
  }
  if (errno == EINTR) return true;
  readable_ = false;
  if (errno != EAGAIN && errno != EWOULDBLOCK) close();
  return false;
}

void Connection::consume(std::string_view bytes) {
  if (input_.empty()) {
    input_ = parse(bytes);
  } else {
    input_ += bytes;
    const auto rest = parse(input_);
    input_.erase(0, input_.size() - rest.size());
  }
  if (phase_ == Phase::Idle && input_.empty()) std::string().swap(input_);
}

// Takes requests off `bytes` and answers them, until one of them has to wait. Returns what is left.
std::string_view Connection::parse(std::string_view bytes) {
  while (!bytes.empty() && reads_requests()) {
    if (close_after_output_) return {};
    if (output_.has_body() || output_.text().size() > kFlushThreshold) break;
    if (!exchange_) {
      exchange_ = loop_.take_exchange();
      exchange_->started = loop_.now();
    }
    auto& parser = exchange_->parser;
    bytes.remove_prefix(parser.feed(bytes));
    switch (parser.state()) {
      case RequestParser::State::Start:
        return bytes;
      case RequestParser::State::Header:
        if (phase_ != Phase::Header) {
          phase_ = Phase::Header;
          set_deadline();
        }
        return bytes;
      case RequestParser::State::Body:
        if (phase_ != Phase::Body) {
          phase_ = Phase::Body;
          set_deadline();
          if (parser.expects_continue() && exchange_->request.body.empty()) {
            output_.text() += "HTTP/1.1 100 Continue\r\n\r\n";
          }
        }
        return bytes;
      case RequestParser::State::Complete:
        handle_request();
        break;
      case RequestParser::State::Failed:
        fail_request(parser.status(), parser.detail());
        return {};
    }
  }
  input_waits_ = !bytes.empty();
  return bytes;
}

void Connection::end_of_input() {
  // Nothing can follow. A request cut off in its middle has no one to answer to.
  peer_closed_ = true;
  readable_ = false;
  close();
}

void Connection::discard_input() {
  auto& scratch = loop_.scratch();
  for (;;) {
    const auto size = ::recv(socket_.get(), scratch.data(), scratch.size(), 0);
    if (size > 0 || (size < 0 && errno == EINTR)) continue;
    if (size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) close();
    return;
  }
}

// --- requests ---

void Connection::handle_request() {
  auto& request = exchange_->request;
  keep_alive_ = exchange_->parser.keep_alive();
  phase_ = Phase::Handling;
  request.peer.assign(peer_);
  assign_trace(request.trace, request.headers.get("traceparent"));
  const auto given_id = request.headers.get("X-Request-Id");
  request.request_id.assign(is_request_id(given_id) ? given_id : std::string_view(request.trace.trace_id));

  std::optional<Response> response;
  try {
    response = loop_.shared().handler.try_handle(request);
  } catch (...) {
    response = failure(std::current_exception());
  }
  if (response) {
    respond(std::move(*response));
  } else {
    deadline_ = kNever;
    spawn(run_handler(shared_from_this()));
  }
}

// Refuses what is not a well-formed request in time. Nothing after it can be trusted.
void Connection::fail_request(int status, std::string_view detail) {
  const bool named = exchange_ && exchange_->parser.has_request_line();
  keep_alive_ = false;
  if (named) {
    auto& request = exchange_->request;
    request.peer.assign(peer_);
    assign_trace(request.trace, request.headers.get("traceparent"));
    request.request_id.assign(request.trace.trace_id);
    respond(failure(status, detail, &request));
  } else {
    respond(failure(status, detail, nullptr));
  }
  readable_ = true;  // something unread is likely: linger, so that it does not reset the answer
}

Response Connection::failure(int status, std::string_view detail, const Request* request) {
  try {
    return loop_.shared().handler.error_response(status, detail, request);
  } catch (...) {
    log_error("the error response failed", {{"status", status}, {"error", exception_text(std::current_exception())}});
    return Response::text(status, std::string(reason_phrase(status)) + '\n');
  }
}

Response Connection::failure(const std::exception_ptr& error) {
  const auto& request = exchange_->request;
  log_error("a request handler threw", {{"method", request.method_name},
                                        {"path", request.path},
                                        {"requestId", request.request_id},
                                        {"error", exception_text(error)}});
  return failure(500, "", &request);
}

void Connection::spawn(Task<void> task) {
  auto& shared = loop_.shared();
  shared.begin_work();
  auto cancel = std::make_shared<asio::cancellation_signal>();
  cancel_ = cancel;
  auto on_end = [self = shared_from_this(), cancel, &shared](std::exception_ptr error) {
    if (error) {
      log_error("a connection's coroutine ended with an exception", {{"error", exception_text(error)}});
      self->close();
    }
    shared.end_work();
  };
  asio::co_spawn(loop_.executor(), std::move(task), asio::bind_cancellation_slot(cancel->slot(), std::move(on_end)));
}

Task<void> Connection::run_handler(std::shared_ptr<Connection> self) {
  std::optional<Response> response;
  try {
    response = co_await self->loop_.shared().handler.handle(self->exchange_->request);
  } catch (...) {
    if (self->phase_ != Phase::Closed) response = self->failure(std::current_exception());
  }
  self->loop_.refresh_now();
  if (self->phase_ == Phase::Closed) {
    if (response) self->record(response->status, 0);
    co_return;
  }
  self->respond(std::move(*response));
  self->advance();
}

Task<void> Connection::run_stream(std::shared_ptr<Connection> self, StreamBody body) {
  StreamWriter writer(*self);
  bool complete = true;
  try {
    co_await body(writer);
  } catch (...) {
    complete = false;
    if (self->phase_ == Phase::Streaming && !self->loop_.draining()) {
      log_error("a response's stream threw",
                {{"path", self->exchange_->request.path}, {"error", exception_text(std::current_exception())}});
    }
  }
  self->loop_.refresh_now();
  self->end_stream(complete);
}

// --- responses ---

HeaderContext Connection::header_context() const {
  HeaderContext context;
  context.date_line = loop_.date_line();
  context.server_name = loop_.shared().options.server_name;
  if (exchange_) {
    context.request_id = exchange_->request.request_id;
    context.say_keep_alive = keep_alive_ && exchange_->parser.is_http_10();
  }
  context.close = !keep_alive_;
  return context;
}

void Connection::respond(Response response) {
  const bool named = exchange_ && exchange_->parser.has_request_line();
  if (loop_.draining() || !exchange_) keep_alive_ = false;
  if (std::holds_alternative<StreamBody>(response.body)) {
    begin_stream(std::move(response));
    return;
  }
  if (named) finish_response(exchange_->request, response);
  const auto content = response.content();
  const bool body_follows =
      !(named && exchange_->request.method == Method::Head) && response.status != 304 && response.status != 204;
  auto& out = output_.text();
  if (out.empty()) out = loop_.take_buffer();
  auto context = header_context();
  context.content_length = content.size();
  append_header(out, response, context);
  const auto sent_bytes = body_follows ? content.size() : 0;
  if (sent_bytes > kSmallBody) {
    output_.set_body(response, loop_.shared().body_files);
  } else if (sent_bytes > 0) {
    out += content;
  }
  record(response.status, sent_bytes);
  close_after_output_ = !keep_alive_;
  finish_exchange();
}

void Connection::begin_stream(Response response) {
  const auto& request = exchange_->request;
  const bool old_client = exchange_->parser.is_http_10();
  framing_ = old_client ? Framing::UntilClose : Framing::Chunked;
  if (old_client) keep_alive_ = false;
  auto context = header_context();
  context.framing = framing_;
  append_header(output_.text(), response, context);
  if (request.method == Method::Head) {
    record(response.status, 0);
    close_after_output_ = !keep_alive_;
    finish_exchange();
    return;
  }
  phase_ = Phase::Streaming;
  stream_status_ = response.status;
  stream_bytes_ = 0;
  if (!changed_) changed_ = std::make_unique<Timer>(loop_.executor(), SteadyTime::max());
  set_deadline();
  spawn(run_stream(shared_from_this(), std::move(std::get<StreamBody>(response.body))));
}

void Connection::end_stream(bool complete) {
  record(stream_status_, stream_bytes_);
  if (phase_ != Phase::Streaming) return;  // the client has gone
  if (!complete) {
    close();  // without the last chunk: the client can tell that the body is cut off
    return;
  }
  if (framing_ == Framing::Chunked) append_last_chunk(output_.text());
  if (loop_.draining()) keep_alive_ = false;
  close_after_output_ = !keep_alive_;
  changed_.reset();
  finish_exchange();
  advance();
}

void Connection::finish_exchange() {
  if (exchange_) loop_.give_back(std::move(exchange_));
  phase_ = Phase::Idle;
  set_deadline();
}

void Connection::record(int status, std::size_t bytes) {
  const auto& options = loop_.shared().options;
  const bool log = options.access_log && log_enabled(LogLevel::Info);
  if (!log && !loop_.metrics().enabled()) return;
  if (!exchange_ || !exchange_->parser.has_request_line()) {
    loop_.metrics().count_request(Method::Other, status, 0);
    return;
  }
  const auto& request = exchange_->request;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - exchange_->started;
  loop_.metrics().count_request(request.method, status, elapsed.count());
  if (!log) return;
  log_info("request", {{"method", request.method_name},
                       {"path", request.path},
                       {"status", status},
                       {"bytes", bytes},
                       {"milliseconds", static_cast<double>(std::llround(elapsed.count() * 1e6)) / 1e3},
                       {"requestId", request.request_id},
                       {"traceId", request.trace.trace_id},
                       {"peer", peer_}});
}

// --- output ---

// Sends what is waiting. False when some of it must wait until the socket takes more, or the connection is closed.
bool Connection::flush() {
  bool progress = false;
  while (has_output()) {
    const auto sent = output_.send_some(socket_.get());
    if (sent <= 0) {
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        if (progress || deadline_ == kNever) set_deadline();
        return false;
      }
      close();
      return false;
    }
    progress = true;
  }
  loop_.give_back_buffer(output_.clear());
  set_deadline();
  return true;
}

// Ends our side. When the client may still be sending, its bytes are read and thrown away for a while: closing on
// unread bytes would reset the connection and could take the answer from the client.
void Connection::finish_close() {
  if (peer_closed_ || (!readable_ && input_.empty())) {
    close();
    return;
  }
  close_after_output_ = false;
  std::string().swap(input_);
  phase_ = Phase::Lingering;
  set_deadline();
  if (::shutdown(socket_.get(), SHUT_WR) != 0) {
    close();
    return;
  }
  discard_input();
}

}  // namespace draas::net
