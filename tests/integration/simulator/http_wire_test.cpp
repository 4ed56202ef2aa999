#include "simulator/http_wire.hpp"

#include <gtest/gtest.h>

#include "simulator/clock_text.hpp"

namespace draas::simulator {
namespace {

TEST(RequestParser, TakesPiecesOfAnySize) {
  std::string text =
      "POST /a/b?x=1&y=%41+b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n";
  for (std::size_t step = 1; step < text.size(); step += 7) {
    RequestParser parser;
    std::vector<HttpRequest> requests;
    for (std::size_t at = 0; at < text.size(); at += step) {
      parser.feed(std::string_view(text).substr(at, step));
      HttpRequest request;
      while (parser.next(request) == RequestParser::State::Complete) requests.push_back(std::move(request));
    }
    ASSERT_EQ(requests.size(), 2U) << step;
    EXPECT_EQ(requests[0].path, "/a/b");
    EXPECT_EQ(requests[0].body, "hello");
    EXPECT_EQ(requests[0].parameter("y"), "A b");
    EXPECT_TRUE(requests[0].keep_alive);
    EXPECT_FALSE(requests[1].keep_alive) << "HTTP/1.0";
  }
}

TEST(RequestParser, RefusesNonsense) {
  for (const char* text : {"GET\r\n\r\n", "GET / HTTP/2\r\n\r\n", "GET / HTTP/1.1\r\nbroken\r\n\r\n",
                           "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
    RequestParser parser;
    parser.feed(text);
    HttpRequest request;
    EXPECT_EQ(parser.next(request), RequestParser::State::Bad) << text;
  }
  RequestParser large;
  large.feed("GET / HTTP/1.1\r\nA: " + std::string(300'000, 'x'));
  HttpRequest request;
  EXPECT_EQ(large.next(request), RequestParser::State::HeaderTooLarge);
}

TEST(RequestParser, ChunkedBodiesAndExpectations) {
  RequestParser parser;
  HttpRequest request;
  parser.feed("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(parser.next(request), RequestParser::State::NeedMore);
  EXPECT_TRUE(parser.take_expectation());
  EXPECT_FALSE(parser.take_expectation());
  parser.feed("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n");
  EXPECT_EQ(parser.next(request), RequestParser::State::NeedMore);
  parser.feed("\r\n");
  EXPECT_EQ(parser.next(request), RequestParser::State::Complete);
  EXPECT_EQ(request.body, "abcde");
}

TEST(RequestParser, AnOversizedBodyIsNotKept) {
  RequestParser parser;
  HttpRequest request;
  parser.feed("POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n");
  EXPECT_EQ(parser.next(request), RequestParser::State::Complete);
  EXPECT_TRUE(request.body_too_large);
  EXPECT_FALSE(request.keep_alive);
}

TEST(ClockText, SpellsTimes) {
  constexpr std::int64_t kTime = 1'795'441'624'231'664'274;  // nanoseconds
  EXPECT_EQ(timestamp_text(kTime), "2026-11-23T13:47:04.231664274Z");
  EXPECT_EQ(timestamp_text_with_offset(kTime), "2026-11-23T13:47:04.231664274+00:00");
  EXPECT_EQ(log_timestamp_text(kTime), "2026-11-23T13:47:04.231664Z");
  EXPECT_EQ(http_date_text(kTime), "Mon, 23 Nov 2026 13:47:04 GMT");
  EXPECT_EQ(random_uuid().size(), 36U);
  EXPECT_EQ(random_uuid()[14], '4');
}

TEST(ResponseBytes, HeadLeavesTheBodyOut) {
  HttpResponse response{200, {{"content-type", "text/plain"}}, "hello"};
  EXPECT_EQ(response_bytes(response, true, true, "D"),
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\ndate: D\r\n\r\n");
  EXPECT_TRUE(response_bytes(response, false, false, "D").ends_with("connection: close\r\ndate: D\r\n\r\nhello"));
  EXPECT_EQ(chunk_bytes("0123456789abcdef"), "10\r\n0123456789abcdef\r\n");
}

}  // namespace
}  // namespace draas::simulator
