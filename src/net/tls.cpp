#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "net/socket_transport.hpp"

namespace draas::net {
namespace {

namespace ssl = asio::ssl;
using TlsStream = ssl::stream<Socket<asio::ip::tcp>>;

// A certificate of the peer that was not accepted.
std::string_view reason_of_verification(long result) {
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return kTlsExpired;
    case X509_V_OK:  // the chain is good, and the name is compared behind it
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_APPLICATION_VERIFICATION:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return kTlsOtherName;
    default:
      return kTlsUntrusted;
  }
}

// A certificate of ours that the peer did not accept, or missed.
std::string_view reason_of_refusal(SSL* session) {
  const X509* own = SSL_get_certificate(session);
  if (own == nullptr) return kTlsAsksForCertificate;
  return X509_cmp_current_time(X509_get0_notAfter(own)) < 0 ? kTlsOwnExpired : kTlsRefusesCertificate;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(Socket<asio::ip::tcp> socket, ssl::context& context) : stream_(std::move(socket), context) {}

  Task<bool> handshake(const Endpoint& endpoint, bool verify_peer, ConnectFailure& failure) {
    boost::system::error_code not_an_address;
    asio::ip::make_address(endpoint.host, not_an_address);
    // An address must not be sent as a server name (RFC 6066, 3).
    if (not_an_address) {
      SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(endpoint.host.c_str()));
    }
    boost::system::error_code error;
    if (verify_peer) stream_.set_verify_callback(ssl::host_name_verification(endpoint.host), error);
    if (!error) {
      auto token = asio::redirect_error(use_task, error);
      co_await stream_.async_handshake(ssl::stream_base::client, token);
    }
    if (error) failure = {error, "TLS handshake", explain(error)};
    co_return !error;
  }

  Task<std::size_t> read_some(char* data, std::size_t size, boost::system::error_code& error) override {
    auto buffer = asio::buffer(data, size);
    auto token = asio::redirect_error(use_task, error);
    const std::size_t count = co_await stream_.async_read_some(buffer, token);
    // Only a closing alert is an end; a connection that just stops could be an attacker's cut.
    if (error == asio::error::eof) error = {};
    co_return count;
  }

  Task<void> write(std::string_view data, boost::system::error_code& error) override {
    auto buffer = asio::buffer(data.data(), data.size());
    auto token = asio::redirect_error(use_task, error);
    co_await asio::async_write(stream_, buffer, token);
  }

  void close() override {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
  }

  std::string explain(const boost::system::error_code& error) const override {
    if (error.category() != asio::error::get_ssl_category()) return {};
    SSL* session = const_cast<TlsStream&>(stream_).native_handle();
    switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
      case SSL_R_CERTIFICATE_VERIFY_FAILED:
        return std::string(reason_of_verification(SSL_get_verify_result(session)));
      case SSL_R_WRONG_VERSION_NUMBER:
      case SSL_R_HTTP_REQUEST:
        return std::string(kTlsNotSpoken);
      // With TLS 1.3 these come after the handshake, instead of the first answer.
      case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
      case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
      case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
      case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
      case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        return std::string(reason_of_refusal(session));
      default:
        return {};
    }
  }

  bool is_stale() override { return has_unasked_input(stream_.next_layer().native_handle()); }

 private:
  TlsStream stream_;
};

class TlsConnector final : public Connector {
 public:
  TlsConnector(Executor executor, std::shared_ptr<ssl::context> context, bool verify_peer)
      : dialer_(executor), context_(std::move(context)), verify_peer_(verify_peer) {}

  Task<std::shared_ptr<Transport>> connect(const Endpoint& endpoint, ConnectFailure& failure) override {
    const bool connected = co_await dialer_.dial(endpoint, failure);
    if (!connected) co_return nullptr;
    auto transport = std::make_shared<TlsTransport>(std::move(dialer_.socket()), *context_);
    transport_ = transport;
    const bool secured = co_await transport->handshake(endpoint, verify_peer_, failure);
    transport_.reset();
    if (!secured || dialer_.cancelled()) co_return nullptr;
    co_return transport;
  }

  void cancel() override {
    dialer_.cancel();
    if (transport_) transport_->close();
  }

 private:
  TcpDialer dialer_;
  std::shared_ptr<ssl::context> context_;  // as it was loaded when this attempt began
  bool verify_peer_;
  std::shared_ptr<TlsTransport> transport_;
};

class Factory final : public TlsConnectorFactory {
 public:
  Factory() : context_(std::make_shared<ssl::context>(ssl::context::tls_client)) {}

  Status load(const TlsOptions& options) {
    boost::system::error_code error;
    verify_peer_ = options.verify_peer;
    context_->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                              ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                          error);
    if (error) return refuse("TLS versions", "", error);
    context_->set_verify_mode(verify_peer_ ? ssl::verify_peer : ssl::verify_none, error);
    if (error) return refuse("verification", "", error);
    if (options.ca_file.empty()) {
      context_->set_default_verify_paths(error);
      if (error) return refuse("the system's certificate authorities", "", error);
    } else {
      context_->load_verify_file(options.ca_file, error);
      if (error) return refuse("certificate authorities", options.ca_file, error);
    }
    if (!options.certificate_file.empty()) {
      context_->use_certificate_chain_file(options.certificate_file, error);
      if (error) return refuse("the client certificate", options.certificate_file, error);
      context_->use_private_key_file(options.key_file, ssl::context::pem, error);
      if (error) return refuse("the client certificate's key", options.key_file, error);
    }
    return {};
  }

  std::unique_ptr<Connector> make(Executor executor) override {
    return std::make_unique<TlsConnector>(executor, context_, verify_peer_);
  }

 private:
  static Status refuse(std::string_view what, const std::string& file, const boost::system::error_code& error) {
    auto failure = fail(ErrorCode::InvalidArgument,
                        "cannot load " + std::string(what) + (file.empty() ? std::string() : " from '" + file + '\''));
    failure.error().internal = error.message();
    return failure;
  }

  std::shared_ptr<ssl::context> context_;
  bool verify_peer_ = true;
};

Result<std::unique_ptr<TlsConnectorFactory>> make_factory(const TlsOptions& options) {
  auto factory = std::make_unique<Factory>();
  if (auto loaded = factory->load(options); !loaded) return std::unexpected(loaded.error());
  return factory;
}

}  // namespace

void enable_tls() { make_tls_connector_factory = &make_factory; }

}  // namespace draas::net
