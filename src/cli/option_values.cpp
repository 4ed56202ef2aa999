#include "cli/option_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/size.hpp"
#include "net/text.hpp"

namespace draas::cli {
namespace {

template <class Number>
std::optional<Number> read_number(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_between(const std::string& text, std::uint64_t least, std::uint64_t most) {
  const auto number = read_number<std::uint64_t>(text);
  return number && *number >= least && *number <= most;
}

bool is_span(const std::string& text) {
  const auto span = parse_duration(text);
  return span && span->count() >= 0;
}

std::string range_text(std::uint64_t least, std::uint64_t most) {
  const std::string from = "from " + std::to_string(least);
  return most == UINT64_MAX ? from + " on" : from + " to " + std::to_string(most);
}

// `allowed` ends the sentence "give ...".
CLI::Validator check_of(bool (*is_good)(const std::string&), std::string allowed) {
  return {[is_good, allowed = std::move(allowed)](const std::string& text) {
            return is_good(text) ? std::string() : "'" + text + "' is not allowed; give " + allowed;
          },
          ""};
}

template <class Value>
CLI::Option* add_span(CLI::App* command, const std::string& names, Value& value, const std::string& description) {
  const auto take = [&value](const std::string& text) { value = *parse_duration(text); };
  return command->add_option_function<std::string>(names, take, description)->type_name("TIME")->check(time_span());
}

}  // namespace

std::string choice_text(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

CLI::Validator one_of(std::vector<std::string> words) {
  // In braces it is what completion offers.
  std::string description = "{";
  for (const std::string& word : words) description += (description.size() > 1 ? "," : "") + word;
  description += "}";
  return {[words = std::move(words)](std::string& text) -> std::string {
            const auto found = std::ranges::find_if(
                words, [&](const std::string& word) { return net::equals_ignoring_case(word, text); });
            if (found == words.end()) return "'" + text + "' is not known; give " + choice_text(words);
            text = *found;
            return {};
          },
          description};
}

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return {[least, most](const std::string& text) {
            if (is_between(text, least, most)) return std::string();
            return "'" + text + "' is not allowed; give a whole number " + range_text(least, most);
          },
          ""};
}

CLI::Validator positive_number() {
  constexpr auto kIsGood = [](const std::string& text) {
    const auto number = read_number<double>(text);
    return number && std::isfinite(*number) && *number > 0;
  };
  return check_of(kIsGood, "a number above 0");
}

CLI::Validator memory_size() {
  constexpr auto kIsGood = [](const std::string& text) { return parse_size(text).has_value(); };
  return check_of(kIsGood, "a size such as 512Mi");
}

CLI::Validator time_span() { return check_of(is_span, "a time span such as 30s or 5m"); }

CLI::Validator line_count() {
  constexpr auto kIsGood = [](const std::string& text) {
    return net::equals_ignoring_case(text, "all") || is_between(text, 0, kMostLines);
  };
  return check_of(kIsGood, "a number of lines " + range_text(0, kMostLines) + ", or all");
}

CLI::Validator past_time() {
  constexpr auto kIsGood = [](const std::string& text) { return is_span(text) || parse_rfc3339(text).has_value(); };
  return check_of(kIsGood, "how long ago, such as 10m, or a time such as 2026-01-28T14:35:22Z");
}

CLI::Validator port_or_auto() {
  constexpr auto kIsGood = [](const std::string& text) { return text == "auto" || is_between(text, 1, kMostPort); };
  return check_of(kIsGood, "a port " + range_text(1, kMostPort) + ", or auto");
}

CLI::Option* add_span_option(CLI::App* command, const std::string& names, Duration& value,
                             const std::string& description) {
  return add_span(command, names, value, description)->default_str(to_text(value));
}

CLI::Option* add_span_option(CLI::App* command, const std::string& names, std::optional<Duration>& value,
                             const std::string& description) {
  return add_span(command, names, value, description);
}

}  // namespace draas::cli
