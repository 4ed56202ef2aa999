#include "app/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/id.hpp"

namespace draas::app {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class ControlPlaneSettingsTest : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(directory_); }

  Result<ControlPlaneSettings> load(const std::string& content) {
    SettingsSources sources;
    sources.file = directory_ / "draas.yaml";
    EXPECT_TRUE(write_file(*sources.file, content, 0600, Durability::Atomic));
    return load_control_plane_settings(sources);
  }

  fs::path directory_ = fs::temp_directory_path() / ("draas-app-" + random_hex(6));
};

TEST_F(ControlPlaneSettingsTest, DefaultsAreTheDocumentedOnes) {
  const auto settings = load_control_plane_settings({});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->server.listen, ElementsAre(ListenUrl{"127.0.0.1", 5000}));
  EXPECT_GT(settings->server.threads, 0U);
  EXPECT_EQ(settings->server.max_body_bytes, 1'048'576U);
  EXPECT_EQ(settings->server.request_timeout, 30s);
  EXPECT_TRUE(settings->server.documentation);
  EXPECT_EQ(settings->logging.level, LogLevel::Info);
  EXPECT_EQ(settings->store.kind, StoreSettings::Kind::Sqlite);
  EXPECT_EQ(settings->store.path, fs::current_path() / "draas-data" / "draas.db");
  EXPECT_EQ(settings->ports.first, 8080);
  EXPECT_EQ(settings->ports.last, 9000);
  EXPECT_EQ(settings->default_platform, "Process");
  EXPECT_EQ(settings->process.executable_path, "drasi-server");
  EXPECT_EQ(settings->process.shutdown_timeout, 30s);
  EXPECT_EQ(settings->process.configuration_template, "");
  EXPECT_EQ(settings->process.instance_config_directory, fs::current_path() / "drasi-configs");
  EXPECT_EQ(settings->process.log_max_bytes, 10U << 20U);
  EXPECT_EQ(settings->monitoring.polling_interval, 5s);
  EXPECT_EQ(settings->monitoring.event_log_size, 100'000U);
  EXPECT_EQ(settings->restart.default_policy, "OnFailure");
  EXPECT_EQ(settings->restart.max_delay, 1min);
  EXPECT_EQ(settings->restart.max_restarts, 5U);
  EXPECT_EQ(settings->reconciliation.polling_interval, 30s);
  EXPECT_TRUE(settings->reconciliation.reconcile_error_instances);
}

TEST_F(ControlPlaneSettingsTest, TakesThePrototypesFilesUnchanged) {
  const auto settings = load(R"({
    "Logging": { "LogLevel": { "Default": "Warning", "Microsoft.AspNetCore": "Warning", "Microsoft.Hosting.Lifetime": "Information" } },
    "AllowedHosts": "*",
    "ControlPlaneUrl": "http://localhost:5000",
    "ProcessInstanceManager": {
      "ExecutablePath": "./bin/drasi-server", "ConfigurationTemplatePath": "", "InstanceConfigDirectory": "./drasi-configs",
      "DefaultLogLevel": "info", "ShutdownTimeoutSeconds": 5, "WorkingDirectory": "./drasi-runtime"
    },
    "Reconciliation": {
      "PollingInterval": "00:00:30", "DefaultStrategy": "Restart", "EnableAutoReconciliation": true,
      "EnableEventDrivenReconciliation": true, "MaxRetries": 3, "RetryDelay": "00:00:10", "MaxConcurrentReconciliations": 5,
      "EnableAuditLogging": true, "ReconciliationTimeout": "00:05:00", "ReconcileErrorInstances": true,
      "ReconcileStoppedInstances": false
    }
  })");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->process.shutdown_timeout, 5s);
  EXPECT_EQ(settings->process.executable_path, (fs::current_path() / "bin/drasi-server").string());
  EXPECT_EQ(settings->logging.level, LogLevel::Warn);
  EXPECT_EQ(settings->reconciliation.reconciliation_timeout, 5min);
  EXPECT_EQ(settings->control_plane_url, "http://localhost:5000");
}

TEST_F(ControlPlaneSettingsTest, RefusesToBeReachedFromElsewhereUnlessTold) {
  const auto refused = load("Server: {Urls: ['http://127.0.0.1:1', 'http://+:5000']}");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("draas.yaml:1: Server.Urls: the address 0.0.0.0 can be reached"));
  const auto allowed = load("Server: {Urls: 'http://+:5000', Insecure: true}");
  ASSERT_TRUE(allowed);
  EXPECT_THAT(allowed->server.listen, ElementsAre(ListenUrl{"0.0.0.0", 5000}));
}

TEST_F(ControlPlaneSettingsTest, AspnetcoreUrlsBeatsTheFileAndNotOurOwnVariable) {
  SettingsSources sources = default_settings_sources();
  sources.default_files.clear();
  sources.environment = {{"ASPNETCORE_URLS", "http://localhost:5087;http://127.0.0.2:81"}};
  auto settings = load_control_plane_settings(sources);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->server.listen, ElementsAre(ListenUrl{"127.0.0.1", 5087}, ListenUrl{"127.0.0.2", 81}));
  sources.environment.emplace_back("Server__Urls", "http://127.0.0.1:6000");
  settings = load_control_plane_settings(sources);
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->server.listen, ElementsAre(ListenUrl{"127.0.0.1", 6000}));
}

