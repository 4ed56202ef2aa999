#include "support/ext4_disk.hpp"

#include <cstdlib>
#include <fstream>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace draas::tests {
namespace fs = std::filesystem;
namespace {

bool run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

// What makes the kernel act as if it had found a fault, by the device's name. It has been there since Linux 3.19.
fs::path fault_of(const fs::path& mounted) {
  struct stat info{};
  if (::stat(mounted.c_str(), &info) != 0) return {};
  std::error_code unreadable;  // then there is no such device
  const fs::path device = fs::canonical(
      "/sys/dev/block/" + std::to_string(major(info.st_dev)) + ":" + std::to_string(minor(info.st_dev)), unreadable);
  return fs::path("/sys/fs/ext4") / device.filename() / "trigger_fs_error";
}

}  // namespace

Ext4Disk::Ext4Disk(fs::path directory) : directory_(std::move(directory)), image_(directory_.string() + ".image") {
  fs::create_directories(directory_);
  std::ofstream(image_).flush();
  constexpr std::uintmax_t kSize = 32U << 20U;
  fs::resize_file(image_, kSize);
  if (!run("PATH=$PATH:/sbin:/usr/sbin mkfs.ext4 -q -F '" + image_.string() + "'")) {
    problem_ = "mkfs.ext4 is missing (Debian: e2fsprogs)";
  } else if (!mount()) {
    problem_ = "may not mount a file system from a file here (root and a loop device)";
  } else if (!fs::exists(fault_of(directory_))) {
    unmount();
    problem_ = "this kernel's ext4 cannot be made to fail (trigger_fs_error)";
  }
}

Ext4Disk::~Ext4Disk() {
  if (problem_.empty()) unmount();
}

bool Ext4Disk::mount() {
  return run("mount -o loop,errors=remount-ro '" + image_.string() + "' '" + directory_.string() + "'");
}

void Ext4Disk::unmount() { ::umount2(directory_.c_str(), MNT_DETACH); }

void Ext4Disk::fail() { std::ofstream(fault_of(directory_)) << 1 << std::flush; }

bool Ext4Disk::mend() {
  if (::umount(directory_.c_str()) != 0) return false;
  run("PATH=$PATH:/sbin:/usr/sbin e2fsck -p '" + image_.string() + "'");  // 1: mended
  return mount();
}

}  // namespace draas::tests
