#include "api/media_type.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "net/text.hpp"

namespace draas::api {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), net::to_lower);
  return out;
}

struct Range {
  std::string_view type;
  int quality = 1000;  // thousandths
};

int parse_quality(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 1) return 1000;
  return static_cast<int>(std::lround(value * 1000));
}

Range parse_range(std::string_view item) {
  const auto semicolon = item.find(';');
  Range range{net::trim(item.substr(0, semicolon))};
  while (!item.empty()) {
    const auto next = item.find(';');
    const auto parameter = net::trim(item.substr(0, next));
    if (parameter.size() > 2 && net::to_lower(parameter[0]) == 'q' && parameter[1] == '=') {
      range.quality = parse_quality(parameter.substr(2));
    }
    item = next == std::string_view::npos ? std::string_view() : item.substr(next + 1);
  }
  return range;
}

// 0 = does not match; 1 = */*; 2 = type/*; 3 = exact.
int specificity(std::string_view range, std::string_view type) {
  if (range == "*/*") return 1;
  if (net::equals_ignoring_case(range, type)) return 3;
  if (is_yaml(type) && is_yaml(lower(range))) return 3;
  if (range.ends_with("/*") && range.size() - 1 <= type.size() &&
      net::equals_ignoring_case(range.substr(0, range.size() - 1), type.substr(0, range.size() - 1))) {
    return 2;
  }
  return 0;
}

int quality_of(const net::Request& request, std::string_view type) {
  int best = 0;
  int quality = 0;
  for (const auto& [name, value] : request.headers) {
    if (!net::equals_ignoring_case(name, "Accept")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto range = parse_range(net::next_list_item(rest));
      const int match = specificity(range.type, type);
      if (match > best) {
        best = match;
        quality = range.quality;
      }
    }
  }
  return quality;
}

}  // namespace

std::string media_type(std::string_view content_type) {
  return lower(net::trim(content_type.substr(0, content_type.find(';'))));
}

bool is_yaml(std::string_view type) {
  return type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml" || type == "text/x-yaml";
}

std::optional<std::size_t> preferred_type(const net::Request& request, std::span<const std::string_view> offered) {
  if (net::trim(request.headers.get("Accept")).empty()) return 0;
  std::optional<std::size_t> best;
  int best_quality = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const int quality = quality_of(request, offered[i]);
    if (quality > best_quality) {
      best = i;
      best_quality = quality;
    }
  }
  return best;
}

bool prefers(const net::Request& request, std::string_view type) {
  const std::array<std::string_view, 2> offered{kJson, type};
  return preferred_type(request, offered) == std::optional<std::size_t>(1);
}

}  // namespace draas::api
