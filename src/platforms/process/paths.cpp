#include "platforms/process/paths.hpp"

#include <algorithm>

namespace draas::platforms::process {
namespace fs = std::filesystem;
namespace {

fs::path normal(const fs::path& path) { return fs::absolute(path).lexically_normal(); }

}  // namespace

Paths::Paths(const fs::path& config_directory, const fs::path& working_directory)
    : config_directory_(normal(config_directory)), working_directory_(normal(working_directory)) {}

fs::path Paths::configuration(std::string_view id) const {
  return config_directory_ / (std::string(id) + "-config.yaml");
}

fs::path Paths::instance_directory(std::string_view id) const { return working_directory_ / id; }

fs::path Paths::log_directory(std::string_view id) const { return instance_directory(id) / "logs"; }

fs::path Paths::log_file(std::string_view id) const { return log_directory(id) / "server.log"; }

fs::path rotated(const fs::path& log_file, std::size_t number) {
  if (number == 0) return log_file;
  fs::path path = log_file;
  path += "." + std::to_string(number);
  return path;
}

}  // namespace draas::platforms::process
