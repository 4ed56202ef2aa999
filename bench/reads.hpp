#pragma once
// Reads of the control plane beside the same bytes from nginx.

#include <string>

#include "sections.hpp"
#include "support/server_process.hpp"

namespace draas::bench {

struct Read {
  std::string key;  // of the figure
  std::string what;
  std::string target;  // path and query
};

// Puts the control plane on the first core, where nginx is, too, and asks both in turns from the second one. Adds the
// figure. Throws as all measurements do.
void compare_with_nginx(Context& context, tests::ServerProcess& server, const Read& read);

}  // namespace draas::bench
