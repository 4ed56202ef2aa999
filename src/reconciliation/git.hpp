#pragma once
// The `git` program, for repositories of instance files. Blocks; for threads that may.

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace draas::reconciliation {

// Brings `checkout` to the newest commit of `branch` ("" = the default one) of `repository` (URL or path), cloning it
// first when it is not there. Returns the commit. Local changes in the checkout are discarded. Unavailable with git's
// words, without passwords of URLs, when it does not work out.
Result<std::string> update_checkout(const std::string& repository, const std::string& branch,
                                    const std::filesystem::path& checkout);

}  // namespace draas::reconciliation
