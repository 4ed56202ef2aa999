#include "reconciliation/git.hpp"

#include <vector>

#include "base/files.hpp"
#include "base/run_program.hpp"

namespace draas::reconciliation {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kTimeout{10};  // a clone over a slow network

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

Result<ProgramResult> run_git(const std::vector<std::string>& arguments) {
  ProgramRequest request;
  request.arguments = {"git"};
  request.arguments.insert(request.arguments.end(), arguments.begin(), arguments.end());
  // Never asks a terminal for a password.
  request.environment = {"GIT_TERMINAL_PROMPT=0"};
  request.join_errors = true;
  request.timeout = kTimeout;
  auto run = run_program(std::move(request));
  if (!run && run.error().code == ErrorCode::NotFound) {
    return fail(ErrorCode::Unavailable, "git cannot be run; install it to use git sources");
  }
  if (run) {
    while (run->output.ends_with('\n')) run->output.pop_back();
  }
  return run;
}

Result<std::string> git(const std::vector<std::string>& arguments, const std::string& what,
                        const std::string& repository) {
  auto output = run_git(arguments);
  if (!output) return std::unexpected(std::move(output.error()));
  if (output->status == 0) return std::move(output->output);
  std::string message = what + " " + repository + ": " + output->output;
  auto failure = fail(ErrorCode::Unavailable, without_credentials(std::move(message), credentials_of(repository)));
  failure.error().retryable = true;
  return failure;
}

}  // namespace

Result<std::string> update_checkout(const std::string& repository, const std::string& branch,
                                    const fs::path& checkout) {
  const std::string place = checkout.string();
  std::error_code problem;
  if (!fs::exists(checkout / ".git", problem)) {
    // A clone that was cut off leaves a directory that git would refuse.
    if (auto removed = draas::remove_all(checkout); !removed) return std::unexpected(std::move(removed.error()));
    fs::create_directories(checkout.parent_path(), problem);
    auto cloned =
        git({"clone", "--quiet", "--depth", "1", "--no-checkout", "--", repository, place}, "Cloning", repository);
    if (!cloned) return cloned;
  }
  const std::string wanted = branch.empty() ? "HEAD" : "refs/heads/" + branch;
  auto fetched =
      git({"-C", place, "fetch", "--quiet", "--depth", "1", "--", repository, wanted}, "Fetching", repository);
  if (!fetched) return fetched;
  auto moved = git({"-C", place, "reset", "--quiet", "--hard", "FETCH_HEAD"}, "Checking out", repository);
  if (!moved) return moved;
  auto cleaned = git({"-C", place, "clean", "--quiet", "-fdx"}, "Cleaning up", repository);
  if (!cleaned) return cleaned;
  return git({"-C", place, "rev-parse", "HEAD"}, "Reading the commit of", repository);
}

}  // namespace draas::reconciliation
