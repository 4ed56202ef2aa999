#pragma once
// An ext4 file system of a test's own, in a file, that can be made to fail as a broken disk does: it turns read-only
// while files on it are open for writing. Needs root, a loop device and mkfs.ext4.

#include <filesystem>
#include <string>

namespace draas::tests {

class Ext4Disk {
 public:
  explicit Ext4Disk(std::filesystem::path directory);
  ~Ext4Disk();
  Ext4Disk(const Ext4Disk&) = delete;
  Ext4Disk& operator=(const Ext4Disk&) = delete;

  // Why there is none here; "" when there is.
  const std::string& problem() const { return problem_; }
  const std::filesystem::path& path() const { return directory_; }

  // From now on every write is answered with "Read-only file system".
  void fail();
  // Nobody may have a file open. False when it cannot be mounted again.
  bool mend();

 private:
  bool mount();
  void unmount();

  std::filesystem::path directory_;
  std::filesystem::path image_;
  std::string problem_;
};

}  // namespace draas::tests
