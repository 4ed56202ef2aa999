#pragma once
// Valid drasi-server configurations by chance: all shapes that matter to a plan of changes, over few names, so that two
// of them have much in common.

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "base/json.hpp"

namespace draas::tests {

// Where the choices come from.
class Choices {
 public:
  virtual ~Choices() = default;
  // From 0 to `bound` - 1; `bound` is at least 1.
  virtual std::uint32_t below(std::uint32_t bound) = 0;
  bool chance(std::uint32_t percent) { return below(100) < percent; }
};

// The same on every machine.
class SeededChoices final : public Choices {
 public:
  explicit SeededChoices(std::uint64_t seed) : engine_(seed) {}
  std::uint32_t below(std::uint32_t bound) override { return static_cast<std::uint32_t>(engine_() % bound); }

 private:
  std::mt19937_64 engine_;
};

// One byte each; after the last one always 0.
class ByteChoices final : public Choices {
 public:
  ByteChoices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint32_t below(std::uint32_t bound) override { return at_ < size_ ? data_[at_++] % bound : 0; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

// Components that listen take these, each at most once.
using Ports = std::vector<std::uint16_t>;

// In API form, and valid. `before` (null: none) is a configuration that was made here: most of it stays as it is.
Json random_configuration(Choices& choices, const Json& before, const Ports& ports);

}  // namespace draas::tests
