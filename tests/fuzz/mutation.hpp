#pragma once
// Inputs made by chance from those that are known: what a short run without libFuzzer tries.

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace draas::fuzz {

class Mutation {
 public:
  // `seeds` must outlive this object, and not be empty.
  Mutation(const std::vector<std::string>& seeds, unsigned seed) : seeds_(seeds), random_(seed) {}

  // One of the seeds with one to four changes: bytes changed, taken away, repeated, or put in from another seed.
  std::string next();

 private:
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
  const std::string& any() { return seeds_[below(seeds_.size())]; }
  // A part of `text`, mostly a short one.
  std::string part_of(const std::string& text);
  void change(std::string& text);

  const std::vector<std::string>& seeds_;
  std::mt19937 random_;
};

}  // namespace draas::fuzz
