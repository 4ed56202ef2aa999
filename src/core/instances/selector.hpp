#pragma once
// Label selectors over instance metadata, with the syntax that users know from Kubernetes:
// `env=prod`, `env==prod`, `env!=prod`, `env in (a,b)`, `env notin (a,b)`, `env`, `!env`, joined by commas.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "core/model/instance.hpp"

namespace draas::core {

class Selector {
 public:
  // "" selects everything. InvalidArgument with the position otherwise.
  static Result<Selector> parse(std::string_view text);
  bool matches(const Metadata& metadata) const;
  bool empty() const { return terms_.empty(); }

 private:
  struct Term {
    enum class Kind { In, NotIn, Exists, Absent };
    Kind kind = Kind::Exists;
    std::string name;
    std::vector<std::string> values;
  };
  std::vector<Term> terms_;
};

}  // namespace draas::core
