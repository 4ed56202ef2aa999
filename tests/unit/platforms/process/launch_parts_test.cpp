// Paths, command line, environment, executable and ports: what a launch is made of.

#include <fstream>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.hpp"
#include "platforms/ports.hpp"
#include "platforms/process/command.hpp"
#include "platforms/process/executable.hpp"
#include "platforms/process/paths.hpp"

namespace draas::platforms::process {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

TEST(Paths, AreAbsoluteAndOfOneInstance) {
  const Paths paths("./configs", "/run/draas/../draas/runtime");
  EXPECT_EQ(paths.configuration("a.b"), fs::current_path() / "configs/a.b-config.yaml");
  EXPECT_EQ(paths.instance_directory("a.b"), "/run/draas/runtime/a.b");
  EXPECT_EQ(paths.log_file("a.b"), "/run/draas/runtime/a.b/logs/server.log");
  EXPECT_EQ(rotated(paths.log_file("x"), 2).filename(), "server.log.2");
  EXPECT_EQ(rotated(paths.log_file("x"), 0).filename(), "server.log");
}

TEST(Paths, KnowSafeIds) {
  for (const std::string id : {"a", "A-1_2.x", "0190b6a5-7c3e-7b11-9f42-1234567890ab", "_x"})
    EXPECT_TRUE(is_safe_id(id));
  for (const std::string id : {"", ".", "..", "-a", ".a", "a/b", "a\\b", "a b", "ä", "a\n"})
    EXPECT_FALSE(is_safe_id(id));
  EXPECT_TRUE(is_safe_id(std::string(128, 'a')));
  EXPECT_FALSE(is_safe_id(std::string(129, 'a')));
}

TEST(Arguments, CarryTheSettings) {
  ProcessPlatformOptions options;
  EXPECT_THAT(make_arguments(options, "/c/x.yaml", {}), ElementsAre("--config", "/c/x.yaml"));
  options.plugins_directory = "/plugins";
  options.skip_plugin_verification = true;
  options.arguments = {"--enable-ui"};
  InstanceSettings settings;
  settings.arguments = {"--port", "1"};
  EXPECT_THAT(make_arguments(options, "/c/x.yaml", settings),
              ElementsAre("--config", "/c/x.yaml", "--plugins-dir", "/plugins", "--skip-verification", "--enable-ui",
                          "--port", "1"));
}

TEST(Environment, HasMarksFirstAndNothingOfOurs) {
  const Marks marks{"cp", "one", 7, "hash"};
  const auto environment = make_environment({"PATH=/bin", "DB_PASSWORD=x=y", "DRAAS_API_KEY=secret",
                                             "DRAAS_INSTANCE_ID=outer", "NOTIFY_SOCKET=/run/n", "broken"},
                                            marks, {{{"A", "1"}, {"B", "1"}}, {{"B", "2"}, {"PATH", "/opt"}}});
  ASSERT_TRUE(environment);
  EXPECT_THAT(*environment,
              ElementsAre("DRAAS_CONTROL_PLANE_ID=cp", "DRAAS_INSTANCE_ID=one", "DRAAS_GENERATION=7",
                          "DRAAS_SPEC_HASH=hash", "A=1", "B=2", "DB_PASSWORD=x=y", "NO_COLOR=1", "PATH=/opt"));
}

TEST(Environment, RefusesBadNames) {
  for (const std::string name : {"", "A=B", "DRAAS_GENERATION"}) {
    const auto environment = make_environment({}, {}, {{{name, "x"}}});
    ASSERT_FALSE(environment) << name;
    EXPECT_EQ(environment.error().code, ErrorCode::InvalidArgument);
  }
}

TEST(InstanceSettings, NameWhatIsWrong) {
  EXPECT_TRUE(read_instance_settings(Json()));
  EXPECT_TRUE(read_instance_settings(Json::object()));
  const auto bad = read_instance_settings(Json::parse(R"({"arguments":[1],"environment":[],"image":"x"})"));
  ASSERT_FALSE(bad);
  ASSERT_EQ(bad.error().faults.size(), 3U);
  EXPECT_EQ(bad.error().faults[0].path, "/platformOptions/arguments/0");
  EXPECT_FALSE(read_instance_settings(Json("text")));
}

TEST(Executable, IsSearchedLikeAShellDoes) {
  EXPECT_EQ(*resolve_executable("sh", "/nowhere::/bin"), "/bin/sh");
  EXPECT_EQ(*resolve_executable("/bin/../bin/sh", ""), "/bin/sh");
  const auto missing = resolve_executable("drasi-server", "/nowhere:/etc");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "'drasi-server' is not on PATH; set ProcessInstanceManager:ExecutablePath or put drasi-server on PATH");
  EXPECT_NE(resolve_executable("passwd", "/etc").error().message.find("(/etc/passwd is not executable"),
            std::string::npos);
  EXPECT_FALSE(resolve_executable("", "/bin"));
}

