#include "net/server_sent_events.hpp"

#include <gmock/gmock.h>

namespace draas::net {
namespace {

std::string show(const std::vector<ServerSentEvent>& events) {
  std::string out;
  for (const auto& event : events) out += '[' + event.id + '|' + event.event + '|' + event.data + ']';
  return out;
}

// The result must not depend on how the stream is cut.
std::string parse_in_pieces(std::string_view stream, std::size_t piece) {
  ServerSentEventParser parser;
  std::vector<ServerSentEvent> all;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    for (auto& event : parser.feed(stream.substr(at, piece))) all.push_back(std::move(event));
  }
  return show(all);
}

void expect_parsed(std::string_view stream, const std::string& expected) {
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    ASSERT_EQ(parse_in_pieces(stream, piece), expected) << "pieces of " << piece;
  }
}

TEST(ServerSentEvents, WritesWhatItReads) {
  const ServerSentEvent event{.id = "7", .event = "change", .data = "line 1\nline 2\n"};
  EXPECT_EQ(to_wire(event), "id: 7\nevent: change\ndata: line 1\ndata: line 2\ndata: \n\n");
  expect_parsed(to_wire(event), "[7|change|line 1\nline 2\n]");
  EXPECT_EQ(to_wire({.id = "", .event = "", .data = ""}), "data: \n\n");
  expect_parsed(to_wire({.id = "", .event = "", .data = ""}), "[||]");
}

TEST(ServerSentEvents, CannotBeBrokenOutOf) {
  EXPECT_EQ(to_wire({.id = "1\ndata: x", .event = "e\r\n\r\n", .data = "a\r\nb\rc"}),
            "id: 1data: x\nevent: e\ndata: a\ndata: b\ndata: c\n\n");
  EXPECT_EQ(to_wire_comment("beat\ndata: x"), ": beat\n: data: x\n\n");
  expect_parsed(to_wire_comment("beat\ndata: x"), "");
}

TEST(ServerSentEvents, AllLineEndsAndForms) {
  expect_parsed("data: a\n\n", "[||a]");
  expect_parsed("data: a\r\n\r\n", "[||a]");
  expect_parsed("data: a\r\rdata: b\r\r", "[||a][||b]");
  expect_parsed("data:a\ndata:  b\ndata\n\n", "[||a\n b\n]");
  expect_parsed(
      "\xEF\xBB\xBF"
      "data: a\n\n",
      "[||a]");
  expect_parsed(": comment\nretry: 10\nunknown: x\n\n", "");
  expect_parsed("event: e\n\ndata: x\n\n", "[||x]");
  expect_parsed("data: unfinished\n", "");
}

TEST(ServerSentEvents, TheIdLasts) {
  expect_parsed("id: 1\ndata: a\n\ndata: b\n\nid: 2\n\nid\ndata: c\n\n", "[1||a][1||b][||c]");
  ServerSentEventParser parser;
  parser.feed("id: 5\n\nid: a\0b\ndata: x\n\n");
  EXPECT_EQ(parser.last_event_id(), "5");
}

TEST(ServerSentEvents, TooLargeEventsAreDroppedWhole) {
  const std::string stream = "data: ok\n\ndata: " + std::string(200, 'x') + "\ndata: more\nevent: e\n\ndata: fine\n\n";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    ServerSentEventParser parser(100);
    std::vector<ServerSentEvent> all;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      for (auto& event : parser.feed(std::string_view(stream).substr(at, piece))) all.push_back(std::move(event));
    }
    ASSERT_EQ(show(all), "[||ok][||fine]") << "pieces of " << piece;
    ASSERT_EQ(parser.dropped(), 1U);
  }
}

}  // namespace
}  // namespace draas::net
