#include "api/embedded_assets.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

#include <zlib.h>

#ifdef DRAAS_EMBEDDED_ASSETS

// Defined by the assembler file that web/embed/pack.mjs writes; the names are symbols of the linker's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
struct draas_asset_bytes {
  const char* begin;
  std::uint64_t size;
};
struct draas_asset_record {
  draas_asset_bytes name, content_type, plain, gzip, brotli;
};
extern const draas_asset_record draas_assets_begin[];
extern const draas_asset_record draas_assets_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace draas::api {
namespace {

std::string_view view(const draas_asset_bytes& bytes) {
  return bytes.begin == nullptr ? std::string_view{} : std::string_view{bytes.begin, bytes.size};
}

}  // namespace

std::optional<EmbeddedAsset> embedded_asset(std::string_view name) {
  const std::span records(draas_assets_begin, draas_assets_end);
  const auto found = std::ranges::find(records, name, [](const auto& record) { return view(record.name); });
  if (found == records.end()) return std::nullopt;
  return EmbeddedAsset{view(found->content_type), view(found->plain), view(found->gzip), view(found->brotli)};
}

}  // namespace draas::api

#else

namespace draas::api {

std::optional<EmbeddedAsset> embedded_asset(std::string_view /*name*/) { return std::nullopt; }

}  // namespace draas::api

#endif

namespace draas::api {
namespace {

std::string inflate_gzip(std::string_view packed) {
  std::string out;
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return out;
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string piece(1U << 16U, '\0');
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, 0, piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  return out;
}

}  // namespace

std::string plain_content(const EmbeddedAsset& asset) {
  return asset.gzip.empty() ? std::string(asset.plain) : inflate_gzip(asset.gzip);
}

net::Response asset_response(const net::Request& request, const EmbeddedAsset& asset, std::string_view cache_control) {
  net::Response response;
  response.headers.set("Content-Type", asset.content_type);
  response.headers.set("Cache-Control", cache_control);
  if (asset.gzip.empty()) {
    response.body = std::string(asset.plain);
    return response;
  }
  response.headers.set("Vary", "Accept-Encoding");
  if (request.headers.contains_token("Accept-Encoding", "br")) {
    response.headers.set("Content-Encoding", "br");
    response.body = std::string(asset.brotli);
  } else if (request.headers.contains_token("Accept-Encoding", "gzip")) {
    response.headers.set("Content-Encoding", "gzip");
    response.body = std::string(asset.gzip);
  } else {
    response.body = inflate_gzip(asset.gzip);
  }
  return response;
}

}  // namespace draas::api
