#include "api/embedded_assets.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <zlib.h>

namespace draas::api {
namespace {

std::string gunzip(std::string_view compressed) {
  z_stream stream{};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  EXPECT_EQ(inflateInit2(&stream, kGzipOnly), Z_OK);
  std::string input(compressed);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string output;
  std::string piece(1U << 16U, '\0');
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    output.append(piece, 0, piece.size() - stream.avail_out);
  }
  EXPECT_EQ(status, Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U) << "bytes of another asset follow";
  inflateEnd(&stream);
  return output;
}

bool built_in() { return embedded_asset("swagger-ui/swagger-ui.css").has_value(); }

TEST(EmbeddedAssets, UnknownNameHasNone) {
  EXPECT_FALSE(embedded_asset(""));
  EXPECT_FALSE(embedded_asset("swagger-ui/../scalar/standalone.js"));
  EXPECT_FALSE(embedded_asset("swagger-ui"));
}

TEST(EmbeddedAssets, CompressedAssetsAreWhole) {
  if (!built_in()) GTEST_SKIP() << "built with DRAAS_BUNDLE_API_DOCS=OFF";
  struct Expectation {
    std::string_view name;
    std::string_view content_type;
    std::string_view contains;
  };
  for (const Expectation& expected : {
           Expectation{"swagger-ui/swagger-ui.css", "text/css; charset=utf-8", ".swagger-ui"},
           Expectation{"swagger-ui/swagger-ui-bundle.js", "text/javascript; charset=utf-8", "SwaggerUIBundle"},
           Expectation{"swagger-ui/swagger-ui-standalone-preset.js", "text/javascript; charset=utf-8",
                       "SwaggerUIStandalonePreset"},
           Expectation{"scalar/standalone.js", "text/javascript; charset=utf-8", "createApiReference"},
       }) {
    SCOPED_TRACE(expected.name);
    auto asset = embedded_asset(expected.name);
    ASSERT_TRUE(asset);
    EXPECT_TRUE(asset->plain.empty());
    EXPECT_FALSE(asset->brotli.empty());
    EXPECT_LT(asset->brotli.size(), asset->gzip.size());
    EXPECT_EQ(asset->content_type, expected.content_type);
    EXPECT_NE(gunzip(asset->gzip).find(expected.contains), std::string::npos);
    EXPECT_EQ(plain_content(*asset), gunzip(asset->gzip));
  }
}

TEST(EmbeddedAssets, IconIsAPlainPng) {
  if (!built_in()) GTEST_SKIP() << "built with DRAAS_BUNDLE_API_DOCS=OFF";
  auto icon = embedded_asset("swagger-ui/favicon-32x32.png");
  ASSERT_TRUE(icon);
  EXPECT_TRUE(icon->gzip.empty());
  EXPECT_EQ(icon->content_type, "image/png");
  EXPECT_EQ(icon->plain.substr(0, 4), "\x89PNG");
  EXPECT_EQ(plain_content(*icon), icon->plain);
}

}  // namespace
}  // namespace draas::api
