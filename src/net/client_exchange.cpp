#include "net/client_exchange.hpp"

#include <algorithm>

#include "net/text.hpp"

namespace draas::net {
namespace {

constexpr std::size_t kMaxJoinedBody = 64U << 10U;  // sent in one piece with the header

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_clients_own(std::string_view name) {
  return equals_ignoring_case(name, "Host") || equals_ignoring_case(name, "Content-Length") ||
         equals_ignoring_case(name, "Connection") || equals_ignoring_case(name, "Transfer-Encoding");
}

Error make_error(ErrorCode code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.retryable = code == ErrorCode::Unavailable || code == ErrorCode::DeadlineExceeded;
  return error;
}

// What the parser found wrong.
Error malformed(const OpenResponse& response) {
  const auto& parser = *response.parser;
  return make_error(parser.broke_off() ? ErrorCode::Unavailable : ErrorCode::Internal,
                    response.endpoint.to_string() + ": " + std::string(parser.detail()));
}

}  // namespace

// --- Deadline ---

void Deadline::State::close_all() const {
  if (connector != nullptr) connector->cancel();
  if (transport) transport->close();
}

Deadline::Deadline(std::shared_ptr<ClientCore> core, std::chrono::milliseconds timeout)
    : core_(std::move(core)),
      end_(std::chrono::steady_clock::now() + timeout),
      state_(std::make_shared<State>()),
      timer_(core_->executor()) {
  core_->add(*this);
  arm(end_);
  if (core_->is_shut_down()) state_->cancelled = true;
}

Deadline::~Deadline() {
  ++state_->generation;  // a handler that is queued already must do nothing
  core_->remove(*this);
}

void Deadline::limit(std::optional<std::chrono::milliseconds> limit) {
  arm(limit ? std::min(end_, std::chrono::steady_clock::now() + *limit) : end_);
}

void Deadline::arm(std::chrono::steady_clock::time_point at) {
  const auto generation = ++state_->generation;
  timer_.expires_at(at);
  timer_.async_wait([state = state_, generation](const boost::system::error_code& error) {
    if (error || state->generation != generation) return;
    state->expired = true;
    state->close_all();
  });
}

void Deadline::guard(Connector* connector, std::shared_ptr<Transport> transport) {
  state_->connector = connector;
  state_->transport = std::move(transport);
  if (state_->expired || state_->cancelled) state_->close_all();
}

void Deadline::on_shut_down() {
  state_->cancelled = true;
  state_->close_all();
}

// --- OpenResponse ---

Task<bool> OpenResponse::advance(boost::system::error_code& error) {
  const std::size_t count = co_await transport->read_some(buffer.data(), buffer.size(), error);
  if (error) co_return false;
  if (count == 0) {
    parser->feed_end();
    co_return true;
  }
  const std::string_view piece(buffer.data(), count);
  if (unparsed.empty()) {
    unparsed.assign(piece.substr(parser->feed(piece)));
  } else {
    unparsed += piece;
    unparsed.erase(0, parser->feed(unparsed));
  }
  co_return true;
}

void OpenResponse::finish() {
  // Bytes behind the response were not asked for: such a connection is out of step.
  if (parser->state() == ResponseParser::State::Complete && parser->keep_alive() && unparsed.empty() && request_sent) {
    core->give_back(endpoint, std::move(transport));
  } else {
    transport->close();
  }
  transport.reset();
}

// --- ClientExchange ---

ClientExchange::ClientExchange(std::shared_ptr<ClientCore> core, Endpoint endpoint, ClientRequest request,
                               std::chrono::milliseconds timeout)
    : core_(std::move(core)), endpoint_(std::move(endpoint)), request_(std::move(request)), deadline_(core_, timeout) {}

Status ClientExchange::check_request() const {
  if (request_.method == Method::Other) return fail(ErrorCode::InvalidArgument, "the request's method is not known");
  if (!request_.target.starts_with('/') || has_control(request_.target) ||
      request_.target.find_first_of(" \t#") != std::string::npos) {
    return fail(ErrorCode::InvalidArgument, "a request target begins with '/' and has no spaces");
  }
  for (const auto& [name, value] : request_.headers) {
    if (!is_token(name) || has_control(value)) {
      return fail(ErrorCode::InvalidArgument, "a header field has a malformed name or value");
    }
  }
  return {};
}

std::string ClientExchange::request_header() const {
  std::string out;
  out.reserve(256 + request_.target.size() + (request_.body.size() <= kMaxJoinedBody ? request_.body.size() : 0));
  out += to_string(request_.method);
  out += ' ';
  out += endpoint_.base_path;
  out += request_.target;
  out += " HTTP/1.1\r\nHost: ";
  const bool v6 = endpoint_.host.find(':') != std::string::npos;
  if (v6) out += '[';
  out += endpoint_.host;
  if (v6) out += ']';
  const std::uint16_t usual = endpoint_.kind == Endpoint::Kind::Tls ? 443 : 80;
  if (endpoint_.kind != Endpoint::Kind::Unix && endpoint_.port != usual) out += ':' + std::to_string(endpoint_.port);
  out += "\r\n";
  for (const auto& [name, value] : request_.headers) {
    if (is_clients_own(name)) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  const bool expects_body =
      request_.method == Method::Post || request_.method == Method::Put || request_.method == Method::Patch;
  if (expects_body || !request_.body.empty()) out += "Content-Length: " + std::to_string(request_.body.size()) + "\r\n";
  out += "\r\n";
  return out;
}

// Sending it twice is as good as once.
bool ClientExchange::may_repeat() const { return request_.method != Method::Post && request_.method != Method::Patch; }

Error ClientExchange::network_error(const boost::system::error_code& error, std::string_view doing,
                                    std::string_view reason) const {
  const auto where = endpoint_.to_string();
  if (deadline_.cancelled() || (error == asio::error::operation_aborted && !deadline_.expired())) {
    return make_error(ErrorCode::Cancelled, "the request to " + where + " was cancelled");
  }
  if (deadline_.expired() && deadline_.whole_time_is_over()) {
    return make_error(ErrorCode::DeadlineExceeded, where + " did not answer in time");
  }
  auto out = make_error(ErrorCode::Unavailable, where + " cannot be reached");
  if (deadline_.expired()) {
    out.message += ": no connection within " + std::to_string(core_->options().connect_timeout.count()) + " ms";
  } else if (error == asio::error::connection_refused) {
    out.message += ": connection refused";
  } else if (error == asio::error::host_not_found || error == asio::error::host_not_found_try_again) {
    out.message += ": unknown host";
  } else {
    out.message = where + ": " + std::string(doing) + " failed";
    if (!reason.empty()) out.message += ": " + std::string(reason);
  }
  out.internal = error.message();
  return out;
}

Task<Status> ClientExchange::connect() {
  auto connector = core_->make_connector(endpoint_);
  if (!connector) co_return std::unexpected(connector.error());
  deadline_.limit(core_->options().connect_timeout);
  deadline_.guard(connector->get(), nullptr);
  ConnectFailure failure;
  auto transport = co_await (*connector)->connect(endpoint_, failure);
  deadline_.guard(nullptr, transport);
  if (!transport || deadline_.expired() || deadline_.cancelled()) {
    // Whoever mends the certificates need not restart this program.
    if (!failure.reason.empty()) core_->reload_certificates();
    co_return std::unexpected(network_error(failure.error, failure.detail, failure.reason));
  }
  deadline_.limit(std::nullopt);
  response_->transport = std::move(transport);
  co_return Status();
}

// Retry: nothing came back on a connection that had rested, so the peer had most likely closed it.
Task<ClientExchange::Outcome> ClientExchange::attempt(bool reused) {
  response_->parser = std::make_unique<ResponseParser>(request_.method == Method::Head);
  response_->unparsed.clear();
  auto& transport = *response_->transport;
  std::string text = request_header();
  const bool joined = request_.body.size() <= kMaxJoinedBody;
  if (joined) text += request_.body;
  boost::system::error_code write_error;
  co_await transport.write(text, write_error);
  if (!write_error && !joined) co_await transport.write(request_.body, write_error);
  // Even when the peer stopped reading it may have answered first, say 413.
  bool answered = false;
  boost::system::error_code error;
  while (response_->parser->state() == ResponseParser::State::Header) {
    const bool read = co_await response_->advance(error);
    if (!read) break;
    answered = answered || response_->parser->status() != 0 || !response_->unparsed.empty();
  }
  const auto state = response_->parser->state();
  if (!error && (state == ResponseParser::State::Body || state == ResponseParser::State::Complete)) {
    response_->request_sent = !write_error;
    co_return Outcome::Done;
  }
  transport.close();
  const bool interrupted = deadline_.expired() || deadline_.cancelled();
  if (!answered && reused && may_repeat() && !interrupted) co_return Outcome::Retry;
  if (!error && write_error) error = write_error;
  if (error || interrupted || !answered) {
    if (!error && !interrupted) error = asio::error::connection_reset;
    const std::string reason = transport.explain(error);
    if (!reason.empty()) core_->reload_certificates();
    failure_ = network_error(error, "the exchange", reason);
  } else {
    failure_ = malformed(*response_);
  }
  co_return Outcome::Failed;
}

Task<Status> ClientExchange::run() {
  if (auto checked = check_request(); !checked) co_return checked;
  if (deadline_.cancelled()) co_return std::unexpected(network_error({}, ""));
  response_ = std::make_unique<OpenResponse>();
  response_->core = core_;
  response_->endpoint = endpoint_;
  response_->transport = core_->take(endpoint_);
  const bool reused = response_->transport != nullptr;
  if (reused) {
    deadline_.guard(nullptr, response_->transport);
    const auto outcome = co_await attempt(true);
    if (outcome == Outcome::Done) co_return Status();
    if (outcome == Outcome::Failed) co_return std::unexpected(failure_);
  }
  auto connected = co_await connect();
  if (!connected) co_return connected;
  const auto outcome = co_await attempt(false);
  if (outcome == Outcome::Failed) co_return std::unexpected(failure_);
  co_return Status();
}

Task<Result<ClientResponse>> ClientExchange::read_all() {
  auto& parser = *response_->parser;
  boost::system::error_code error;
  while (parser.state() == ResponseParser::State::Body) {
    if (parser.body().size() > core_->options().max_response_bytes) break;
    const bool read = co_await response_->advance(error);
    if (!read) break;
  }
  if (parser.body().size() > core_->options().max_response_bytes) {
    response_->transport->close();
    co_return fail(ErrorCode::PayloadTooLarge, "the answer of " + endpoint_.to_string() + " is too large");
  }
  if (error) {
    response_->transport->close();
    co_return std::unexpected(network_error(error, "reading the answer"));
  }
  if (parser.state() == ResponseParser::State::Failed) {
    response_->transport->close();
    co_return std::unexpected(malformed(*response_));
  }
  ClientResponse out;
  out.status = parser.status();
  out.headers = std::move(parser.headers());
  out.body = std::move(parser.body());
  response_->finish();
  co_return out;
}

// --- streams ---

namespace {

class NetworkStream final : public ResponseStream {
 public:
  explicit NetworkStream(std::unique_ptr<OpenResponse> response) : response_(std::move(response)) {}
  ~NetworkStream() override {
    if (response_->transport) response_->transport->close();
  }

  int status() const override { return response_->parser->status(); }
  const Headers& headers() const override { return response_->parser->headers(); }

  Task<Result<std::string>> read(std::chrono::milliseconds idle_timeout) override {
    auto& parser = *response_->parser;
    if (response_->transport) {
      Deadline deadline(response_->core, idle_timeout);
      deadline.guard(nullptr, response_->transport);
      boost::system::error_code error;
      while (!deadline.cancelled() && parser.body().empty() && parser.state() == ResponseParser::State::Body) {
        const bool read = co_await response_->advance(error);
        if (!read) break;
      }
      const auto where = response_->endpoint.to_string();
      if (deadline.cancelled()) co_return fail(ErrorCode::Cancelled, "the stream from " + where + " was cancelled");
      if (error && deadline.expired()) co_return fail(ErrorCode::DeadlineExceeded, where + " sent nothing in time");
      if (error) {
        auto failure = make_error(ErrorCode::Unavailable, "the stream from " + where + " broke off");
        failure.internal = error.message();
        co_return std::unexpected(failure);
      }
      if (parser.state() == ResponseParser::State::Complete) {
        deadline.guard(nullptr, nullptr);
        response_->finish();
      }
    }
    std::string piece = std::exchange(parser.body(), {});
    if (piece.empty() && parser.state() == ResponseParser::State::Failed) {
      co_return std::unexpected(malformed(*response_));
    }
    if (piece.empty() && parser.state() == ResponseParser::State::Body) {
      co_return fail(ErrorCode::Unavailable, "the stream from " + response_->endpoint.to_string() + " is closed");
    }
    co_return piece;
  }

 private:
  std::unique_ptr<OpenResponse> response_;
};

}  // namespace

std::unique_ptr<ResponseStream> ClientExchange::into_stream() {
  deadline_.guard(nullptr, nullptr);
  return std::make_unique<NetworkStream>(std::move(response_));
}

}  // namespace draas::net
