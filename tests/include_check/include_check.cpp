// Holds the house: which room of src/ may include which. Usage: draas_include_check DIRECTORY...
//
// A directory named "src" holds rooms; any other is a program of its own beside them, named after its directory.
// Prints one "file:line: reason" per fault and ends with 1 if there is any.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

// Room -> what it may include beside itself: rooms, or folders of rooms. docs/architecture.md explains the floors.
const std::map<std::string, std::vector<std::string>, std::less<>>& house() {
  static const std::map<std::string, std::vector<std::string>, std::less<>> table{
      {"base", {}},
      {"net", {"base"}},
      {"drasi", {"net", "base"}},
      {"docker", {"net", "base"}},
      {"core", {"drasi", "net", "base"}},
      {"stores", {"core", "net", "base"}},
      {"platforms", {"core", "docker", "drasi", "net", "base"}},
      {"client", {"core/model", "net", "base"}},
      {"api", {"core", "drasi", "net", "base"}},
      {"cli", {"client", "drasi", "core/model", "net", "base"}},
      {"reconciliation", {"client", "drasi", "core/model", "net", "base"}},
      {"monitors", {"client", "docker", "net", "base"}},
      {"app",
       {"cli", "reconciliation", "monitors", "api", "platforms", "stores", "client", "core", "docker", "drasi", "net",
        "base"}},
      {"simulator", {"net", "base"}},
  };
  return table;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

// The path between the quotes of an #include "...", or "".
std::string included_path(std::string_view line) {
  const auto skip_blanks = [&] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
  skip_blanks();
  if (!line.starts_with('#')) return "";
  line.remove_prefix(1);
  skip_blanks();
  constexpr std::string_view kWord = "include";
  if (!line.starts_with(kWord)) return "";
  line.remove_prefix(kWord.size());
  skip_blanks();
  if (!line.starts_with('"')) return "";
  line.remove_prefix(1);
  return std::string(line.substr(0, line.find('"')));
}

// Why a file of `room` must not include `path`; "" when it may.
std::string objection(const std::string& room, const std::string& path) {
  if (path.starts_with('.') || path.find("../") != std::string::npos) {
    return "includes start at src/, not at " + path;
  }
  const std::size_t slash = path.find('/');
  const std::string target = path.substr(0, slash);
  if (target == room) return "";
  // A program beside src/ may name its own files without a folder.
  if (slash == std::string::npos) return room == "simulator" ? "" : "the include " + path + " names no room";
  if (!house().contains(target)) return "there is no room " + target + ", from which " + path + " is included";
  const auto& allowed = house().find(room)->second;
  const bool may =
      std::any_of(allowed.begin(), allowed.end(), [&](const std::string& folder) { return is_below(path, folder); });
  return may ? "" : room + " must not include " + path;
}

int check_file(const fs::path& file, const std::string& room) {
  std::ifstream text(file);
  if (!text) {
    std::printf("%s: cannot be read\n", file.c_str());
    return 1;
  }
  int faults = 0;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const std::string path = included_path(line);
    if (path.empty()) continue;
    const std::string reason = objection(room, path);
    if (reason.empty()) continue;
    std::printf("%s:%d: %s\n", file.c_str(), number, reason.c_str());
    ++faults;
  }
  return faults;
}

bool is_source(const fs::path& file) {
  const auto extension = file.extension();
  return extension == ".hpp" || extension == ".cpp" || extension == ".h";
}

}  // namespace

int main(int argc, char** argv) {
  int faults = 0;
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    const fs::path root(argv[i]);
    const bool holds_rooms = root.filename() == "src";
    std::vector<fs::path> sources;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file() && is_source(entry.path())) sources.push_back(entry.path());
    }
    std::sort(sources.begin(), sources.end());
    for (const fs::path& file : sources) {
      const std::string room = holds_rooms ? file.lexically_relative(root).begin()->string() : root.filename().string();
      ++files;
      if (house().contains(room)) {
        faults += check_file(file, room);
      } else {
        std::printf("%s:1: there is no room %s\n", file.c_str(), room.c_str());
        ++faults;
      }
    }
  }
  std::printf("%d files, %d faults\n", files, faults);
  return faults == 0 && files > 0 ? 0 : 1;
}
