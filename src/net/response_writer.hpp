#pragma once
// Serialises response headers and chunks into a string that the connection reuses.

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace draas::net {

// The Date field's line, made anew once a second. One per loop.
class DateLine {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t second_ = -1;
  std::string line_;
};

enum class Framing : std::uint8_t {
  Length,      // Content-Length
  Chunked,     // Transfer-Encoding: chunked
  UntilClose,  // the end of the connection ends the body (HTTP/1.0 streams)
};

struct HeaderContext {
  std::string_view date_line;
  std::string_view server_name;  // "" for none
  std::string_view request_id;   // "" for none
  Framing framing = Framing::Length;
  std::size_t content_length = 0;
  bool close = false;           // says Connection: close
  bool say_keep_alive = false;  // to an HTTP/1.0 client that asked for it
};

// Appends the header of `response` with its final empty line. Fields that are the server's own are skipped in
// response.headers; control characters in values become spaces, so that no value can begin a new line.
void append_header(std::string& out, const Response& response, const HeaderContext& context);

void append_chunk(std::string& out, std::string_view data);
void append_last_chunk(std::string& out);

}  // namespace draas::net
