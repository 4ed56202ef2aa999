#pragma once
// A byte stream to a peer, whatever carries it. For the HTTP client.

#include <memory>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::net {

// On its loop's thread. One read and one write at a time.
class Transport {
 public:
  virtual ~Transport() = default;

  // 0 bytes and no error at the end of the stream.
  virtual Task<std::size_t> read_some(char* data, std::size_t size, boost::system::error_code& error) = 0;
  virtual Task<void> write(std::string_view data, boost::system::error_code& error) = 0;
  // Whatever is pending ends with an error. Safe to call twice.
  virtual void close() = 0;
  // For a connection that rests between two requests: true when the peer has closed it, or has sent something unasked.
  virtual bool is_stale() = 0;
  // What an error of this transport means, for people; "" when its own message says all there is.
  virtual std::string explain(const boost::system::error_code&) const { return {}; }
};

// Why a connection attempt failed.
struct ConnectFailure {
  boost::system::error_code error;
  std::string detail;  // what was being done: "TLS handshake"
  std::string reason;  // as Transport::explain() gives it
};

// An attempt to connect; the transport it gives may be closed from outside at any time, which ends the attempt.
class Connector {
 public:
  virtual ~Connector() = default;
  // Tries each address in turn. nullptr on failure.
  virtual Task<std::shared_ptr<Transport>> connect(const Endpoint& endpoint, ConnectFailure& failure) = 0;
  virtual void cancel() = 0;
};

std::unique_ptr<Connector> make_tcp_connector(Executor executor);
std::unique_ptr<Connector> make_unix_connector(Executor executor);

// Kept by a client: holds the loaded certificates.
class TlsConnectorFactory {
 public:
  virtual ~TlsConnectorFactory() = default;
  virtual std::unique_ptr<Connector> make(Executor executor) = 0;
};

using MakeTlsConnectorFactory = Result<std::unique_ptr<TlsConnectorFactory>> (*)(const TlsOptions& options);

// Set by enable_tls(); null in a program that never called it.
extern MakeTlsConnectorFactory make_tls_connector_factory;

}  // namespace draas::net
