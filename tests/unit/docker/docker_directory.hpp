#pragma once
// A ~/.docker of its own for a test, removed at the end.

#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "base/id.hpp"

namespace draas::docker::testing {

class DockerDirectory {
 public:
  DockerDirectory() : path_(std::filesystem::temp_directory_path() / ("draas-docker-" + random_hex(8))) {
    std::filesystem::create_directories(path_);
  }
  ~DockerDirectory() { std::filesystem::remove_all(path_); }
  DockerDirectory(const DockerDirectory&) = delete;
  DockerDirectory& operator=(const DockerDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view content, mode_t mode = 0600) const {
    const auto file = path_ / name;
    if (!write_file(file, content, mode, Durability::Atomic)) throw std::runtime_error("cannot write " + file.string());
    return file;
  }
  void add_context(const std::string& name, const std::string& host, bool skip_verification = false) const {
    write("contexts/meta/" + sha256_hex(name) + "/meta.json",
          R"({"Name":")" + name + R"(","Metadata":{},"Endpoints":{"docker":{"Host":")" + host +
              R"(","SkipTLSVerify":)" + (skip_verification ? "true" : "false") + "}}}");
  }
  std::string tls_directory(const std::string& name) const { return "contexts/tls/" + sha256_hex(name) + "/docker/"; }

 private:
  std::filesystem::path path_;
};

}  // namespace draas::docker::testing
