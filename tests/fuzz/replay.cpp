// Runs a fuzz target over files instead of under libFuzzer: its seeds, and every crash that was ever found. With
// DRAAS_FUZZ_SECONDS set, over inputs made from them by chance for so long, too: DRAAS_TEST_SEED repeats a sequence. An
// input that ends the program is left beside it, as PROGRAM.crash.
// Usage: PROGRAM DIRECTORY-OR-FILE...

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "mutation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// Of the sanitizers, where the program is built with them: called when they end it.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): their name for it
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

namespace fs = std::filesystem;

std::string crash_file;
const std::string* running = nullptr;  // while the target has it

// Only what a signal handler may do.
void keep_input() {
  if (running == nullptr) return;
  const int file = ::open(crash_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  const bool kept = ::write(file, running->data(), running->size()) == static_cast<ssize_t>(running->size());
  ::close(file);
  running = nullptr;
  constexpr std::string_view kTold = "the input was kept in the program's .crash file\n";
  if (kept && ::write(STDERR_FILENO, kTold.data(), kTold.size()) < 0) return;
}

void keep_input_of(int signal) {
  keep_input();
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void run(const std::string& input) {
  running = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  running = nullptr;
}

unsigned number_from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

void run_by_chance(const std::vector<std::string>& seeds, std::chrono::seconds period) {
  const unsigned seed = number_from_environment("DRAAS_TEST_SEED", std::random_device()());
  std::printf("DRAAS_TEST_SEED=%u\n", seed);
  std::fflush(stdout);
  draas::fuzz::Mutation mutation(seeds, seed);
  const auto end = std::chrono::steady_clock::now() + period;
  std::size_t inputs = 0;
  for (; std::chrono::steady_clock::now() < end; ++inputs) run(mutation.next());
  std::printf("%zu inputs by chance\n", inputs);
}

}  // namespace

int main(int argc, char** argv) {
  crash_file = std::string(argv[0]) + ".crash";
  ::signal(SIGABRT, keep_input_of);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_input);
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    const fs::path path(argv[i]);
    if (fs::is_regular_file(path)) files.push_back(path);
    if (!fs::is_directory(path)) continue;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  run("");
  std::vector<std::string> seeds;
  for (const fs::path& file : files) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    std::ifstream stream(file, std::ios::binary);
    std::string input{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    run(input);
    // What is cut off must not crash either.
    for (const std::size_t part : {input.size() / 2, input.size() - input.size() / 8}) run(input.substr(0, part));
    seeds.push_back(std::move(input));
  }
  std::printf("%zu inputs\n", files.size());
  const std::chrono::seconds period(number_from_environment("DRAAS_FUZZ_SECONDS", 0));
  if (!seeds.empty() && period.count() > 0) run_by_chance(seeds, period);
  return 0;
}
