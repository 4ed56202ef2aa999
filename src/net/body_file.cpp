#include "net/body_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace draas::net {
namespace {

constexpr std::size_t kMinBytes = 16U << 10U;
constexpr std::size_t kMaxEntries = 32;

std::shared_ptr<const BodyFile> make_file(const std::string& text) {
  auto file = std::make_shared<BodyFile>();
  file->fd.reset(::memfd_create("draas-body", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file->fd) return nullptr;
  std::size_t written = 0;
  while (written < text.size()) {
    const auto count = ::write(file->fd.get(), text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return nullptr;
    written += static_cast<std::size_t>(count);
  }
  if (::fcntl(file->fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    return nullptr;
  file->size = text.size();
  return file;
}

}  // namespace

std::shared_ptr<const BodyFile> BodyFiles::get(const SharedBody& body) {
  if (!body || body->size() < kMinBytes) return nullptr;
  std::lock_guard lock(mutex_);
  for (auto& entry : entries_) {
    if (entry.body.lock() != body) continue;
    if (!entry.file) entry.file = make_file(*body);
    return entry.file;
  }
  std::erase_if(entries_, [](const Entry& entry) { return entry.body.expired(); });
  if (entries_.size() >= kMaxEntries) entries_.erase(entries_.begin());
  entries_.push_back({body, nullptr});
  return nullptr;
}

}  // namespace draas::net
