// Both message parsers, fed with every way to cut their input in two and byte by byte.

#include <gmock/gmock.h>

#include "net/request_parser.hpp"
#include "net/response_parser.hpp"

namespace draas::net {
namespace {

// Feeds as a connection does: what was not taken is given again with what comes next.
template <class Parser, class Done>
std::string feed_in_pieces(Parser& parser, std::string_view text, std::size_t first, std::size_t then, Done done) {
  std::string pending;
  std::size_t at = 0;
  while (at < text.size() && !done(parser)) {
    const auto size = std::min(at == 0 ? first : then, text.size() - at);
    pending += text.substr(at, size);
    at += size;
    pending.erase(0, parser.feed(pending));
  }
  return pending + std::string(text.substr(at));
}

bool request_done(const RequestParser& parser) {
  return parser.state() == RequestParser::State::Complete || parser.state() == RequestParser::State::Failed;
}

std::string parse_request(std::string_view text, std::size_t first, std::size_t then) {
  RequestParser parser({});
  Request request;
  parser.reset(request);
  const auto rest = feed_in_pieces(parser, text, first, then, request_done);
  if (parser.state() == RequestParser::State::Failed) return "failed " + std::to_string(parser.status());
  if (parser.state() != RequestParser::State::Complete) return "incomplete";
  std::string out = request.method_name + ' ' + request.path + '?' + request.query;
  for (const auto& [name, value] : request.headers) out += '|' + name + '=' + value;
  return out + '|' + request.body + '|' + rest;
}

void expect_request(std::string_view text, const std::string& expected) {
  ASSERT_EQ(parse_request(text, text.size(), text.size()), expected);
  ASSERT_EQ(parse_request(text, 1, 1), expected);
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    ASSERT_EQ(parse_request(text, cut, text.size()), expected) << "cut at " << cut;
  }
}

TEST(RequestParser, DoesNotCareHowItsInputIsCut) {
  expect_request("GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\nA:  b \r\n\r\n", "GET /a b?c=d|Host=h|A=b||");
  expect_request("\r\n\r\nPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET",
                 "POST /?|Host=h|Content-Length=3|abc|GET");
  expect_request(
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: t\r\n\r\nX",
      "PUT /?|Host=h|Transfer-Encoding=Chunked|abcde|X");
  const std::string chunked = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect_request(chunked + "0\r\n\r\nX", "PUT /?|Host=h|Transfer-Encoding=chunked||X");
  expect_request(chunked + "00\r\nT: t\r\n\r\nX", "PUT /?|Host=h|Transfer-Encoding=chunked||X");
  expect_request(chunked + "3\r\n0\r\n\r\n0\r\n\r\nX", "PUT /?|Host=h|Transfer-Encoding=chunked|0\r\n|X");
  expect_request("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS *?|Host=h||");
  expect_request("GET http://a:1?x HTTP/1.1\r\nHost: h\r\n\r\n", "GET /?x|Host=a:1||");
}

TEST(RequestParser, RefusesTheSameHoweverItIsCut) {
  expect_request("GET / HTTP/1.1\r\nHost: h\r\n folded: x\r\n\r\n", "failed 400");
  expect_request("GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n", "failed 400");
  expect_request("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\nHost: h\r\n\r\n0\r\n\r\n",
                 "failed 400");
  expect_request("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\nHost: h\r\n\r\n0", "failed 400");
  expect_request("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\n\r\n\r\n", "failed 400");
  expect_request("GET / HTTP/3.0\r\nHost: h\r\n\r\n", "failed 505");
  expect_request("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: br\r\n\r\n", "failed 501");
}

TEST(RequestParser, IsUsableAgain) {
  RequestParser parser({});
  Request request;
  for (int i = 0; i < 3; ++i) {
    parser.reset(request);
    const std::string text = "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    ASSERT_EQ(parser.feed(text), text.size());
    ASSERT_EQ(parser.state(), RequestParser::State::Complete);
    EXPECT_EQ(request.path, '/' + std::to_string(i));
    EXPECT_EQ(request.headers.size(), 1U);
    parser.reset(request);
    parser.feed("nonsense\r\n");
    ASSERT_EQ(parser.state(), RequestParser::State::Failed);
  }
}

std::string parse_response(std::string_view text, std::size_t first, std::size_t then, bool to_head) {
  ResponseParser parser(to_head);
  const auto done = [](const ResponseParser& p) {
    return p.state() == ResponseParser::State::Complete || p.state() == ResponseParser::State::Failed;
  };
  const auto rest = feed_in_pieces(parser, text, first, then, done);
  const bool needed_end = !done(parser);
  if (needed_end) parser.feed_end();
  if (parser.state() == ResponseParser::State::Failed) return parser.broke_off() ? "broke off" : "failed";
  return std::to_string(parser.status()) + '|' + parser.body() + '|' + rest +
         (parser.keep_alive() ? "|keep" : "|close");
}

void expect_response(std::string_view text, const std::string& expected, bool to_head = false) {
  ASSERT_EQ(parse_response(text, text.size(), text.size(), to_head), expected) << text;
  ASSERT_EQ(parse_response(text, 1, 1, to_head), expected) << text;
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    ASSERT_EQ(parse_response(text, cut, text.size(), to_head), expected) << "cut at " << cut;
  }
}

TEST(ResponseParser, ReadsEveryKindOfBody) {
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcX", "200|abc|X|keep");
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200|||keep");
  expect_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "200|abc||keep");
  expect_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "200|||keep");
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n0\r\n", "200|0\r\n||keep");
  expect_response("HTTP/1.1 200 OK\r\nA: b\r\n\r\nto the end", "200|to the end||close");
  expect_response("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "200|a||close");
  expect_response("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", "200|a||close");
  expect_response("HTTP/1.1 204 None\r\n\r\n", "204|||keep");
  expect_response("HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n", "304|||keep");
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "200|||keep", true);
  expect_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200|||keep", true);
}

TEST(ResponseParser, SkipsInterimResponses) {
  expect_response(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
      "200|a||keep");
  expect_response("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nwhatever", "failed");
}

TEST(ResponseParser, NoticesWhatIsWrong) {
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "broke off");
  expect_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "broke off");
  expect_response("HTTP/1.1 200", "broke off");
  expect_response("garbage\r\n\r\n", "failed");
  expect_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "failed");
  expect_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc", "failed");
  expect_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", "failed");
}

}  // namespace
}  // namespace draas::net
