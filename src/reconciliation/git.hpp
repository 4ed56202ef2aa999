#pragma once
// The `git` program, for repositories of instance files. Blocks; for threads that may.

#include <filesystem>
#include <stop_token>
#include <string>

#include "base/error.hpp"

namespace draas::reconciliation {

// Brings `checkout` to the newest commit of `branch` ("" = the default one) of `repository` (URL or path), cloning it
// first when it is not there. Returns the commit. Local changes in the checkout are discarded. Unavailable with git's
// words, without passwords of URLs, when it does not work out; DeadlineExceeded when a command of git takes longer than
// five minutes; Cancelled soon after `stop` was requested.
Result<std::string> update_checkout(const std::string& repository, const std::string& branch,
                                    const std::filesystem::path& checkout, const std::stop_token& stop = {});

}  // namespace draas::reconciliation
