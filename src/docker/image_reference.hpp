#pragma once
// The name of an image: "[registry/]path[:tag][@digest]".

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace draas::docker {

struct ImageReference {
  std::string registry;  // "docker.io" when the name has none
  std::string path;      // "library/debian", "drasi-project/drasi-server"
  std::string tag;       // "" = none was named
  std::string digest;    // "sha256:..."; "" = none

  // As the engine takes it in `fromImage`, without the tag.
  std::string name() const;
  // What the engine takes in `tag`: the digest where there is one, else the tag, else "latest".
  std::string version() const;
};

// InvalidArgument, saying what is wrong and how it should look.
Result<ImageReference> parse_image_reference(std::string_view text);

}  // namespace draas::docker
