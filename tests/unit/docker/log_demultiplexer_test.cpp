#include "docker/log_demultiplexer.hpp"

#include <gmock/gmock.h>

namespace draas::docker {
namespace {

std::string frame(unsigned char stream, std::string_view data) {
  std::string out{static_cast<char>(stream), 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(data.size() >> shift & 0xFFU));
  return out + std::string(data);
}

std::string lines_of(std::string_view bytes, std::size_t piece, bool terminal = false) {
  LogDemultiplexer demultiplexer(terminal);
  LogLines lines;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::vector<LogPiece> pieces;
    EXPECT_TRUE(demultiplexer.feed(bytes.substr(at, piece), pieces));
    for (const LogPiece& part : pieces) lines.feed(part, out);
  }
  lines.finish(out);
  return out;
}

TEST(LogDemultiplexer, SeparatesTheStreams) {
  LogDemultiplexer demultiplexer(false);
  std::vector<LogPiece> pieces;
  ASSERT_TRUE(demultiplexer.feed(frame(1, "a") + frame(1, "b") + frame(2, "c") + frame(3, "d") + frame(1, ""), pieces));
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].data, "ab");
  EXPECT_EQ(pieces[1].stream, LogPiece::Stream::Error);
  EXPECT_EQ(pieces[2].stream, LogPiece::Stream::Engine);
  EXPECT_FALSE(demultiplexer.in_frame());
}

TEST(LogDemultiplexer, NothingIsHeldBack) {
  LogDemultiplexer demultiplexer(false);
  std::vector<LogPiece> pieces;
  ASSERT_TRUE(demultiplexer.feed(frame(1, "hello").substr(0, 10), pieces));
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].data, "he");
  EXPECT_TRUE(demultiplexer.in_frame());
}

TEST(LogDemultiplexer, ReadsTheSameFromAnyPieces) {
  const std::string bytes = frame(1, "one\ntw") + frame(2, "error\n") + frame(1, "o\nrest");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    EXPECT_EQ(lines_of(bytes, piece), "one\nerror\ntwo\nrest") << piece;
  }
}

TEST(LogDemultiplexer, TimesAreTakenOutAndSayWhereToGoOn) {
  const auto stamp = [](int second) { return "2026-01-02T03:04:0" + std::to_string(second) + ".000000000Z"; };
  const std::string bytes =
      frame(1, stamp(1) + " one\n") + frame(2, stamp(2) + " two two\n") + frame(1, stamp(3) + " \n");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const auto read = [&](const std::string& after) {
      LogDemultiplexer demultiplexer(false, true, after);
      std::string out;
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        std::vector<LogPiece> pieces;
        EXPECT_TRUE(demultiplexer.feed(std::string_view(bytes).substr(at, piece), pieces));
        for (const LogPiece& part : pieces) out += part.data;
      }
      return out + "|" + demultiplexer.newest();
    };
    EXPECT_EQ(read(""), "one\ntwo two\n\n|" + stamp(3)) << piece;
    EXPECT_EQ(read(stamp(2)), "\n|" + stamp(3)) << piece;
    EXPECT_EQ(read(stamp(9)), "|" + stamp(9)) << piece;
  }
}

TEST(LogDemultiplexer, ATerminalWritesBareBytes) {
  EXPECT_EQ(lines_of("one\r\ntwo", 3, true), "one\r\ntwo");
  EXPECT_EQ(lines_of(frame(1, "x"), 3, true), frame(1, "x"));
}

TEST(LogDemultiplexer, RefusesAMalformedFrame) {
  for (const std::string& bad : {std::string("plain text"), std::string("\x01\x01\0\0\0\0\0\1x", 9)}) {
    LogDemultiplexer demultiplexer(false);
    std::vector<LogPiece> pieces;
    EXPECT_FALSE(demultiplexer.feed(bad, pieces));
    EXPECT_FALSE(demultiplexer.feed(frame(1, "x"), pieces));
    EXPECT_TRUE(pieces.empty());
  }
}

TEST(LogLines, ALineWithoutEndIsBounded) {
  LogLines lines;
  std::string out;
  const std::string much(LogLines::kMaxLineBytes + 1, 'x');
  lines.feed({LogPiece::Stream::Output, much}, out);
  EXPECT_EQ(out, much);
}

}  // namespace
}  // namespace draas::docker
