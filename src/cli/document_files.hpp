#pragma once
// -f: files, folders and standard input, read as instance documents.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/session.hpp"
#include "client/instance_document.hpp"

namespace draas::cli {

// Folders are read with all below them, hidden files left out; "-" is standard input. `name` is the id of a single
// configuration of drasi-server. InvalidArgument names every faulty place of all files, and two documents that
// describe the same instance.
Result<std::vector<client::InstanceDocument>> read_document_files(const std::vector<std::string>& paths,
                                                                  const std::string& name = {});

// What drasi-server would refuse or should be looked at, one line each, with file and line.
struct OfflineFindings {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};
OfflineFindings check_offline(const std::vector<client::InstanceDocument>& documents);

// Read and checked: warnings are told, errors are an InvalidArgument. So nothing is done when something would fail half
// way.
Result<std::vector<client::InstanceDocument>> read_valid_files(Session& session, const std::vector<std::string>& paths,
                                                               const std::string& name = {});

}  // namespace draas::cli
