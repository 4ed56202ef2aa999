#pragma once
// A file system of a test's own, so that filling it, or taking its right to be written, harms nobody. Needs root.

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/mount.h>

namespace draas::tests {

class SmallDisk {
 public:
  // `directory` is made when it is not there.
  explicit SmallDisk(std::filesystem::path directory, int mebibytes = 4) : directory_(std::move(directory)) {
    std::filesystem::create_directories(directory_);
    size_ = "size=" + std::to_string(mebibytes) + "m,mode=0700";
    mounted_ = ::mount("tmpfs", directory_.c_str(), "tmpfs", 0, size_.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // False: this user may not mount.
  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return directory_; }

  // Takes all that is free.
  void fill() {
    std::ofstream ballast(directory_ / "ballast", std::ios::app);
    const std::string page(4096, 'b');
    while (ballast << page << std::flush) {
    }
  }
  void empty() { std::filesystem::remove(directory_ / "ballast"); }

  // False while somebody has a file open for writing, as the kernel has it.
  bool set_read_only(bool read_only) {
    const unsigned long flags = MS_REMOUNT | (read_only ? static_cast<unsigned long>(MS_RDONLY) : 0UL);
    return ::mount("tmpfs", directory_.c_str(), "tmpfs", flags, size_.c_str()) == 0;
  }

 private:
  std::filesystem::path directory_;
  std::string size_;
  bool mounted_ = false;
};

}  // namespace draas::tests
