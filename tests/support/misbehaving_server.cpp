#include "support/misbehaving_server.hpp"

#include <thread>

namespace draas::tests {
namespace {

using net::testing::RawSocket;
using Kind = Misbehaviour::Kind;
using Script = net::testing::ScriptedPeer::Script;

constexpr std::string_view kHeader = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

// Until the client goes away.
void send_forever(RawSocket& socket, std::string_view piece, std::chrono::milliseconds pause = {}) {
  while (socket.send(piece)) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);  // the slowness itself
  }
}

Script with_request(std::function<void(RawSocket&)> then) {
  return [then = std::move(then)](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    then(socket);
  };
}

// Sends this, and closes.
Script answer(std::string text) {
  return with_request([text = std::move(text)](RawSocket& socket) { socket.send(text); });
}

// Sends this, and nothing more until the client goes away.
Script stall(std::string text) {
  return with_request([text = std::move(text)](RawSocket& socket) {
    socket.send(text);
    socket.read_to_end();
  });
}

Script reset_after(std::string text) {
  return with_request([text = std::move(text)](RawSocket& socket) {
    socket.send(text);
    socket.reset_connection();
  });
}

Script repeat(std::string first, std::string piece, std::chrono::milliseconds pause = {}) {
  return with_request([first = std::move(first), piece = std::move(piece), pause](RawSocket& socket) {
    socket.send(first);
    send_forever(socket, piece, pause);
  });
}

std::vector<Misbehaviour> make_misbehaviours() {
  const std::string header(kHeader);
  const std::string chunked = header + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string hundred = header + "Content-Length: 100\r\n\r\n";
  constexpr std::chrono::milliseconds kDrip{10};
  return {
      {"closes_before_the_request", Kind::BreaksOff, [](RawSocket&, int) {}},
      {"resets_before_the_request", Kind::BreaksOff, [](RawSocket& socket, int) { socket.reset_connection(); }},
      {"closes_after_the_request", Kind::BreaksOff, answer("")},
      {"resets_after_the_request", Kind::BreaksOff, reset_after("")},
      {"closes_within_the_header", Kind::BreaksOff, answer("HTTP/1.1 200 OK\r\nContent-Le")},
      {"resets_within_the_header", Kind::BreaksOff, reset_after("HTTP/1.1 200 OK\r\nContent-Le")},
      {"closes_within_the_body", Kind::BreaksOff, answer(hundred + "{\"half\":"), true},
      {"resets_within_the_body", Kind::BreaksOff, reset_after(hundred + "{\"half\":"), true},
      {"closes_within_a_chunk", Kind::BreaksOff, answer(chunked + "ff\r\n{\"half\":"), true},
      {"closes_before_the_last_chunk", Kind::BreaksOff, answer(chunked + "2\r\n{}\r\n"), true},
      {"never_reads_nor_answers", Kind::Hangs, [](RawSocket& socket, int) { socket.read_to_end(); }},
      {"never_answers", Kind::Hangs, stall("")},
      {"stops_within_the_header", Kind::Hangs, stall("HTTP/1.1 200 OK\r\nContent-Le")},
      {"stops_within_the_body", Kind::Hangs, stall(hundred + "{\"half\":"), true},
      {"drips_its_header", Kind::Hangs, repeat("HTTP/1.1 200 OK\r\nX-Drip: ", "x", kDrip)},
      {"drips_its_body", Kind::Hangs, repeat(header + "Content-Length: 100000\r\n\r\n", " ", kDrip), true},
      {"drips_interim_answers", Kind::Hangs, repeat("", "HTTP/1.1 102 Processing\r\n\r\n", kDrip)},
      {"never_ends_its_header", Kind::Lies, repeat("HTTP/1.1 200 OK\r\n", "X-More: and more and more\r\n")},
      {"never_ends_its_status_line", Kind::Lies, repeat("HTTP/1.1 200 ", std::string(1'000, 'O'))},
      {"never_ends_its_interim_answers", Kind::Lies, repeat("", "HTTP/1.1 102 Processing\r\n\r\n")},
      {"speaks_another_protocol", Kind::Lies, answer("SSH-2.0-OpenSSH_9.2\r\n")},
      {"speaks_http_2", Kind::Lies, answer(std::string("\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80", 15))},
      {"sends_zeros", Kind::Lies, answer(std::string(5'000, '\0'))},
      {"has_a_status_that_is_none", Kind::Lies, answer("HTTP/1.1 9999 Over\r\nContent-Length: 2\r\n\r\n{}")},
      {"has_a_negative_length", Kind::Lies, answer(header + "Content-Length: -1\r\n\r\n{}")},
      {"has_a_length_beyond_numbers", Kind::Lies, answer(header + "Content-Length: 99999999999999999999999\r\n\r\n{}")},
      {"has_two_lengths", Kind::Lies, answer(header + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")},
      {"has_a_chunk_beyond_numbers", Kind::Lies, answer(chunked + "ffffffffffffffffff\r\n{}\r\n"), true},
      {"has_a_chunk_size_that_is_none", Kind::Lies, answer(chunked + "two\r\n{}\r\n0\r\n\r\n"), true},
      {"has_a_body_without_end", Kind::Lies, repeat(header + "\r\n", std::string(64U << 10U, ' ')), true},
  };
}

}  // namespace

const std::vector<Misbehaviour>& misbehaviours() {
  static const std::vector<Misbehaviour> all = make_misbehaviours();
  return all;
}

Script well_behaved() {
  const std::string body =
      R"({"status":"ok","Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"})";
  return answer(std::string(kHeader) + "Connection: close\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
}

}  // namespace draas::tests
