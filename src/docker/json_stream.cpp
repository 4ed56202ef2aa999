#include "docker/json_stream.hpp"

namespace draas::docker {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

Status JsonStream::take(std::vector<Json>& out) {
  Result<Json> value = parse_json(object_);
  object_.clear();
  if (!value) {
    return failure_ = std::unexpected(std::move(value.error()).with_context("The engine sent what is not JSON"));
  }
  out.push_back(std::move(*value));
  return {};
}

Status JsonStream::feed(std::string_view bytes, std::vector<Json>& out) {
  if (!failure_) return failure_;
  for (const char c : bytes) {
    if (depth_ == 0) {
      if (is_space(c)) continue;
      if (c != '{') return failure_ = fail(ErrorCode::InvalidArgument, "The engine sent what is not a JSON object");
    }
    if (object_.size() >= kMaxObjectBytes) {
      return failure_ = fail(ErrorCode::PayloadTooLarge, "The engine sent a JSON object of more than 1 MiB");
    }
    object_.push_back(c);
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      continue;
    }
    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      if (Status taken = take(out); !taken) return taken;
    }
  }
  return {};
}

}  // namespace draas::docker
