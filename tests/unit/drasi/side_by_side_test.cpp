// What keeps two servers from running the same configuration at once.

#include "drasi/side_by_side.hpp"

#include "documents.hpp"

namespace draas::drasi {
namespace {

using testing::yaml;

struct SideBySideCase {
  const char* name;
  const char* document;
  std::vector<std::string> paths;  // of the obstacles
};

class SideBySide : public ::testing::TestWithParam<SideBySideCase> {};

TEST_P(SideBySide, NamesWhatOnlyOneCanHave) {
  std::vector<std::string> paths;
  for (const Fault& fault : side_by_side_obstacles(yaml(GetParam().document))) {
    paths.push_back(fault.path);
    EXPECT_FALSE(fault.message.empty());
  }
  EXPECT_EQ(paths, GetParam().paths);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SideBySide,
    ::testing::Values(
        SideBySideCase{"empty", "{}", {}}, SideBySideCase{"not_an_object", "[1]", {}},
        SideBySideCase{
            "nothing_shared", "sources: [{kind: mock, id: s}]\nreactions: [{kind: log, id: r, queries: []}]", {}},
        SideBySideCase{"fixed_port", "sources: [{kind: http, id: s, host: h, port: 9000}]", {"/sources/0/port"}},
        SideBySideCase{"automatic_port", "sources: [{kind: http, id: s, host: h, port: auto}]", {}},
        SideBySideCase{
            "port_of_the_environment", "sources: [{kind: http, id: s, host: h, port: '${P}'}]", {"/sources/0/port"}},
        SideBySideCase{"port_by_default", "reactions: [{kind: sse, id: r, queries: []}]", {"/reactions/0/port"}},
        SideBySideCase{"does_not_start",
                       "sources: [{kind: http, id: s, host: h, port: 9000, autoStart: false},"
                       " {kind: postgres, id: p, autoStart: false}]",
                       {}},
        SideBySideCase{"postgres", "sources: [{kind: postgresql, id: s, slotName: drasi}]", {"/sources/0/slotName"}},
        SideBySideCase{
            "postgres_bootstrap_only", "sources: [{kind: mock, id: s, bootstrapProvider: {kind: postgres}}]", {}},
        SideBySideCase{"consumer_group", "sources: [{kind: platform, id: s}]", {"/sources/0/consumerGroup"}},
        SideBySideCase{"absolute_state_store", "stateStore: {kind: redb, path: /var/s.redb}", {"/stateStore/path"}},
        SideBySideCase{"relative_state_store", "stateStore: {kind: redb, path: data/s.redb}", {}},
        SideBySideCase{
            "state_store_of_the_environment", "stateStore: {kind: redb, path: '${STORE}'}", {"/stateStore/path"}},
        SideBySideCase{"state_store_with_relative_default", "stateStore: {kind: redb, path: '${STORE:-s.redb}'}", {}},
        SideBySideCase{"persistent_index", "persistIndex: true\nqueries: [{id: q, storageBackend: rocksdb}]", {}},
        SideBySideCase{"absolute_index",
                       "queries: [{id: q, storageBackend: {kind: rocksdb, path: /var/i}}]",
                       {"/queries/0/storageBackend/path"}},
        SideBySideCase{"in_libraries",
                       "instances: [{id: a}, {id: b, sources: [{kind: postgres, id: s}],"
                       " stateStore: {kind: redb, path: /x}}]",
                       {"/instances/1/sources/0/slotName", "/instances/1/stateStore/path"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Render, ReadsWhereTheUserPutItAndWritesInItsOwnDirectory) {
  RenderOptions options;
  options.id = "one";
  options.host = "127.0.0.1";
  options.port = 8080;
  options.base_directory = "/run/one~b";
  options.input_directory = "/run/one";
  const Json rendered = render(yaml(R"(
sources: [{kind: mock, id: s, bootstrapProvider: {kind: scriptfile, filePaths: [start.jsonl]}}]
stateStore: {kind: redb, path: state.redb}
)"),
                               options);
  EXPECT_EQ(rendered["sources"][0]["bootstrapProvider"]["filePaths"][0], "/run/one/start.jsonl");
  EXPECT_EQ(rendered["stateStore"]["path"], "/run/one~b/state.redb");
}

}  // namespace
}  // namespace draas::drasi
