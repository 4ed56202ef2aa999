// A stand-in for drasi-server that does what its configuration file says, one `word value` per line, in order:
//
//   print TEXT          one line on stdout          error TEXT      one line on stderr
//   print_state         what it was started with: descriptors, signals, session, directory, arguments
//   print_env NAME      NAME=value                  write FILE      creates FILE in the working directory
//   lines COUNT         COUNT numbered lines        noise BYTES     numbered lines until BYTES are written
//   unfinished TEXT     TEXT without a line end     sleep MS
//   await FILE          goes on when FILE is in the working directory
//   ignore_sigint       from now on                 child           a child that ignores SIGINT, in the same group
//   daemon              a child in a session of its own that ignores SIGINT
//   exit CODE           ends                        signal NUMBER   raises it
//   allocate MIB        "allocated" or "refused"    open FILES      how many files can be opened, at most FILES
// After the last line it waits for SIGINT and exits with code 0.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

void on_interrupt(int) {
  const char text[] = "shutting down\n";
  if (::write(1, text, sizeof(text) - 1) < 0) ::_exit(3);
  ::_exit(0);
}

std::string descriptors() {
  std::set<int> numbers;
  DIR* directory = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != ::dirfd(directory)) numbers.insert(fd);
  }
  ::closedir(directory);
  std::string text;
  for (const int fd : numbers) text += " " + std::to_string(fd);
  return text;
}

std::string status_field(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(name + ":", 0) == 0) return line.substr(name.size() + 2);
  }
  return "?";
}

void print_state(int argc, char** argv) {
  char directory[4096] = {};
  if (::getcwd(directory, sizeof(directory)) == nullptr) directory[0] = '?';
  const mode_t mask = ::umask(0);
  ::umask(mask);
  std::cout << "descriptors" << descriptors() << "\nblocked " << status_field("SigBlk") << "\nignored "
            << status_field("SigIgn") << "\nsession " << (::getsid(0) == ::getpid() ? "own" : "shared")
            << "\ndirectory " << directory << "\numask " << std::oct << mask << std::dec << "\narguments";
  for (int i = 1; i < argc; ++i) std::cout << " " << argv[i];
  std::cout << std::endl;
}

void stay(bool own_session) {
  if (::fork() != 0) return;
  if (own_session) ::setsid();
  ::signal(SIGINT, SIG_IGN);
  for (;;) ::pause();
}

void write_noise(std::uint64_t bytes) {
  static std::uint64_t number = 0;
  std::string block;
  for (std::uint64_t written = 0; written < bytes;) {
    block.clear();
    while (block.size() < 8192) block += "noise " + std::to_string(number++) + " " + std::string(80, 'x') + "\n";
    for (std::size_t done = 0; done < block.size();) {
      const ssize_t got = ::write(1, block.data() + done, block.size() - done);
      if (got < 0) ::_exit(4);
      done += static_cast<std::size_t>(got);
    }
    written += block.size();
  }
}

int open_files(int most) {
  std::vector<int> opened;
  while (static_cast<int>(opened.size()) < most) {
    const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0) break;
    opened.push_back(fd);
  }
  for (const int fd : opened) ::close(fd);
  return static_cast<int>(opened.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--version") == 0) {
      std::cout << "drasi-server 0.2.2" << std::endl;
      return 0;
    }
    if (std::strcmp(argv[i], "--config") == 0 && i + 1 < argc) path = argv[i + 1];
  }
  ::signal(SIGINT, on_interrupt);
  std::stringstream script;
  if (std::ifstream file(path); file) {
    script << file.rdbuf() << "\n";
  } else {
    std::cerr << "no configuration" << std::endl;
    return 1;
  }
  for (std::string line; std::getline(script, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    std::string rest;
    std::getline(words >> std::ws, rest);
    const long number = std::atol(rest.c_str());
    if (word == "print") std::cout << rest << std::endl;
    if (word == "error") std::cerr << rest << std::endl;
    if (word == "print_state") print_state(argc, argv);
    if (word == "print_env") {
      const char* value = std::getenv(rest.c_str());
      std::cout << rest << "=" << (value != nullptr ? value : "(unset)") << std::endl;
    }
    if (word == "write") std::ofstream(rest) << "written\n";
    if (word == "lines") {
      for (long i = 1; i <= number; ++i) std::cout << "line " << i << "\n";
      std::cout.flush();
    }
    if (word == "noise") write_noise(static_cast<std::uint64_t>(number));
    if (word == "unfinished") std::cout << rest << std::flush;
    while (word == "await" && ::access(rest.c_str(), F_OK) != 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (word == "ignore_sigint") ::signal(SIGINT, SIG_IGN);
    if (word == "child") stay(false);
    if (word == "daemon") stay(true);
    if (word == "exit") return static_cast<int>(number);
    if (word == "signal") {
      ::signal(static_cast<int>(number), SIG_DFL);
      ::raise(static_cast<int>(number));
    }
    if (word == "allocate") {
      const auto bytes = static_cast<std::size_t>(number) << 20U;
      char* memory = static_cast<char*>(std::malloc(bytes));
      if (memory != nullptr) std::memset(memory, 1, bytes);
      std::cout << (memory != nullptr ? "allocated" : "refused") << std::endl;
      std::free(memory);
    }
    if (word == "open") std::cout << "opened " << open_files(static_cast<int>(number)) << std::endl;
  }
  for (;;) ::pause();
}
