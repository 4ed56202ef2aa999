#include "docker/image_reference.hpp"

#include <algorithm>

namespace draas::docker {
namespace {

constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTag = 128;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_letter_or_digit(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "'" + std::string(text.substr(0, kMaxName)) +
                                              "' is not the name of an image: " + std::string(why) +
                                              "; write it like ghcr.io/drasi-project/drasi-server:0.2.2");
}

bool is_path(std::string_view path) {
  if (path.empty() || !is_lower_or_digit(path.front()) || !is_lower_or_digit(path.back())) return false;
  char before = '/';
  for (const char c : path) {
    const bool mark = c == '.' || c == '_' || c == '-';
    if (!is_lower_or_digit(c) && c != '/' && !mark) return false;
    if (c == '/' && !is_lower_or_digit(before)) return false;
    if (mark && before == '/') return false;
    before = c;
  }
  return true;
}

bool is_registry(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

std::string ImageReference::name() const {
  // The engine's own way to write its default registry.
  return registry == "docker.io" ? path : registry + "/" + path;
}

std::string ImageReference::version() const {
  if (!digest.empty()) return digest;
  return tag.empty() ? "latest" : tag;
}

Result<ImageReference> parse_image_reference(std::string_view text) {
  ImageReference image;
  std::string_view rest = text;
  if (text.empty()) return refuse(text, "it is empty");
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    image.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
    const auto colon = image.digest.find(':');
    const bool hex = colon != std::string::npos && std::ranges::all_of(image.digest.substr(colon + 1), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                     });
    if (!hex || image.digest.size() - colon - 1 < 32) return refuse(text, "the digest behind '@' is malformed");
  }
  const auto slash = rest.find('/');
  const std::string_view first = rest.substr(0, slash);
  const bool has_registry =
      slash != std::string_view::npos && (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  image.registry = has_registry ? std::string(first) : "docker.io";
  if (has_registry) rest.remove_prefix(slash + 1);
  if (!is_registry(image.registry)) return refuse(text, "the registry is malformed");
  if (image.registry == "index.docker.io") image.registry = "docker.io";
  if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
    image.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    const bool valid = !image.tag.empty() && image.tag.size() <= kMaxTag && image.tag.front() != '.' &&
                       image.tag.front() != '-' && std::ranges::all_of(image.tag, [](char c) {
                         return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-';
                       });
    if (!valid) return refuse(text, "the tag behind ':' is malformed");
  }
  image.path = rest;
  if (!is_path(image.path) || image.path.size() > kMaxName) {
    return refuse(text, "it may hold small letters, digits, '.', '_' and '-' between slashes");
  }
  if (image.registry == "docker.io" && image.path.find('/') == std::string::npos) image.path = "library/" + image.path;
  return image;
}

}  // namespace draas::docker
