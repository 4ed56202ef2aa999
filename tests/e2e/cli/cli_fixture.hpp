#pragma once
// The user's commands, as users run them: the real program against a real control plane.

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/command_line.hpp"
#include "support/reconciled_fleet.hpp"
#include "support/server_process.hpp"

namespace draas::tests {

class Cli : public testing::Test {
 protected:
  void start(std::vector<std::string> flags = {}, const std::map<std::string, std::string>& environment = {}) {
    server_ = std::make_unique<ServerProcess>(std::move(flags));
    ASSERT_TRUE(server_->start(environment)) << server_->log();
  }
  void start_with_reconciler() {
    std::vector<std::string> flags = quick_reconciler_flags();
    flags.insert(flags.begin(), "--with-reconciler");
    start(std::move(flags));
  }

  std::map<std::string, std::string> environment() const {
    return {{"DRAAS_SERVER", server_->endpoint().to_string()},
            {"DRAAS_CONFIG", (server_->directory() / "cli" / "config.yaml").string()},
            {"DRAAS_API_KEY", ""},
            {"NO_COLOR", ""},
            {"VISUAL", ""},
            {"TERM", "xterm"},
            {"TMPDIR", server_->directory().string()}};
  }
  static std::string draas_program() { return program("DRAAS_TEST_DRAAS", "/src/app/draas"); }

  CommandResult draas(const std::vector<std::string>& arguments, const std::string& input = {},
                      std::map<std::string, std::string> more = {}) const {
    for (const auto& [name, value] : environment()) more.emplace(name, value);
    return run_command(draas_program(), arguments, more, input);
  }
  // Its standard output; a failure is a failure of the test.
  std::string good(const std::vector<std::string>& arguments, const std::string& input = {}) const {
    const CommandResult result = draas(arguments, input);
    EXPECT_EQ(result.code, 0) << arguments.front() << ": " << result.out << result.err;
    return result.out;
  }

  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = server_->directory() / "files" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  std::string files() const { return (server_->directory() / "files").string(); }

  static std::string document(const std::string& id, const std::string& spec = "{}",
                              const std::string& labels = "{team: shop}") {
    return "apiVersion: draas/v1\nkind: Instance\nmetadata: {name: " + id + ", labels: " + labels + "}\nspec: " + spec +
           "\n";
  }
  static std::string running(const std::string& more = "") {
    return "{" + more + "configuration: " + sample_configuration() + "}";
  }

  std::unique_ptr<ServerProcess> server_;
};

}  // namespace draas::tests
