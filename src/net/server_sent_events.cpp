#include "net/server_sent_events.hpp"

#include <utility>

namespace draas::net {
namespace {

// A field's value must not contain a line end: it would begin another field.
void append_single_line(std::string& out, std::string_view field, std::string_view value) {
  out += field;
  out += ": ";
  for (const char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
  out += '\n';
}

// One `field` line for each line of `text`, whatever ends its lines.
void append_lines(std::string& out, std::string_view field, std::string_view text) {
  std::size_t begin = 0;
  for (;;) {
    const auto end = text.find_first_of("\r\n", begin);
    out += field;
    out += text.substr(begin, end == std::string_view::npos ? end : end - begin);
    out += '\n';
    if (end == std::string_view::npos) return;
    begin = end + 1;
    if (text[end] == '\r' && begin < text.size() && text[begin] == '\n') ++begin;
  }
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::string to_wire(const ServerSentEvent& event) {
  std::string out;
  out.reserve(event.id.size() + event.event.size() + event.data.size() + 32);
  if (!event.id.empty()) append_single_line(out, "id", event.id);
  if (!event.event.empty()) append_single_line(out, "event", event.event);
  append_lines(out, "data: ", event.data);
  out += '\n';
  return out;
}

std::string to_wire_comment(std::string_view text) {
  std::string out;
  append_lines(out, ": ", text);
  out += '\n';
  return out;
}

ServerSentEventParser::ServerSentEventParser(std::size_t max_event_bytes) : limit_(max_event_bytes) {}

std::vector<ServerSentEvent> ServerSentEventParser::feed(std::string_view piece) {
  std::vector<ServerSentEvent> out;
  if (after_cr_ && !piece.empty()) {
    if (piece.front() == '\n') piece.remove_prefix(1);
    after_cr_ = false;
  }
  while (!piece.empty()) {
    const auto end = piece.find_first_of("\r\n");
    const auto text = piece.substr(0, end);
    if (line_.size() + text.size() + current_.data.size() > limit_) {
      overflow_ = true;
      line_dropped_ = true;
      line_.clear();
      current_.data.clear();
    }
    if (end == std::string_view::npos) {
      if (!line_dropped_) line_ += text;
      return out;
    }
    if (line_dropped_) {
      line_dropped_ = false;
    } else if (line_.empty()) {
      end_line(text, out);
    } else {
      line_ += text;
      end_line(line_, out);
      line_.clear();
    }
    const bool cr = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    if (cr) {
      if (piece.empty()) {
        after_cr_ = true;
      } else if (piece.front() == '\n') {
        piece.remove_prefix(1);
      }
    }
  }
  return out;
}

void ServerSentEventParser::end_line(std::string_view line, std::vector<ServerSentEvent>& out) {
  if (at_start_) {
    at_start_ = false;
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    if (overflow_) {
      ++dropped_;
    } else if (has_data_) {
      current_.data.pop_back();  // the line end after the last data line
      current_.id = last_id_;
      out.push_back(std::move(current_));
    }
    current_ = {};
    has_data_ = false;
    overflow_ = false;
    return;
  }
  if (overflow_) return;
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  std::string_view value;
  if (colon != std::string_view::npos) {
    value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
  }
  if (field == "data") {
    current_.data += value;
    current_.data += '\n';
    has_data_ = true;
  } else if (field == "event") {
    current_.event = value;
  } else if (field == "id" && value.find('\0') == std::string_view::npos) {
    last_id_ = value;
  }
}

}  // namespace draas::net
