#pragma once
// Layered settings: declared keys, each with type, default, limits and one line of documentation, filled from a file
// (YAML or JSON), the environment and the command line, later ones winning. Every fault of every layer is reported at
// once, with its file and line. Keys are matched without regard to case.
//
// Thread safety: Settings is a plain value; load_settings() reads one file and blocks.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace draas {

// How a value is written, and the JSON it becomes:
enum class SettingType {
  Text,      // string
  Integer,   // integer
  Number,    // number
  Boolean,   // true/false, in text also 1/0
  Duration,  // 30s, 00:00:30, 1h30m, a bare number of seconds -> integer, milliseconds
  Bytes,     // 1048576, 10KiB, 10MiB, 2GiB (KB, MB, GB are the same) -> integer
  TextList,  // array, or in text: separated by ';' or ',', or a JSON array -> array of strings
  TextMap,   // mapping, or in text: NAME=value;NAME=value, or a JSON object -> object of strings
  Object,    // any mapping, in text a JSON object, or a text for each member (Key:a:b=text) -> as it is
};

struct SettingDeclaration {
  std::string key;  // "Section.Name", dots between sections
  SettingType type = SettingType::Text;
  Json default_value;  // in the form given above
  std::string documentation;
  // Limits, both included: of numbers, of a duration in milliseconds, of bytes.
  std::optional<double> min;
  std::optional<double> max;
  // For Text and the values of a TextMap: one of these, in any case; kept in the spelling given here.
  std::vector<std::string> choices;
  // What is wrong with the value, in words that follow the key; "" when nothing is.
  std::function<std::string(const Json&)> check;
  bool secret = false;  // never shown
};

struct SettingValue {
  Json value;
  std::string source;  // "default", "draas.yaml:12", "environment Section__Name", "flag --Section:Name"
};

// A value from the command line. `key` is "Section:Name" or "Section.Name"; `shown` is how the user wrote it.
struct SettingFlag {
  std::string key;
  std::string value;
  std::string shown;
};

struct SettingsSources {
  std::optional<std::filesystem::path> file;         // must exist
  std::vector<std::filesystem::path> default_files;  // without `file`: the first of these that exists, or none
  std::vector<std::pair<std::string, std::string>> environment;
  // Variables of other programs that set a key of ours; `Section__Name` beats them.
  std::vector<std::pair<std::string, std::string>> environment_aliases;  // variable, key
  std::vector<SettingFlag> flags;
};

class Settings {
 public:
  // `key` as declared; an undeclared one is a bug and throws std::out_of_range.
  const SettingValue& at(std::string_view key) const;
  std::string text(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  double number(std::string_view key) const;
  bool boolean(std::string_view key) const;
  Duration duration(std::string_view key) const;
  std::vector<std::string> text_list(std::string_view key) const;
  std::map<std::string, std::string> text_map(std::string_view key) const;
  const Json& object(std::string_view key) const { return at(key).value; }

  const std::vector<SettingDeclaration>& declarations() const { return declarations_; }
  // The file that was read; empty without one.
  const std::filesystem::path& file() const { return file_; }

  // What is in force and where each value is from; secrets are shown as ***.
  std::string describe_as_text() const;  // aligned columns: key, value, source
  std::string describe_as_yaml() const;  // a settings file, with the sources as comments
  Json describe_as_json() const;         // [{key, value, source, default, documentation}]

 private:
  friend class SettingsLoader;
  std::vector<SettingDeclaration> declarations_;
  std::map<std::string, SettingValue, std::less<>> values_;
  std::filesystem::path file_;
};

// InvalidArgument with one fault per faulty value (path: JSON pointer of the key; message: place, key, reason and the
// nearest valid name), its message listing all of them; NotFound when `sources.file` does not exist.
Result<Settings> load_settings(std::vector<SettingDeclaration> declarations, const SettingsSources& sources);

// An error in the form of load_settings(), for faults that only several keys together make: key and reason.
std::unexpected<Error> settings_error(const Settings& settings,
                                      const std::vector<std::pair<std::string, std::string>>& faults);

// "--Section:Name=value", also with dots, and "--Name=value" with a capital letter; nullopt for anything else.
std::optional<SettingFlag> parse_setting_flag(std::string_view argument);

// The process's environment, for SettingsSources::environment.
std::vector<std::pair<std::string, std::string>> current_environment();

// One Markdown table per section: key, type, default, meaning.
std::string settings_reference(const std::vector<SettingDeclaration>& declarations);

}  // namespace draas
