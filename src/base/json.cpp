#include "base/json.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "base/document_builder.hpp"

namespace draas {
namespace {

// Reads characters and tells the handler how far the parser has come.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

std::string place(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++column;
    }
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

// The reason alone: without the library's prefix, and without the text that was read, which may be a secret.
std::string reason_of(std::string_view what) {
  if (what.starts_with("[json.exception.")) {
    const std::size_t end = what.find("] ");
    if (end != std::string_view::npos) what.remove_prefix(end + 2);
  }
  if (what.starts_with("parse error")) {
    const std::size_t colon = what.find(": ");
    if (colon != std::string_view::npos) what.remove_prefix(colon + 2);
  }
  std::string reason(what);
  const std::size_t read = reason.find("; last read: '");
  if (read != std::string::npos) {
    const std::size_t expected = reason.rfind("; expected ");
    const bool has_expected = expected != std::string::npos && expected > read;
    reason.erase(read, has_expected ? expected - read : std::string::npos);
  }
  return reason;
}

// Passes the parser's events on and knows where in the text they happen; the first fault ends the parse.
class SaxHandler : public nlohmann::json_sax<Json> {
 public:
  SaxHandler(std::string_view text, JsonLimits limits) : text_(text), reached_(text.data()), document_(limits) {}

  const char** reached() { return &reached_; }
  Json take() { return document_.take(); }
  const std::string& fault() const { return fault_; }

  bool null() override { return add(Json(nullptr)); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(Json(value)); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return add(Json(value)); }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t& /*value*/) override { return stop("binary values are not JSON", offset()); }

  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    std::string refusal = document_.key(std::move(name));
    return refusal.empty() || stop(std::move(refusal), start_of_key());
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    return stop(reason_of(error.what()), position == 0 ? 0 : position - 1);
  }

 private:
  std::size_t offset() const { return static_cast<std::size_t>(reached_ - text_.data()); }

  bool stop(std::string reason, std::size_t offset) {
    fault_ = "malformed JSON at " + place(text_, offset) + ": " + std::move(reason);
    return false;
  }

  bool add(Json value) {
    std::string refusal = document_.add(std::move(value));
    return refusal.empty() || stop(std::move(refusal), offset());
  }

  bool open(Json empty) {
    std::string refusal = document_.open(std::move(empty));
    return refusal.empty() || stop(std::move(refusal), offset() - 1);
  }

  bool close() {
    document_.close();
    return true;
  }

  // The parser stands just behind the closing quote; an opening quote is never behind a backslash.
  std::size_t start_of_key() const {
    std::size_t at = offset() < 2 ? 0 : offset() - 2;
    while (at > 0) {
      if (text_[at] == '"') {
        std::size_t backslashes = 0;
        while (backslashes < at && text_[at - 1 - backslashes] == '\\') ++backslashes;
        if (backslashes % 2 == 0) break;
      }
      --at;
    }
    return at;
  }

  std::string_view text_;
  const char* reached_;
  DocumentBuilder document_;
  std::string fault_;
};

bool equal_numbers(const Json& left, const Json& right) {
  if (left.is_number_float() || right.is_number_float()) return left.get<double>() == right.get<double>();
  if (left.is_number_unsigned() && right.is_number_unsigned()) {
    return left.get<std::uint64_t>() == right.get<std::uint64_t>();
  }
  if (left.is_number_unsigned()) return std::cmp_equal(left.get<std::uint64_t>(), right.get<std::int64_t>());
  if (right.is_number_unsigned()) return std::cmp_equal(left.get<std::int64_t>(), right.get<std::uint64_t>());
  return left.get<std::int64_t>() == right.get<std::int64_t>();
}

bool equal_objects(const Json::object_t& left, const Json::object_t& right) {
  if (left.size() != right.size()) return false;
  // Most often the keys come in the same order; only from the first that does not is a search needed.
  auto a = left.begin();
  auto b = right.begin();
  for (; a != left.end() && a->first == b->first; ++a, ++b) {
    if (!json_equal(a->second, b->second)) return false;
  }
  std::unordered_map<std::string_view, const Json*> rest;
  for (; b != right.end(); ++b) rest.emplace(b->first, &b->second);
  return std::all_of(a, left.end(), [&](const auto& member) {
    const auto found = rest.find(member.first);
    return found != rest.end() && json_equal(member.second, *found->second);
  });
}

}  // namespace

Result<Json> parse_json(std::string_view text, JsonLimits limits) {
  SaxHandler handler(text, limits);
  const CountingIterator begin(text.data(), handler.reached());
  const CountingIterator end(text.data() + text.size(), handler.reached());
  if (!Json::sax_parse(begin, end, &handler)) return fail(ErrorCode::InvalidArgument, handler.fault());
  return handler.take();
}

std::string to_text(const Json& value, int indent) {
  return value.dump(indent > 0 ? indent : -1, ' ', false, Json::error_handler_t::replace);
}

void append_json_string(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
  });
  if (!plain) {
    out += to_text(Json(std::string(text)));
    return;
  }
  out.reserve(out.size() + text.size() + 2);
  out.push_back('"');
  out.append(text);
  out.push_back('"');
}

bool json_equal(const Json& left, const Json& right) {
  if (left.is_number() && right.is_number()) return equal_numbers(left, right);
  if (left.type() != right.type()) return false;
  if (left.is_object())
    return equal_objects(left.get_ref<const Json::object_t&>(), right.get_ref<const Json::object_t&>());
  if (!left.is_array()) return left == right;
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!json_equal(left[i], right[i])) return false;
  }
  return true;
}

}  // namespace draas
