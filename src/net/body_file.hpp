#pragma once
// Large bodies that many responses share are sent from an anonymous file: the kernel then passes on the file's pages
// instead of copying the text for every response.

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "base/files.hpp"
#include "net/http_message.hpp"

namespace draas::net {

// The sealed, anonymous file that holds a body.
struct BodyFile {
  UniqueFd fd;
  std::size_t size = 0;
};

// Thread-safe.
class BodyFiles {
 public:
  // Null when `body` is small, or is seen for the first time (most bodies are sent once), or the system has no file to
  // give: send the text then.
  std::shared_ptr<const BodyFile> get(const SharedBody& body);

 private:
  struct Entry {
    std::weak_ptr<const std::string> body;
    std::shared_ptr<const BodyFile> file;  // null until the body is seen again
  };

  std::mutex mutex_;
  std::vector<Entry> entries_;  // most recently added last
};

}  // namespace draas::net
