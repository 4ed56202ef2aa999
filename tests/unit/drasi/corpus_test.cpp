// Real configurations, and the project's own examples: nothing that drasi-server reads may be lost on the way through.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "documents.hpp"

namespace draas::drasi {

namespace {

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml" || entry.path().extension() == ".yml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::filesystem::path corpus() {
  const char* folder = std::getenv("DRAAS_CONFIG_CORPUS");
  return folder != nullptr ? folder : DRAAS_DEFAULT_CONFIG_CORPUS;
}

// What import adds: the three component lists of a document without instances.
Json without_added_lists(Json document, const Json& original) {
  for (const char* list : {"sources", "queries", "reactions"}) {
    if (!original.contains(list) && document.contains(list) && document[list].empty()) document.erase(list);
  }
  return document;
}

void check_file(const std::filesystem::path& file) {
  SCOPED_TRACE(file.filename().string());
  const auto text = read_file(file);
  ASSERT_TRUE(text) << text.error().message;
  const auto original = parse_yaml(*text);
  ASSERT_TRUE(original) << original.error().message;

  const auto imported = import_text(*text);
  ASSERT_TRUE(imported) << imported.error().message;
  const auto exported = parse_yaml(export_yaml(*imported));
  ASSERT_TRUE(exported) << exported.error().message;
  EXPECT_EQ(without_added_lists(exported->value, original->value), original->value);

  const auto again = import_text(export_yaml(*imported));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *imported);
  const auto as_json = import_text(to_text(*imported, 2));
  ASSERT_TRUE(as_json);
  EXPECT_EQ(*as_json, *imported);

  std::vector<Finding> errors = validate(*imported);
  std::erase_if(errors, [](const Finding& finding) { return finding.severity != Finding::Severity::Error; });
  EXPECT_TRUE(errors.empty()) << ::testing::PrintToString(errors);

  // Rendering changes the server's own settings, paths and types, and leaves every key in its place.
  const Json rendered = render(*imported, testing::options());
  for (const auto& [key, value] : original->value.items()) {
    ASSERT_TRUE(rendered.contains(key)) << key;
    if (value.is_array()) {
      EXPECT_EQ(rendered[key].size(), value.size()) << key;
    }
  }
  const auto reread = parse_yaml(render_yaml(*imported, testing::options()));
  ASSERT_TRUE(reread) << reread.error().message;
  EXPECT_EQ(reread->value, rendered);
  EXPECT_EQ(spec_hash(reread->value), spec_hash(rendered));
}

TEST(Corpus, RealConfigurationsComeThroughUnchanged) {
  const auto files = yaml_files(corpus());
  if (files.empty()) {
    const std::string reason =
        "no configurations in " + corpus().string() + "; set DRAAS_CONFIG_CORPUS to a folder of them";
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string_view(ci) == "true") FAIL() << reason;
    GTEST_SKIP() << reason;
  }
  for (const auto& file : files) check_file(file);
}

TEST(Corpus, OwnExamplesComeThroughUnchanged) {
  const auto files = yaml_files(std::filesystem::path(DRAAS_SOURCE_DIR) / "examples/configurations");
  ASSERT_GE(files.size(), 4U);
  for (const auto& file : files) {
    check_file(file);
    const auto imported = import_text(read_file(file).value_or(""));
    ASSERT_TRUE(imported);
    EXPECT_EQ(validate(*imported), std::vector<Finding>{}) << file;
  }
}

}  // namespace
}  // namespace draas::drasi
