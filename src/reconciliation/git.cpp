#include "reconciliation/git.hpp"

#include <array>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.hpp"

extern char** environ;

namespace draas::reconciliation {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxOutput = 64U << 10U;

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

struct Output {
  int status = 0;
  std::string text;
};

Result<Output> run_git(const std::vector<std::string>& arguments) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return fail_errno("cannot run git", errno);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t none{};
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

  std::vector<std::string> words{"git"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // Never asks a terminal for a password.
  std::vector<std::string> variables{"GIT_TERMINAL_PROMPT=0"};
  std::vector<char*> environment{variables.front().data()};
  for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
  environment.push_back(nullptr);

  pid_t child = -1;
  const int spawned = posix_spawnp(&child, "git", &actions, &attributes, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(pipe[1]);
  Output output;
  if (spawned != 0) {
    ::close(pipe[0]);
    return fail(ErrorCode::Unavailable, "git cannot be run; install it to use git sources");
  }
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t got = ::read(pipe[0], buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (output.text.size() < kMaxOutput) output.text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  while (output.text.ends_with('\n')) output.text.pop_back();
  return output;
}

Result<std::string> git(const std::vector<std::string>& arguments, const std::string& what,
                        const std::string& repository) {
  auto output = run_git(arguments);
  if (!output) return std::unexpected(std::move(output.error()));
  if (output->status == 0) return std::move(output->text);
  std::string message = what + " " + repository + ": " + output->text;
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
