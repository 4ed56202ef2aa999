#pragma once
// The process platform's tree on disk, drawn once:
//
//   <InstanceConfigDirectory>/
//     <id>-config.yaml      the rendered configuration, mode 0600, written anew at every start
//   <WorkingDirectory>/
//     <id>/                 the server's working directory, mode 0700
//       data/               drasi-server's own (write-ahead log, index); it makes this itself
//       logs/
//         server.log        stdout and stderr, appended by the server itself
//         server.log.1      what was rotated out last
//         server.log.<n>    the oldest; n = log_files - 1
//
// <id> is the workload's name: the instance's id, with "~b" behind it for a workload in slot b.
// All paths are absolute. Thread-safe: plain values.

#include <filesystem>
#include <string>
#include <string_view>

#include "platforms/workload_id.hpp"

namespace draas::platforms::process {

class Paths {
 public:
  // Relative directories are taken from the current directory of this moment.
  Paths(const std::filesystem::path& config_directory, const std::filesystem::path& working_directory);

  const std::filesystem::path& config_directory() const { return config_directory_; }
  const std::filesystem::path& working_directory() const { return working_directory_; }
  std::filesystem::path configuration(std::string_view id) const;
  std::filesystem::path instance_directory(std::string_view id) const;
  std::filesystem::path log_directory(std::string_view id) const;
  std::filesystem::path log_file(std::string_view id) const;

 private:
  std::filesystem::path config_directory_;
  std::filesystem::path working_directory_;
};

// `server.log` -> `server.log.<number>`; number 0 is the file itself.
std::filesystem::path rotated(const std::filesystem::path& log_file, std::size_t number);

}  // namespace draas::platforms::process