TEST(Executable, VersionIsFoundInItsOutput) {
  EXPECT_EQ(parse_version("drasi-server 0.2.2\n"), "0.2.2");
  EXPECT_EQ(parse_version("drasi-server v1.0.0-rc.1 (rustc 1.95.0)\n"), "1.0.0-rc.1");
  EXPECT_EQ(parse_version("hello world.\n.5 x.y"), "");
  EXPECT_EQ(parse_version(""), "");
}

TEST(Executable, IsAskedOnceUntilItChanges) {
  std::string pattern = (fs::temp_directory_path() / "draas-probe-XXXXXX").string();
  const fs::path directory = ::mkdtemp(pattern.data());
  const fs::path program = directory / "server";
  const auto write = [&](const std::string& version) {
    std::ofstream(program) << "#!/bin/sh\necho x >> " << (directory / "asked").string() << "\necho " << version << "\n";
    fs::permissions(program, fs::perms::owner_all);
  };
  write("1.0.0");
  ExecutableProbe probe(program.string(), std::chrono::seconds(5));
  EXPECT_EQ(probe.check().version, "1.0.0");
  EXPECT_EQ(probe.check().version, "1.0.0");
  EXPECT_EQ(read_file(directory / "asked")->size(), 2U);
  write("2.0.00");
  EXPECT_EQ(probe.check().version, "2.0.00");

  std::ofstream(program) << "#!/bin/sh\nsleep 100\n";
  ExecutableProbe impatient(program.string(), std::chrono::milliseconds(100));
  const auto slow = impatient.check();
  EXPECT_TRUE(slow.available);
  EXPECT_NE(slow.reason.find("did not end in time"), std::string::npos) << slow.reason;
  fs::remove_all(directory);
}

class PortTest : public testing::Test {
 protected:
  // A socket bound to some port of `host`.
  UniqueFd bind_to(const char* host, bool listening, bool reuse = false) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = reuse ? 1 : 0;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, host, &address.sin_addr);
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    if (listening) {
      EXPECT_EQ(::listen(fd.get(), 1), 0);
    }
    socklen_t size = sizeof(address);
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    return fd;
  }
  std::uint16_t port_ = 0;
};

TEST_F(PortTest, SeesListeners) {
  auto local = bind_to("127.0.0.1", true, true);
  EXPECT_FALSE(port_is_free("127.0.0.1", port_));
  EXPECT_FALSE(port_is_free("0.0.0.0", port_));
  EXPECT_FALSE(port_is_free("localhost", port_));
  EXPECT_FALSE(port_is_free("some.host.name", port_));
  EXPECT_TRUE(port_is_free("127.0.0.2", port_));
  local.reset();
  EXPECT_TRUE(port_is_free("127.0.0.1", port_));
  auto everywhere = bind_to("0.0.0.0", true, true);
  EXPECT_FALSE(port_is_free("127.0.0.1", port_));
  auto bound = bind_to("127.0.0.1", false);
  EXPECT_FALSE(port_is_free("127.0.0.1", port_));
  EXPECT_FALSE(port_is_free("127.0.0.1", 0));
  EXPECT_TRUE(port_is_free("::1", port_));
}

TEST_F(PortTest, SeesListenersQuickly) {
  auto local = bind_to("127.0.0.1", true, true);
  EXPECT_FALSE(port_seems_free("127.0.0.1", port_));
  EXPECT_FALSE(port_seems_free("0.0.0.0", port_));
  EXPECT_FALSE(port_seems_free("localhost", port_));
  EXPECT_TRUE(port_seems_free("127.0.0.2", port_));
  local.reset();
  EXPECT_TRUE(port_seems_free("127.0.0.1", port_));
  auto everywhere = bind_to("0.0.0.0", true, true);
  EXPECT_FALSE(port_seems_free("127.0.0.1", port_));
  EXPECT_FALSE(port_seems_free("127.0.0.2", port_));
  EXPECT_FALSE(port_seems_free("127.0.0.1", 0));
}

TEST_F(PortTest, AListenerOfBothProtocolsIsSeenByTheOlderOne) {
  UniqueFd both(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int off = 0;
  ::setsockopt(both.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  ASSERT_EQ(::bind(both.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0) << "no IPv6 here";
  ASSERT_EQ(::listen(both.get(), 1), 0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::getsockname(both.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  EXPECT_FALSE(port_is_free("127.0.0.1", ntohs(address.sin6_port)));
  EXPECT_FALSE(port_seems_free("127.0.0.1", ntohs(address.sin6_port)));
}

TEST_F(PortTest, DoesNotMindConnectionsThatLinger) {
  auto listener = bind_to("127.0.0.1", true, true);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  UniqueFd server(::accept(listener.get(), nullptr, nullptr));
  // The side that closes first keeps the port in TIME_WAIT.
  server.reset();
  char byte = 0;
  EXPECT_EQ(::read(client.get(), &byte, 1), 0);
  client.reset();
  listener.reset();
  EXPECT_TRUE(port_is_free("127.0.0.1", port_));
}

}  // namespace
}  // namespace draas::platforms::process
