#include "simulator/config_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "base/yaml.hpp"
#include "simulator/template_text.hpp"
#include "simulator/tracing_log.hpp"

namespace draas::simulator {

namespace {

// The file's bytes, or the reason it cannot be read.
std::expected<std::string, std::string> read_text(const std::filesystem::path& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(os_error_text(errno));
  std::string text;
  char buffer[8192];
  ssize_t count = 0;
  while ((count = ::read(fd, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(count));
  int problem = errno;
  ::close(fd);
  if (count < 0) return std::unexpected(os_error_text(problem));
  return text;
}

// " at line 5 column 3": where the faulty key or value stands.
std::string position_text(std::string_view text, const YamlDocument& document, const DecodeFault& fault) {
  if (!fault.positioned || fault.pointer.empty()) return {};
  const YamlMark* mark = nullptr;
  for (const YamlMark& candidate : document.marks) {
    if (candidate.path == fault.pointer) mark = &candidate;
  }
  if (mark == nullptr) return {};
  int line = mark->line;
  int column = mark->column;
  if (fault.message.starts_with("unknown field")) {
    // The mark is the value's; the message points at its key, on the same line when the value is a scalar.
    std::string key = fault.pointer.substr(fault.pointer.rfind('/') + 1);
    std::size_t begin = 0;
    for (int skipped = 1; skipped < line && begin != std::string_view::npos; ++skipped) {
      begin = text.find('\n', begin);
      if (begin != std::string_view::npos) ++begin;
    }
    if (begin != std::string_view::npos) {
      std::string_view row = text.substr(begin, text.find('\n', begin) - begin);
      if (auto at = row.find(key); at != std::string_view::npos) column = static_cast<int>(at) + 1;
    }
  }
  return " at line " + std::to_string(line) + " column " + std::to_string(column);
}

void check_templates(const Json& spec_holder, const std::string& context, std::initializer_list<const char*> fields,
                     std::vector<std::string>& faults) {
  if (!spec_holder.is_object()) return;
  for (const char* operation : {"added", "updated", "deleted"}) {
    auto spec = spec_holder.find(operation);
    if (spec == spec_holder.end() || !spec->is_object()) continue;
    for (const char* field : fields) {
      auto text = spec->find(field);
      if (text == spec->end() || !text->is_string()) continue;
      if (auto fault = template_fault(text->get<std::string>())) {
        faults.push_back(context + "." + operation + "." + field + ": invalid Handlebars template - " + *fault);
      }
    }
  }
}

void check_reaction_templates(const Json& document, std::vector<std::string>& faults) {
  auto reactions = document.find("reactions");
  if (reactions == document.end() || !reactions->is_array()) return;
  for (std::size_t index = 0; index < reactions->size(); ++index) {
    const Json& reaction = (*reactions)[index];
    if (!reaction.is_object()) continue;
    auto text_of = [&](const char* key) {
      auto value = reaction.find(key);
      return value != reaction.end() && value->is_string() ? value->get<std::string>() : std::string("unknown");
    };
    std::string kind = text_of("kind");
    std::string context = "reaction[" + std::to_string(index) + "] (kind=" + kind + ", id=" + text_of("id") + ")";
    bool http = kind == "http" || kind == "http-adaptive";
    bool plain = kind == "log" || kind == "sse";
    if (!http && !plain) continue;
    if (auto routes = reaction.find("routes"); routes != reaction.end() && routes->is_object()) {
      for (const auto& [name, route] : routes->items()) {
        std::string where = context;
        where.append(" routes.").append(name);
        if (http) check_templates(route, where, {"body", "url"}, faults);
        if (plain) check_templates(route, where, {"template"}, faults);
      }
    }
    if (auto fallback = reaction.find("defaultTemplate"); plain && fallback != reaction.end()) {
      check_templates(*fallback, context + " defaultTemplate", {"template"}, faults);
    }
  }
}

std::optional<std::string> templates_fault(const Json& document) {
  if (!document.is_object()) return std::nullopt;
  std::vector<std::string> faults;
  check_reaction_templates(document, faults);
  if (auto instances = document.find("instances"); instances != document.end() && instances->is_array()) {
    for (const Json& instance : *instances) {
      if (instance.is_object()) check_reaction_templates(instance, faults);
    }
  }
  if (faults.empty()) return std::nullopt;
  if (faults.size() == 1) return "Template syntax error: " + faults.front();
  std::string text = "Multiple validation errors:";
  for (const std::string& fault : faults) text += "\n" + fault;
  return text;
}

// One line of a .env file: `[export] NAME=value`, with quotes and comments. False when malformed.
bool take_dotenv_line(std::string_view line) {
  auto trim = [](std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
  };
  line = trim(line);
  if (line.empty() || line.front() == '#') return true;
  if (line.starts_with("export ")) line = trim(line.substr(7));
  auto equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  std::string name(trim(line.substr(0, equals)));
  if (name.empty() || name.find_first_of(" \t") != std::string::npos) return false;
  std::string_view raw = trim(line.substr(equals + 1));
  std::string value;
  if (!raw.empty() && (raw.front() == '"' || raw.front() == '\'')) {
    auto end = raw.find(raw.front(), 1);
    if (end == std::string_view::npos) return false;
    value = raw.substr(1, end - 1);
  } else {
    auto comment = raw.find(" #");
    value = trim(raw.substr(0, comment));
  }
  ::setenv(name.c_str(), value.c_str(), 0);
  return true;
}

}  // namespace

std::string os_error_text(int error_number) {
  return std::string(std::strerror(error_number)) + " (os error " + std::to_string(error_number) + ")";
}

std::expected<ServerDefinition, LoadFault> parse_config_text(std::string_view text, const std::string& path) {
  std::string start = "Failed to parse config file '" + path + "': YAML error: ";
  // The server tries JSON after YAML has failed and reports both; a document that does not begin like JSON fails there
  // at its first character.
  std::string end = ", JSON error: expected value at line 1 column 1";
  auto document = parse_yaml(text);
  if (!document) return std::unexpected(LoadFault{start + document.error().message + end, ""});
  if (auto fault = templates_fault(document->value)) {
    return std::unexpected(LoadFault{"Unknown fields in configuration: " + *fault, *fault});
  }
  Decoder decoder;
  ServerDefinition server = decode_server(decoder, document->value);
  if (decoder.failed()) {
    const DecodeFault& fault = *decoder.fault();
    std::string reason = fault.text();
    if (text.find_first_not_of(" \t\r\n") != std::string_view::npos && text[text.find_first_not_of(" \t\r\n")] == '{') {
      end = ", JSON error: " + fault.message;
    }
    return std::unexpected(LoadFault{start + reason + position_text(text, *document, fault) + end, ""});
  }
  if (auto fault = validate_server(server)) return std::unexpected(LoadFault{"Validation error: " + *fault, *fault});
  return server;
}

std::expected<ServerDefinition, LoadFault> load_config_file(const std::filesystem::path& path) {
  auto text = read_text(path);
  if (!text) return std::unexpected(LoadFault{"Failed to read config file: " + text.error(), text.error()});
  return parse_config_text(*text, path.string());
}

std::string write_config_file(const ServerDefinition& server, const std::filesystem::path& path) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return os_error_text(errno);
  write_all(fd, to_yaml(server.to_json()));
  ::close(fd);
  return {};
}

DotenvResult load_dotenv_beside(const std::filesystem::path& config) {
  std::filesystem::path path = config.parent_path() / ".env";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  auto text = read_text(path);
  if (!text) return {false, text.error()};
  std::string_view rest = *text;
  while (!rest.empty()) {
    auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (!take_dotenv_line(line)) {
      return {false, "Error parsing line: '" + std::string(line) + "', error at line index: 0"};
    }
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return {true, ""};
}

}  // namespace draas::simulator
