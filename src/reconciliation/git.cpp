#include "reconciliation/git.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/files.hpp"
#include "base/program.hpp"

namespace draas::reconciliation {
namespace {

namespace fs = std::filesystem;

constexpr Duration kLimit = std::chrono::minutes(5);  // for one command

// "user:token" of "https://user:token@host/x"; "" when there is none.
std::string credentials_of(const std::string& repository) {
  const std::size_t scheme = repository.find("://");
  if (scheme == std::string::npos) return {};
  const std::size_t begin = scheme + 3;
  const std::string authority = repository.substr(begin, repository.find('/', begin) - begin);
  const std::size_t sign = authority.rfind('@');
  return sign == std::string::npos ? std::string() : authority.substr(0, sign);
}

// "https://user:token@host/x" -> "https://***@host/x", everywhere in a text. `known` are credentials of any spelling.
std::string without_credentials(std::string text, const std::string& known) {
  constexpr std::string_view kMask = "***";
  for (std::size_t at = text.find(known); !known.empty() && at != std::string::npos;
       at = text.find(known, at + kMask.size())) {
    text.replace(at, known.size(), kMask);
  }
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const std::size_t begin = at + 3;
    const std::size_t end = text.find_first_of("/ \n'\"", begin);
    const std::size_t sign = text.rfind('@', end == std::string::npos ? text.size() : end);
    if (sign != std::string::npos && sign >= begin) text.replace(begin, sign - begin, "***");
  }
  return text;
}

// Runs git; `what` and the repository begin the message of its failure.
class Git {
 public:
  Git(const std::string& repository, std::stop_token stop) : repository_(repository), stop_(std::move(stop)) {}

  Result<std::string> operator()(const std::string& what, std::vector<std::string> arguments) const {
    ProgramCall call{.words = {"git"}};
    std::ranges::move(arguments, std::back_inserter(call.words));
    call.environment["GIT_TERMINAL_PROMPT"] = "0";  // never asks a terminal for a password
    call.limit = kLimit;
    auto output = run_program(call, stop_);
    if (!output && output.error().code == ErrorCode::NotFound) {
      return fail(ErrorCode::Unavailable, "git cannot be run; install it to use git sources");
    }
    if (!output) {
      return std::unexpected(std::move(output.error()).with_context(masked(what + " " + repository_)));
    }
    while (output->text.ends_with('\n')) output->text.pop_back();
    if (output->status == 0) return std::move(output->text);
    auto failure = fail(ErrorCode::Unavailable, masked(what + " " + repository_ + ": " + output->text));
    failure.error().retryable = true;
    return failure;
  }

 private:
  std::string masked(std::string text) const {
    return without_credentials(std::move(text), credentials_of(repository_));
  }

  const std::string& repository_;
  std::stop_token stop_;
};

}  // namespace

Result<std::string> update_checkout(const std::string& repository, const std::string& branch, const fs::path& checkout,
                                    const std::stop_token& stop) {
  const Git git(repository, stop);
  const std::string place = checkout.string();
  std::error_code problem;
  if (!fs::exists(checkout / ".git", problem)) {
    // A clone that was cut off leaves a directory that git would refuse.
    if (auto removed = draas::remove_all(checkout); !removed) return std::unexpected(std::move(removed.error()));
    fs::create_directories(checkout.parent_path(), problem);
    auto cloned = git("Cloning", {"clone", "--quiet", "--depth", "1", "--no-checkout", "--", repository, place});
    if (!cloned) return cloned;
  }
  const std::string wanted = branch.empty() ? "HEAD" : "refs/heads/" + branch;
  auto fetched = git("Fetching", {"-C", place, "fetch", "--quiet", "--depth", "1", "--", repository, wanted});
  if (!fetched) return fetched;
  auto moved = git("Checking out", {"-C", place, "reset", "--quiet", "--hard", "FETCH_HEAD"});
  if (!moved) return moved;
  auto cleaned = git("Cleaning up", {"-C", place, "clean", "--quiet", "-fdx"});
  if (!cleaned) return cleaned;
  return git("Reading the commit of", {"-C", place, "rev-parse", "HEAD"});
}

}  // namespace draas::reconciliation
