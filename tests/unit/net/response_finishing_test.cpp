#include <gmock/gmock.h>
#include <zlib.h>

#include "net/http_server.hpp"

namespace draas::net {
namespace {

std::string gunzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

Request get(std::initializer_list<std::pair<std::string_view, std::string_view>> headers) {
  Request request;
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  return request;
}

const std::string kLong(5'000, 'x');

bool compressed_for(std::string_view accept_encoding) {
  auto response = Response::json_text(200, kLong);
  finish_response(get({{"Accept-Encoding", accept_encoding}}), response);
  EXPECT_EQ(response.headers.get("Vary"), "Accept-Encoding");
  return response.headers.get("Content-Encoding") == "gzip";
}

TEST(FinishResponse, CompressesWhenTheClientAgrees) {
  EXPECT_TRUE(compressed_for("gzip"));
  EXPECT_TRUE(compressed_for("br;q=1.0, GZIP;q=0.5"));
  EXPECT_TRUE(compressed_for("*"));
  EXPECT_TRUE(compressed_for("gzip;q=0.001"));
  EXPECT_FALSE(compressed_for(""));
  EXPECT_FALSE(compressed_for("br"));
  EXPECT_FALSE(compressed_for("gzip;q=0"));
  EXPECT_FALSE(compressed_for("gzip;q=0.000, *"));
  EXPECT_FALSE(compressed_for("*;q=0"));
  EXPECT_FALSE(compressed_for("gzip;q=nonsense"));
}

TEST(FinishResponse, TheCompressedBodyIsTheSame) {
  const auto shared = std::make_shared<const std::string>(kLong);
  for (int i = 0; i < 3; ++i) {
    auto response = i == 0 ? Response::text(200, kLong) : Response::json_shared(200, shared);
    finish_response(get({{"Accept-Encoding", "gzip"}}), response);
    EXPECT_LT(response.content().size(), 200U);
    EXPECT_EQ(gunzip(response.content()), kLong);
  }
}

TEST(FinishResponse, LeavesAloneWhatIsNotWorthIt) {
  const auto request = get({{"Accept-Encoding", "gzip"}});
  auto small = Response::text(200, std::string(1'024, 'x'));
  finish_response(request, small);
  EXPECT_EQ(small.content().size(), 1'024U);
  EXPECT_FALSE(small.headers.has("Vary"));
  auto binary = Response::text(200, kLong);
  binary.headers.set("Content-Type", "application/octet-stream");
  finish_response(request, binary);
  EXPECT_EQ(binary.content(), kLong);
  auto encoded = Response::text(200, kLong);
  encoded.headers.set("Content-Encoding", "br");
  finish_response(request, encoded);
  EXPECT_EQ(encoded.content(), kLong);
  auto fixed = Response::text(200, kLong);
  fixed.headers.set("Cache-Control", "no-transform");
  finish_response(request, fixed);
  EXPECT_EQ(fixed.content(), kLong);
}

int status_for(std::string_view if_none_match, std::string_view etag, Method method = Method::Get) {
  auto request = get({{"If-None-Match", if_none_match}});
  request.method = method;
  auto response = Response::text(200, "body");
  response.headers.set("ETag", etag);
  finish_response(request, response);
  if (response.status == 304) {
    EXPECT_EQ(response.content(), "");
    EXPECT_EQ(response.headers.get("ETag"), etag);
    EXPECT_FALSE(response.headers.has("Content-Type"));
  }
  return response.status;
}

TEST(FinishResponse, NotModified) {
  EXPECT_EQ(status_for("\"a\"", "\"a\""), 304);
  EXPECT_EQ(status_for("\"b\", W/\"a\"", "\"a\""), 304);
  EXPECT_EQ(status_for("*", "\"a\""), 304);
  EXPECT_EQ(status_for("\"a-gzip\"", "\"a\""), 304);
  EXPECT_EQ(status_for("\"a\"", "\"a\"", Method::Head), 304);
  EXPECT_EQ(status_for("\"b\"", "\"a\""), 200);
  EXPECT_EQ(status_for("\"a,b\"", "\"a\""), 200);
  EXPECT_EQ(status_for("\"a\"", "\"a\"", Method::Post), 200);
}

TEST(FinishResponse, ACompressedRepresentationHasItsOwnStrongTag) {
  auto response = Response::text(200, kLong);
  response.headers.set("ETag", "\"a\"");
  finish_response(get({{"Accept-Encoding", "gzip"}}), response);
  EXPECT_EQ(response.headers.get("ETag"), "\"a-gzip\"");
  auto weak = Response::text(200, kLong);
  weak.headers.set("ETag", "W/\"a\"");
  finish_response(get({{"Accept-Encoding", "gzip"}}), weak);
  EXPECT_EQ(weak.headers.get("ETag"), "W/\"a\"");
}

TEST(EtagMatches, ComparesStrongly) {
  EXPECT_TRUE(etag_matches("\"a\"", "\"a\""));
  EXPECT_TRUE(etag_matches("\"x\", \"a\"", "\"a\""));
  EXPECT_TRUE(etag_matches("\"a-gzip\"", "\"a\""));
  EXPECT_TRUE(etag_matches("\"a+yaml\"", "\"a\"")) << "another representation of the same version";
  EXPECT_TRUE(etag_matches("\"a+yaml-gzip\"", "\"a\""));
  EXPECT_FALSE(etag_matches("\"b+yaml\"", "\"a\""));
  EXPECT_TRUE(etag_matches("*", "\"a\""));
  EXPECT_FALSE(etag_matches("*", ""));
  EXPECT_FALSE(etag_matches("W/\"a\"", "\"a\""));
  EXPECT_FALSE(etag_matches("\"a\"", "W/\"a\""));
  EXPECT_FALSE(etag_matches("\"b\"", "\"a\""));
  EXPECT_FALSE(etag_matches("", "\"a\""));
}

}  // namespace
}  // namespace draas::net
