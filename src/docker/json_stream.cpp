#include "docker/json_stream.hpp"

#include <utility>

namespace draas::docker {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void JsonStream::begin_anew() {
  object_.clear();
  depth_ = 0;
  in_string_ = false;
  escaped_ = false;
  faulty_ = false;
}

Status JsonStream::fault(ErrorCode code, std::string message) {
  if (on_fault_ == OnFault::Fail) return failure_ = fail(code, std::move(message));
  if (!std::exchange(faulty_, true)) ++skipped_;
  object_.clear();
  return {};
}

Status JsonStream::take(std::vector<Json>& out) {
  const bool whole = !faulty_;
  const std::string text = std::exchange(object_, {});
  begin_anew();
  if (!whole) return {};
  Result<Json> value = parse_json(text);
  if (!value) {
    Status bad = fault(value.error().code, "The engine sent what is not JSON: " + value.error().message);
    faulty_ = false;  // it is over
    return bad;
  }
  out.push_back(std::move(*value));
  return {};
}

Status JsonStream::feed(std::string_view bytes, std::vector<Json>& out) {
  if (!failure_) return failure_;
  for (const char c : bytes) {
    // A string holds no line end, and neither does a line that an engine writes.
    if (c == '\n' && (in_string_ || faulty_) && on_fault_ == OnFault::Skip) {
      if (!faulty_) ++skipped_;
      begin_anew();
      continue;
    }
    if (depth_ == 0) {
      if (is_space(c)) continue;
      if (c != '{') {
        Status bad = fault(ErrorCode::InvalidArgument, "The engine sent what is not a JSON object");
        if (!bad) return bad;
        continue;
      }
      faulty_ = false;
    }
    if (!faulty_) {
      if (object_.size() >= kMaxObjectBytes) {
        Status bad = fault(ErrorCode::PayloadTooLarge, "The engine sent a JSON object of more than 1 MiB");
        if (!bad) return bad;
      } else {
        object_.push_back(c);
      }
    }
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
