#include "drasi/schema.hpp"

#include <algorithm>
#include <array>

namespace draas::drasi::schema {
namespace {

constexpr std::int64_t kMaxPort = 65535;
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();

constexpr std::array kServer = {
    Field{"apiVersion", Shape::Text},
    Field{"id", Shape::TextValue},
    Field{"host", Shape::TextValue},
    Field{"port", Shape::IntegerValue, false, 1, kMaxPort},
    Field{"logLevel", Shape::TextValue},
    Field{"persistConfig", Shape::Boolean},
    Field{"persistIndex", Shape::Boolean},
    Field{"enableArchive", Shape::Boolean},
    Field{"enableUi", Shape::Boolean},
    Field{"solutionsDir", Shape::Text, false, 0, kAny, true},
    Field{"stateStore", Shape::Object},
    Field{"secretStore", Shape::Object},
    Field{"defaultPriorityQueueCapacity", Shape::IntegerValue, false, 1},
    Field{"defaultDispatchBufferCapacity", Shape::IntegerValue, false, 1},
    Field{"pluginRegistry", Shape::Text},
    Field{"autoInstallPlugins", Shape::Boolean},
    Field{"plugins", Shape::List},
    Field{"verifyPlugins", Shape::Boolean},
    Field{"trustedIdentities", Shape::List},
    Field{"hotReloadPlugins", Shape::Boolean},
    Field{"hotReloadDebounceMs", Shape::Integer},
    Field{"corsAllowedOrigins", Shape::Texts},
    Field{"sources", Shape::List},
    Field{"queries", Shape::List},
    Field{"reactions", Shape::List},
    Field{"identityProviders", Shape::List},
    Field{"bootstrapProviders", Shape::List},
    Field{"instances", Shape::List},
};

constexpr std::array kLibrary = {
    Field{"id", Shape::TextValue},
    Field{"persistIndex", Shape::Boolean},
    Field{"enableArchive", Shape::Boolean},
    Field{"stateStore", Shape::Object},
    Field{"secretStore", Shape::Object},
    Field{"defaultPriorityQueueCapacity", Shape::IntegerValue, false, 1},
    Field{"defaultDispatchBufferCapacity", Shape::IntegerValue, false, 1},
    Field{"sources", Shape::List},
    Field{"queries", Shape::List},
    Field{"reactions", Shape::List},
    Field{"identityProviders", Shape::List},
    Field{"bootstrapProviders", Shape::List},
};

// All but the id, which stands first.
constexpr auto kLibraryKeys = [] {
  std::array<std::string_view, kLibrary.size() - 1> keys;
  std::ranges::transform(kLibrary.begin() + 1, kLibrary.end(), keys.begin(), &Field::name);
  return keys;
}();

constexpr std::array kQuery = {
    Field{"id", Shape::Text, true},
    Field{"queryText", Shape::Text, true},
    Field{"autoStart", Shape::Boolean},
    Field{"queryLanguage", Shape::Text},
    Field{"sources", Shape::List},
    Field{"middleware", Shape::List},
    Field{"enableBootstrap", Shape::Boolean},
    Field{"bootstrapBufferSize", Shape::Integer},
    Field{"outboxCapacity", Shape::Integer},
    Field{"bootstrapTimeoutSecs", Shape::Integer},
    Field{"joins", Shape::List},
    Field{"priorityQueueCapacity", Shape::Integer, false, 1},
    Field{"dispatchBufferCapacity", Shape::Integer, false, 1},
    Field{"dispatchMode", Shape::Text},
    Field{"storageBackend", Shape::Any},
};

constexpr std::array kSubscription = {
    Field{"sourceId", Shape::Text, true},
    Field{"nodes", Shape::Texts},
    Field{"relations", Shape::Texts},
    Field{"pipeline", Shape::Texts},
};

constexpr std::array kMiddleware = {
    Field{"kind", Shape::Text, true},
    Field{"name", Shape::Text, true},
    Field{"config", Shape::Object},
};

constexpr std::array kStateStore = {
    Field{"kind", Shape::Text, true},
    Field{"path", Shape::TextValue, true, 0, kAny, true},
};

constexpr std::array kSource = {
    Field{"kind", Shape::Text, true},       Field{"id", Shape::Text, true},         Field{"autoStart", Shape::Boolean},
    Field{"bootstrapProvider", Shape::Any}, Field{"identityProvider", Shape::Text},
};

constexpr std::array kReaction = {
    Field{"kind", Shape::Text, true},   Field{"id", Shape::Text, true},         Field{"queries", Shape::Texts, true},
    Field{"autoStart", Shape::Boolean}, Field{"identityProvider", Shape::Text},
};

constexpr std::array kProvider = {
    Field{"kind", Shape::Text, true},
    Field{"id", Shape::Text, true},
};

constexpr std::array kPostgres = {
    Field{"host", Shape::TextValue},
    Field{"port", Shape::IntegerValue, false, 1, kMaxPort},
    Field{"database", Shape::TextValue, true},
    Field{"user", Shape::TextValue, true},
    Field{"password", Shape::TextValue},
    Field{"tables", Shape::Texts},
    Field{"slotName", Shape::Text},
    Field{"publicationName", Shape::Text},
    Field{"sslMode", Shape::TextValue},
    Field{"tableKeys", Shape::List},
};

constexpr std::array kHttpSource = {
    Field{"host", Shape::TextValue, true},
    Field{"port", Shape::IntegerValue, true, 1, kMaxPort},
    Field{"endpoint", Shape::TextValue},
    Field{"timeoutMs", Shape::IntegerValue},
    Field{"adaptiveMaxBatchSize", Shape::IntegerValue},
    Field{"adaptiveMinBatchSize", Shape::IntegerValue},
    Field{"adaptiveMaxWaitMs", Shape::IntegerValue},
    Field{"adaptiveMinWaitMs", Shape::IntegerValue},
    Field{"adaptiveWindowSecs", Shape::IntegerValue},
    Field{"adaptiveEnabled", Shape::BooleanValue},
    Field{"webhooks", Shape::Object},
};

constexpr std::array kGrpcSource = {
    Field{"host", Shape::TextValue},
    Field{"port", Shape::IntegerValue, false, 1, kMaxPort},
    Field{"endpoint", Shape::TextValue},
    Field{"timeoutMs", Shape::IntegerValue},
};

constexpr std::array kMock = {
    Field{"dataType", Shape::Any},
    Field{"intervalMs", Shape::IntegerValue},
};

constexpr std::array kPlatformSource = {
    Field{"redisUrl", Shape::TextValue, true}, Field{"streamKey", Shape::TextValue, true},
    Field{"consumerGroup", Shape::TextValue},  Field{"consumerName", Shape::TextValue},
    Field{"batchSize", Shape::IntegerValue},   Field{"blockMs", Shape::IntegerValue},
};

constexpr std::array kMssql = {
    Field{"host", Shape::TextValue},
    Field{"port", Shape::IntegerValue, false, 1, kMaxPort},
    Field{"database", Shape::TextValue, true},
    Field{"user", Shape::TextValue, true},
    Field{"password", Shape::TextValue},
    Field{"tables", Shape::Texts},
    Field{"pollIntervalMs", Shape::IntegerValue},
    Field{"trustServerCertificate", Shape::BooleanValue},
};

constexpr std::array kDatabasePort = {
    Field{"host", Shape::TextValue},
    Field{"port", Shape::IntegerValue, false, 1, kMaxPort},
    Field{"password", Shape::TextValue},
};

constexpr std::array kScriptFile = {
    Field{"filePaths", Shape::Texts, true, 0, kAny, true},
};

constexpr std::array kPlatformBootstrap = {
    Field{"queryApiUrl", Shape::TextValue},
    Field{"timeoutSeconds", Shape::IntegerValue},
};

constexpr std::array kLog = {
    Field{"routes", Shape::Object},
    Field{"defaultTemplate", Shape::Object},
};

constexpr std::array kHttpReaction = {
    Field{"baseUrl", Shape::TextValue},
    Field{"token", Shape::TextValue},
    Field{"timeoutMs", Shape::IntegerValue},
    Field{"routes", Shape::Object},
    Field{"priorityQueueCapacity", Shape::IntegerValue},
    Field{"adaptiveMinBatchSize", Shape::IntegerValue},
    Field{"adaptiveMaxBatchSize", Shape::IntegerValue},
    Field{"adaptiveWindowSize", Shape::IntegerValue},
    Field{"adaptiveBatchTimeoutMs", Shape::IntegerValue},
};

constexpr std::array kGrpcReaction = {
    Field{"endpoint", Shape::TextValue},
    Field{"timeoutMs", Shape::IntegerValue},
    Field{"maxRetries", Shape::IntegerValue},
    Field{"connectionRetryAttempts", Shape::IntegerValue},
    Field{"initialConnectionTimeoutMs", Shape::IntegerValue},
    Field{"metadata", Shape::Object},
    Field{"adaptiveMinBatchSize", Shape::IntegerValue},
    Field{"adaptiveMaxBatchSize", Shape::IntegerValue},
    Field{"adaptiveWindowSize", Shape::IntegerValue},
    Field{"adaptiveBatchTimeoutMs", Shape::IntegerValue},
};

constexpr std::array kSse = {
    Field{"host", Shape::TextValue},    Field{"port", Shape::IntegerValue, false, 1, kMaxPort},
    Field{"ssePath", Shape::TextValue}, Field{"heartbeatIntervalMs", Shape::IntegerValue},
    Field{"routes", Shape::Object},     Field{"defaultTemplate", Shape::Object},
};

constexpr std::array kListener = {
    Field{"host", Shape::TextValue},
    Field{"port", Shape::IntegerValue, false, 1, kMaxPort},
};

constexpr std::array kProfiler = {
    Field{"windowSize", Shape::IntegerValue},
    Field{"reportIntervalSecs", Shape::IntegerValue},
};

constexpr std::array kStoredProcedure = {
    Field{"hostname", Shape::TextValue},
    Field{"port", Shape::IntegerValue, false, 1, kMaxPort},
    Field{"user", Shape::TextValue},
    Field{"password", Shape::TextValue},
    Field{"database", Shape::TextValue},
    Field{"ssl", Shape::BooleanValue},
    Field{"routes", Shape::Object},
    Field{"defaultTemplate", Shape::Object},
    Field{"commandTimeoutMs", Shape::IntegerValue},
    Field{"retryAttempts", Shape::IntegerValue},
};

constexpr std::array kPasswordIdentity = {
    Field{"username", Shape::TextValue, true},
    Field{"password", Shape::TextValue, true},
};

constexpr std::array kFileSecretStore = {
    Field{"path", Shape::TextValue, false, 0, kAny, true},
};

struct Plugin {
  Category category;
  std::string_view kind;
  Fields fields;
};

constexpr std::array kPlugins = {
    Plugin{Category::Source, "postgres", kPostgres},
    Plugin{Category::Source, "http", kHttpSource},
    Plugin{Category::Source, "grpc", kGrpcSource},
    Plugin{Category::Source, "mock", kMock},
    Plugin{Category::Source, "platform", kPlatformSource},
    Plugin{Category::Source, "mssql", kMssql},
    Plugin{Category::Source, "mysql", kDatabasePort},
    Plugin{Category::Source, "oracle", kDatabasePort},
    Plugin{Category::Bootstrap, "postgres", kPostgres},
    Plugin{Category::Bootstrap, "mssql", kMssql},
    Plugin{Category::Bootstrap, "scriptfile", kScriptFile},
    Plugin{Category::Bootstrap, "platform", kPlatformBootstrap},
    Plugin{Category::Reaction, "log", kLog},
    Plugin{Category::Reaction, "http", kHttpReaction},
    Plugin{Category::Reaction, "http-adaptive", kHttpReaction},
    Plugin{Category::Reaction, "grpc", kGrpcReaction},
    Plugin{Category::Reaction, "grpc-adaptive", kGrpcReaction},
    Plugin{Category::Reaction, "sse", kSse},
    Plugin{Category::Reaction, "mcp", kListener},
    Plugin{Category::Reaction, "dashboard", kListener},
    Plugin{Category::Reaction, "profiler", kProfiler},
    Plugin{Category::Reaction, "storedproc-postgres", kStoredProcedure},
    Plugin{Category::Reaction, "storedproc-mysql", kStoredProcedure},
    Plugin{Category::Reaction, "storedproc-mssql", kStoredProcedure},
    Plugin{Category::Identity, "password", kPasswordIdentity},
    Plugin{Category::SecretStore, "file", kFileSecretStore},
};

constexpr std::string_view kSourceKinds[] = {"postgres",     "http",        "grpc",         "mock",
                                             "platform",     "mssql",       "mysql",        "oracle",
                                             "sqlite",       "neo4j",       "kafka",        "kubernetes",
                                             "dataverse",    "gtfs-rt",     "open511",      "ris-live",
                                             "here-traffic", "hyperliquid", "sui-deepbook", "cloudflare-radar",
                                             "mapping"};
constexpr std::string_view kBootstrapKinds[] = {
    "noop",    "application", "postgres",     "scriptfile",   "platform",        "mssql",      "mysql",
    "oracle",  "sqlite",      "neo4j",        "http",         "kafka",           "kubernetes", "dataverse",
    "gtfs-rt", "open511",     "here-traffic", "sui-deepbook", "cloudflare-radar"};
constexpr std::string_view kReactionKinds[] = {"application",
                                               "log",
                                               "http",
                                               "http-adaptive",
                                               "grpc",
                                               "grpc-adaptive",
                                               "sse",
                                               "platform",
                                               "profiler",
                                               "storedproc-postgres",
                                               "storedproc-mysql",
                                               "storedproc-mssql",
                                               "file",
                                               "loki",
                                               "mcp",
                                               "dashboard",
                                               "rabbitmq",
                                               "aws-sqs",
                                               "azure-storage",
                                               "eventgrid"};
constexpr std::string_view kIdentityKinds[] = {"password", "azure", "aws"};
constexpr std::string_view kSecretStoreKinds[] = {"file", "keyring", "azure-keyvault"};
constexpr std::string_view kMiddlewareKinds[] = {"jq", "decoder", "map", "parse_json", "promote", "relabel", "unwind"};
constexpr std::string_view kLogLevels[] = {"trace", "debug", "info", "warn", "error"};

struct Listener {
  Category category;
  std::string_view kind;
  int default_port;
};

constexpr Listener kListeners[] = {
    {Category::Source, "http", 0},     {Category::Source, "grpc", 50051},       {Category::Reaction, "sse", 8080},
    {Category::Reaction, "mcp", 3000}, {Category::Reaction, "dashboard", 3000},
};

}  // namespace

Fields server() { return kServer; }
Fields library() { return kLibrary; }
Fields query() { return kQuery; }
Fields subscription() { return kSubscription; }
Fields middleware() { return kMiddleware; }
Fields state_store() { return kStateStore; }
Fields source() { return kSource; }
Fields reaction() { return kReaction; }
Fields provider() { return kProvider; }

Fields plugin(Category category, std::string_view kind) {
  for (const Plugin& plugin : kPlugins) {
    if (plugin.category == category && plugin.kind == kind) return plugin.fields;
  }
  return {};
}

std::span<const std::string_view> known_kinds(Category category) {
  switch (category) {
    case Category::Source:
      return kSourceKinds;
    case Category::Bootstrap:
      return kBootstrapKinds;
    case Category::Reaction:
      return kReactionKinds;
    case Category::Identity:
      return kIdentityKinds;
    case Category::SecretStore:
      return kSecretStoreKinds;
  }
  return {};
}

std::span<const std::string_view> middleware_kinds() { return kMiddlewareKinds; }
std::span<const std::string_view> log_levels() { return kLogLevels; }
std::span<const std::string_view> library_keys() { return kLibraryKeys; }

int listening_port(Category category, std::string_view kind) {
  for (const Listener& listener : kListeners) {
    if (listener.category == category && listener.kind == kind) return listener.default_port;
  }
  return -1;
}

bool skips_gaps(std::string_view reaction_kind) {
  constexpr std::string_view kKinds[] = {"log", "sse", "profiler", "eventgrid"};
  return std::ranges::find(kKinds, reaction_kind) != std::end(kKinds);
}

const Field* find(Fields fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

std::vector<std::string> names(Fields fields) {
  std::vector<std::string> result;
  result.reserve(fields.size());
  for (const Field& field : fields) result.emplace_back(field.name);
  return result;
}

}  // namespace draas::drasi::schema
