#include "cli/document_files.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "base/files.hpp"
#include "drasi/configuration.hpp"

namespace draas::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = 16U << 20U;

Result<std::string> read_standard_input() {
  std::string text;
  std::array<char, 65'536> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), stdin)) > 0;) {
    text.append(buffer.data(), got);
    if (text.size() > kMaxFileBytes) return fail(ErrorCode::PayloadTooLarge, "Standard input is larger than 16 MiB");
  }
  if (std::ferror(stdin) != 0) return fail(ErrorCode::Internal, "Standard input cannot be read");
  return text;
}

bool is_document_file(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

Result<std::vector<std::string>> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code problem;
  for (fs::recursive_directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    if (entry->path().filename().string().starts_with('.')) {
      if (entry->is_directory(problem)) entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file(problem) && is_document_file(entry->path())) files.push_back(entry->path().string());
  }
  if (problem) return fail(ErrorCode::InvalidArgument, folder.string() + " cannot be read: " + problem.message());
  std::ranges::sort(files);
  if (files.empty()) {
    return fail(ErrorCode::InvalidArgument, folder.string() + " has no files that end with .yaml, .yml or .json");
  }
  return files;
}

Result<std::vector<std::string>> all_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (path == "-" || !fs::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    auto below = files_below(path);
    if (!below) return std::unexpected(std::move(below.error()));
    files.insert(files.end(), below->begin(), below->end());
  }
  return files;
}

Status refuse_duplicates(const std::vector<client::InstanceDocument>& documents) {
  std::map<std::string, const client::InstanceDocument*> seen;
  for (const client::InstanceDocument& document : documents) {
    const auto [found, first] = seen.emplace(document.id, &document);
    if (first) continue;
    return fail(ErrorCode::InvalidArgument, document.place("") + ": instance '" + document.id +
                                                "' is described already in " + found->second->place(""));
  }
  return {};
}

}  // namespace

Result<std::vector<client::InstanceDocument>> read_document_files(const std::vector<std::string>& paths,
                                                                  const std::string& name) {
  auto files = all_files(paths);
  if (!files) return std::unexpected(std::move(files.error()));
  std::vector<client::InstanceDocument> documents;
  Error faults{.code = ErrorCode::InvalidArgument};
  for (const std::string& file : *files) {
    auto text = file == "-" ? read_standard_input() : read_file(file, kMaxFileBytes);
    if (!text) {
      Error error = std::move(text.error());
      error.code = ErrorCode::InvalidArgument;
      return std::unexpected(std::move(error));  // it names the file
    }
    auto parsed = client::read_instance_documents(file, *text, name);
    if (parsed) {
      std::ranges::move(*parsed, std::back_inserter(documents));
      continue;
    }
    faults.message += (faults.message.empty() ? "" : "\n") + parsed.error().message;
    std::ranges::move(parsed.error().faults, std::back_inserter(faults.faults));
  }
  if (!faults.message.empty()) return std::unexpected(std::move(faults));
  if (documents.empty()) return fail(ErrorCode::InvalidArgument, "The files hold no documents");
  if (!name.empty() && documents.size() > 1) {
    return fail(ErrorCode::InvalidArgument,
                "--name is for one document; there are " + std::to_string(documents.size()));
  }
  if (Status unique = refuse_duplicates(documents); !unique) return std::unexpected(std::move(unique.error()));
  return documents;
}

OfflineFindings check_offline(const std::vector<client::InstanceDocument>& documents) {
  OfflineFindings out;
  for (const client::InstanceDocument& document : documents) {
    if (!document.instance.contains("configuration")) continue;
    const Json configuration = drasi::normalise(document.instance["configuration"]);
    for (const drasi::Finding& finding : drasi::validate(configuration, document.id)) {
      std::string text = document.place(document.configuration_path + finding.path) + ": " +
                         (finding.path.empty() ? "" : finding.path + ": ") + finding.message;
      (finding.severity == drasi::Finding::Severity::Error ? out.errors : out.warnings).push_back(std::move(text));
    }
  }
  return out;
}

Result<std::vector<client::InstanceDocument>> read_valid_files(Session& session, const std::vector<std::string>& paths,
                                                               const std::string& name) {
  auto documents = read_document_files(paths, name);
  if (!documents) return documents;
  const OfflineFindings findings = check_offline(*documents);
  for (const std::string& text : findings.warnings) session.warn(text);
  if (findings.errors.empty()) return documents;
  Error error{.code = ErrorCode::InvalidArgument};
  for (const std::string& text : findings.errors) error.message += (error.message.empty() ? "" : "\n") + text;
  return std::unexpected(std::move(error));
}

}  // namespace draas::cli
