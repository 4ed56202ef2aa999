#include "cli/wording.hpp"

#include <cctype>

#include "cli/times.hpp"

namespace draas::cli {
namespace {

// "1.0" -> "1"
std::string without_zeros(const Json& number) {
  std::string text = to_text(number);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

std::string counted(std::uint64_t number, std::string_view one) {
  return std::to_string(number) + " " + std::string(one) + (number == 1 ? "" : "s");
}

std::string label_of(std::string_view key) {
  std::string label;
  for (const char letter : key) {
    const auto code = static_cast<unsigned char>(letter);
    if (label.empty()) {
      label += static_cast<char>(std::toupper(code));
    } else if (std::isupper(code) != 0) {
      label += ' ';
      label += static_cast<char>(std::tolower(code));
    } else {
      label += letter;
    }
  }
  return label;
}

std::string limits_text(const Json& limits) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (!limits.is_object()) return text;
  for (const auto& [key, value] : limits.items()) {
    if (key == "cpuCores" && value.is_number()) {
      add(without_zeros(value) + (value == Json(1) ? " core" : " cores"));
    } else if (key == "memoryBytes" && value.is_number_unsigned()) {
      add(short_size(value.get<std::uint64_t>()) + " of memory");
    } else {
      add(label_of(key) + " " + (value.is_string() ? value.get<std::string>() : to_text(value)));
    }
  }
  return text;
}

}  // namespace draas::cli