TEST_F(ControlPlaneSettingsTest, ChecksKeysAgainstEachOther) {
  const auto result = load("Ports: {First: 9000, Last: 8000}\nRestart: {InitialDelay: 2m}\n");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().faults.size(), 2U);
  EXPECT_THAT(result.error().message, HasSubstr("draas.yaml:1: Ports.First: is above Ports.Last, which is 8000"));
  EXPECT_THAT(result.error().message, HasSubstr("draas.yaml:2: Restart.InitialDelay: is longer than Restart.MaxDelay"));
}

TEST_F(ControlPlaneSettingsTest, ChecksValues) {
  for (const char* bad :
       {"Server: {Urls: []}", "Server: {Urls: 'ftp://x'}", "Server: {Urls: 'https://127.0.0.1:1'}",
        "Server: {PathBase: 'a b'}", "Cors: {AllowedOrigins: ['example.org']}", "Store: {Kind: redis}",
        "Ports: {First: 0}", "Ports: {Last: 65536}", "ProcessInstanceManager: {ExecutablePath: ''}",
        "ProcessInstanceManager: {DefaultLogLevel: loud}", "ControlPlaneUrl: nowhere",
        "Logging: {LogLevel: {Default: Loud}}", "Server: {MaxBodyBytes: 5}", "Server: {Threads: -1}",
        "ProcessInstanceManager: {LogFiles: 0}", "Logging: {Format: xml}", "Restart: {DefaultPolicy: Maybe}"}) {
    const auto result = load(bad);
    EXPECT_FALSE(result) << bad;
    if (!result) {
      EXPECT_THAT(result.error().message, HasSubstr("draas.yaml:1: ")) << bad;
    }
  }
}

TEST_F(ControlPlaneSettingsTest, KeysChangeTheirMembers) {
  const auto settings = load(
      "DataDirectory: /srv/draas\nServer: {PathBase: /draas/, Threads: 3, AccessLog: false}\nStore: {Path: /x/y.db, "
      "FileConfigurations: true}\n"
      "Logging: {Format: text, LogLevel: {Default: None}}\n"
      "ProcessInstanceManager: {Arguments: [--skip-verification], Environment: {RUST_LOG: debug}, CpuLimit: 1.5, "
      "MemoryLimitBytes: 512MiB}\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->data_directory, "/srv/draas");
  EXPECT_EQ(settings->server.path_base, "/draas");
  EXPECT_EQ(settings->server.threads, 3U);
  EXPECT_FALSE(settings->server.access_log);
  EXPECT_EQ(settings->store.path, "/x/y.db");
  EXPECT_TRUE(settings->store.file_configurations);
  EXPECT_EQ(settings->logging.format, LogFormat::Text);
  EXPECT_EQ(settings->logging.level, LogLevel::Off);
  EXPECT_THAT(settings->process.arguments, ElementsAre("--skip-verification"));
  EXPECT_EQ(settings->process.environment.at("RUST_LOG"), "debug");
  EXPECT_EQ(settings->process.cpu_limit, 1.5);
  EXPECT_EQ(settings->process.memory_limit_bytes, 512U << 20U);
}

TEST(ListenUrls, AreTakenApart) {
  EXPECT_EQ(parse_listen_url("http://*:80").value(), (ListenUrl{"0.0.0.0", 80}));
  EXPECT_EQ(parse_listen_url("http://localhost:5000/").value(), (ListenUrl{"127.0.0.1", 5000}));
  EXPECT_EQ(parse_listen_url("http://[::1]:5000").value(), (ListenUrl{"::1", 5000}));
  EXPECT_EQ(parse_listen_url("http://[::1]").value(), (ListenUrl{"::1", 80}));
  EXPECT_EQ(parse_listen_url("http://example").value(), (ListenUrl{"example", 80}));
  for (const char* bad : {"", "http://", "http://:80", "http://x:", "http://x:99999", "http://x:1/a", "http://u@x:1",
                          "http://[::1", "http://[::1]x", "x:80", "http://x:8o"}) {
    EXPECT_FALSE(parse_listen_url(bad)) << bad;
  }
}

TEST(Declarations, AllDefaultsFulfilTheirOwnLimits) {
  for (const SettingDeclaration& declaration : control_plane_declarations()) {
    EXPECT_FALSE(declaration.documentation.empty()) << declaration.key;
    if (declaration.check) {
      EXPECT_EQ(declaration.check(declaration.default_value), "") << declaration.key;
    }
    if (declaration.default_value.is_number()) {
      EXPECT_GE(declaration.default_value.get<double>(), declaration.min.value_or(0)) << declaration.key;
      EXPECT_LE(declaration.default_value.get<double>(), declaration.max.value_or(1e300)) << declaration.key;
    }
  }
}

}  // namespace
}  // namespace draas::app
