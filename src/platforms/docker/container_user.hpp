#pragma once
// Which numbers stand for the user of a container: the engine wants numbers for the owners of files. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace draas::platforms::docker {

struct UserIds {
  std::uint32_t user = 0;
  std::uint32_t group = 0;
};

// "", "1000", "1000:100": known without asking. nullopt when a name has to be looked up.
std::optional<UserIds> numeric_user(std::string_view user);
// Looks a user ("drasi", "drasi:group", "1000") up in the texts of /etc/passwd and /etc/group of the container.
std::optional<UserIds> find_user(std::string_view user, std::string_view passwd, std::string_view group);

}  // namespace draas::platforms::docker
