#include "cli/masking.hpp"

#include "drasi/configuration.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kShortest = 4;
constexpr std::string_view kMask = "***";

// What stands in `whole` and not in `masked`.
void differing(const Json& whole, const Json& masked, std::set<std::string>& out) {
  if (whole.is_object() && masked.is_object()) {
    for (const auto& [key, value] : whole.items()) {
      if (masked.contains(key)) differing(value, masked[key], out);
    }
    return;
  }
  if (whole.is_array() && masked.is_array()) {
    for (std::size_t i = 0; i < std::min(whole.size(), masked.size()); ++i) differing(whole[i], masked[i], out);
    return;
  }
  if (whole == masked) return;
  if (whole.is_structured()) {
    for (const auto& member : whole.items()) differing(member.value(), Json(), out);
    return;
  }
  out.insert(whole.is_string() ? whole.get<std::string>() : to_text(whole));
}

// "scheme://user:password@host" -> "password"; "" when there is none.
std::string password_in(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return {};
  const std::size_t begin = scheme + 3;
  const std::size_t end = url.rfind('@', url.find('/', begin));
  const std::size_t colon = url.find(':', begin);
  if (end == std::string::npos || colon == std::string::npos || colon > end) return {};
  return url.substr(colon + 1, end - colon - 1);
}

// "${NAME:-default}" -> "default"
std::string default_in(const std::string& reference) {
  const std::size_t at = reference.find(":-");
  if (!reference.starts_with("${") || !reference.ends_with('}') || at == std::string::npos) return {};
  return reference.substr(at + 2, reference.size() - at - 3);
}

// Members whose values are secret whatever they are called: variables of an environment.
Json without_environment(Json value) {
  if (!value.is_structured()) return value;
  for (auto& member : value.items()) {
    if (value.is_object() && (member.key() == "environment" || member.key() == "env") &&
        member.value().is_structured()) {
      for (auto& variable : member.value().items()) variable.value() = std::string(kMask);
    } else {
      member.value() = without_environment(member.value());
    }
  }
  return value;
}

}  // namespace

void Masker::learn_text(const std::string& secret) {
  if (secret.size() >= kShortest) secrets_.insert(secret);
}

void Masker::learn(const Json& configuration) {
  std::set<std::string> found;
  differing(configuration, drasi::mask_secrets(configuration), found);
  for (const std::string& secret : found) {
    const std::string inner = default_in(secret);
    learn_text(inner.empty() ? secret : inner);
    learn_text(password_in(secret));
  }
}

Json Masker::mask(const Json& value) const {
  Json masked = without_environment(drasi::mask_secrets(value));
  if (secrets_.empty()) return masked;
  const std::string text = mask_text(to_text(masked));
  Json again = Json::parse(text, nullptr, false);
  // A secret that is part of JSON's own text: rather nothing than too much.
  return again.is_discarded() ? Json(std::string(kMask)) : again;
}

std::string Masker::mask_text(std::string text) const {
  for (const std::string& secret : secrets_) {
    // As it is, and as JSON writes it.
    const std::string quoted = to_text(Json(secret));
    for (const std::string& form : {secret, quoted.substr(1, quoted.size() - 2)}) {
      for (std::size_t at = 0; (at = text.find(form, at)) != std::string::npos; at += kMask.size()) {
        text.replace(at, form.size(), kMask);
      }
    }
  }
  return text;
}

}  // namespace draas::cli
