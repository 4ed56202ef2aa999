#include "docker/log_demultiplexer.hpp"

#include <algorithm>

namespace draas::docker {

Status LogDemultiplexer::begin_frame() {
  constexpr unsigned char kMostStream = 3;
  header_size_ = 0;
  if (header_[0] > kMostStream || header_[1] != 0 || header_[2] != 0 || header_[3] != 0) {
    return failure_ = fail(ErrorCode::InvalidArgument, "The engine sent a malformed log frame");
  }
  // 0 is stdin, which some versions give for what stdout wrote.
  stream_ = header_[0] == kMostStream ? LogPiece::Stream::Engine
            : header_[0] == 2         ? LogPiece::Stream::Error
                                      : LogPiece::Stream::Output;
  left_ = 0;
  for (std::size_t i = 4; i < kHeaderBytes; ++i) left_ = left_ << 8U | header_[i];
  in_stamp_ = stamped_;
  left_out_ = false;
  stamp_.clear();
  return {};
}

// Fixed in width and in UTC, so that the order of the texts is that of the times.
bool LogDemultiplexer::take_stamp(std::string_view& data) {
  const std::size_t end = data.find(' ');
  stamp_ += data.substr(0, end);
  if (end == std::string_view::npos && stamp_.size() <= kMaxStampBytes) return false;
  in_stamp_ = false;
  data = end == std::string_view::npos ? std::string_view() : data.substr(end + 1);
  left_out_ = !after_.empty() && stamp_ <= after_;
  if (stamp_ > newest_) newest_ = stamp_;
  return true;
}

Status LogDemultiplexer::feed(std::string_view bytes, std::vector<LogPiece>& out) {
  if (!failure_) return failure_;
  auto append = [&out](LogPiece::Stream stream, std::string_view data) {
    if (!out.empty() && out.back().stream == stream) {
      out.back().data += data;
    } else {
      out.push_back({stream, std::string(data)});
    }
  };
  if (terminal_) {
    if (!bytes.empty()) append(LogPiece::Stream::Output, bytes);
    return {};
  }
  while (!bytes.empty()) {
    if (left_ > 0) {
      const std::size_t size = std::min<std::size_t>(left_, bytes.size());
      std::string_view data = bytes.substr(0, size);
      bytes.remove_prefix(size);
      left_ -= static_cast<std::uint32_t>(size);
      if (in_stamp_ && !take_stamp(data)) continue;
      if (!left_out_ && !data.empty()) append(stream_, data);
      continue;
    }
    header_[header_size_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (header_size_ < kHeaderBytes) continue;
    if (Status begun = begin_frame(); !begun) return begun;
  }
  return {};
}

void LogLines::feed(const LogPiece& piece, std::string& out) {
  std::string& begun = begun_.at(static_cast<std::size_t>(piece.stream));
  const std::size_t end = piece.data.rfind('\n');
  if (end == std::string::npos) {
    begun += piece.data;
  } else {
    out += begun;
    out.append(piece.data, 0, end + 1);
    begun.assign(piece.data, end + 1);
  }
  if (begun.size() <= kMaxLineBytes) return;
  out += begun;
  begun.clear();
}

void LogLines::finish(std::string& out) {
  for (std::string& begun : begun_) {
    out += begun;
    begun.clear();
  }
}

}  // namespace draas::docker
