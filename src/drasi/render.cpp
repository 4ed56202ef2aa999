// From the API form to the server form, and the texts of both.
#include <algorithm>
#include <array>
#include <filesystem>

#include "base/id.hpp"
#include "base/yaml.hpp"
#include "drasi/aliases.hpp"
#include "drasi/config_value.hpp"
#include "drasi/configuration.hpp"
#include "drasi/schema.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

using schema::Category;
using schema::Field;
using schema::Fields;
using schema::Shape;

// What rendering needs beside the document; without options it is an export.
struct Context {
  const RenderOptions* options = nullptr;
  bool writes = false;  // the paths below are written by the server
};

std::string absolute(const std::string& path, const Context& context) {
  if (context.options == nullptr || path.empty()) return path;
  const RenderOptions& options = *context.options;
  const std::string& base =
      context.writes || options.input_directory.empty() ? options.base_directory : options.input_directory;
  const std::filesystem::path given(path);
  if (base.empty() || given.is_absolute()) return path;
  return (std::filesystem::path(base) / given).lexically_normal().string();
}

// A path keeps its form: plain, `${NAME:-path}` or a reference object with a default.
Json absolute_path(const Json& value, const Context& context) {
  const ConfigValue read = read_config_value(value);
  if (const std::string* text = as_text(&value)) {
    if (read.form == ConfigValue::Form::Plain) return absolute(*text, context);
    if (read.form == ConfigValue::Form::Environment && read.fallback) {
      return "${" + read.name + ":-" + absolute(*read.fallback, context) + "}";
    }
  } else if (value.is_object() && read.form == ConfigValue::Form::Environment && read.fallback) {
    Json result = value;
    result["default"] = absolute(*read.fallback, context);
    return result;
  }
  return value;
}

Json exact_reference(const Json& value) {
  const ConfigValue read = read_config_value(value);
  if (!value.is_object() || read.form != ConfigValue::Form::Environment || !read.fallback) return value;
  Json result = value;
  result["default"] = *read.fallback;  // text, also where a number was written
  return result;
}

// The type that the field wants, where the value leaves no doubt.
Json exact(const Field& field, const Json& value, const Context& context) {
  const std::string* text = as_text(&value);
  switch (field.shape) {
    case Shape::Integer:
    case Shape::IntegerValue: {
      const auto number = text != nullptr ? plain_integer(*text) : std::nullopt;
      return number ? Json(*number) : exact_reference(value);
    }
    case Shape::Boolean:
    case Shape::BooleanValue: {
      if (text != nullptr && (*text == "true" || *text == "false")) return *text == "true";
      return exact_reference(value);
    }
    case Shape::TextValue: {
      if (const auto number = as_integer(value)) return std::to_string(*number);
      const Json reference = exact_reference(value);
      return field.is_path ? absolute_path(reference, context) : reference;
    }
    case Shape::Text:
      return field.is_path ? absolute_path(value, context) : value;
    case Shape::Texts: {
      if (!field.is_path || !value.is_array()) return value;
      Json result = Json::array();
      for (const Json& entry : value) result.push_back(absolute_path(entry, context));
      return result;
    }
    default:
      return value;
  }
}

// Every member as its field wants it; `special` may take one over by returning true.
template <class Special>
Json render_members(const Json& block, Fields fields, Fields more, const Context& context, Special special) {
  if (!block.is_object()) return block;
  Json result = Json::object();
  for (const auto& [key, value] : block.items()) {
    if (special(key, value, result)) continue;
    const Field* field = schema::find(fields, key);
    if (field == nullptr) field = schema::find(more, key);
    append_member(result, key, field != nullptr ? exact(*field, value, context) : value);
  }
  return result;
}

Json render_data_type(const Json& type) {
  Json result = type.is_object() ? type : Json::object();
  const std::string* name = type.is_object() ? text_member(type, "type") : as_text(&type);
  if (name == nullptr) return type;
  result["type"] = canonical_mock_data_type(*name);
  return result;
}

Fields own_fields(Category category) {
  if (category == Category::Source) return schema::source();
  if (category == Category::Reaction) return schema::reaction();
  return schema::provider();
}

Json render_component(const Json& component, Category category, const std::string& path, const Context& context) {
  const std::string* written = text_member(component, "kind");
  const std::string kind = written != nullptr ? canonical_kind(category, *written) : "";
  Json result = render_members(
      component, own_fields(category), schema::plugin(category, kind), context,
      [&](const std::string& key, const Json& value, Json& target) {
        if (key == "kind" && written != nullptr) {
          append_member(target, key, kind);
        } else if (key == "bootstrapProvider" && category == Category::Source && value.is_object()) {
          append_member(target, key, render_component(value, Category::Bootstrap, child(path, key), context));
        } else if (key == "dataType" && category == Category::Source && kind == "mock") {
          append_member(target, key, render_data_type(value));
        } else {
          return false;
        }
        return true;
      });
  if (context.options != nullptr) {
    const auto allocated = context.options->allocated_ports.find(child(path, "port"));
    if (allocated != context.options->allocated_ports.end()) result["port"] = allocated->second;
  }
  return result;
}

Json render_query(const Json& query, const Context& context) {
  const auto canonical = [](const std::optional<std::string>& name, const Json& value) {
    return name ? Json(*name) : value;
  };
  return render_members(query, schema::query(), {}, context,
                        [&](const std::string& key, const Json& value, Json& target) {
                          const std::string* text = as_text(&value);
                          if (key == "queryText") {
                            append_member(target, "query", value);
                          } else if (key == "queryLanguage" && text != nullptr) {
                            append_member(target, key, canonical(canonical_language(*text), value));
                          } else if (key == "dispatchMode" && text != nullptr) {
                            append_member(target, key, canonical(canonical_dispatch_mode(*text), value));
                          } else {
                            return false;
                          }
                          return true;
                        });
}

template <class Each>
Json render_list(const Json& list, const std::string& path, Each each) {
  if (!list.is_array()) return list;
  Json result = Json::array();
  for (std::size_t index = 0; index < list.size(); ++index) result.push_back(each(list[index], child(path, index)));
  return result;
}

// The members that the top level and the entries of `instances` have in common.
bool render_library_member(const std::string& key, const Json& value, const std::string& path, const Context& context,
                           Json& target) {
  const std::string place = child(path, key);
  const auto components = [&](Category category) {
    return render_list(value, place, [&](const Json& entry, const std::string& entry_path) {
      return render_component(entry, category, entry_path, context);
    });
  };
  if (key == "sources") {
    append_member(target, key, components(Category::Source));
  } else if (key == "reactions") {
    append_member(target, key, components(Category::Reaction));
  } else if (key == "identityProviders") {
    append_member(target, key, components(Category::Identity));
  } else if (key == "bootstrapProviders") {
    append_member(target, key, components(Category::Bootstrap));
  } else if (key == "queries") {
    append_member(target, key, render_list(value, place, [&](const Json& entry, const std::string&) {
                    return render_query(entry, context);
                  }));
  } else if (key == "stateStore") {
    append_member(target, key,
                  render_members(value, schema::state_store(), {}, Context{context.options, true},
                                 [](const std::string&, const Json&, Json&) { return false; }));
  } else if (key == "secretStore") {
    append_member(target, key, render_component(value, Category::SecretStore, place, context));
  } else {
    return false;
  }
  return true;
}

Json render_library(const Json& library, const std::string& path, std::size_t index, const Context& context) {
  Json result = Json::object();
  // Without an id drasi-server makes a new one at every load, and with it new data directories.
  if (context.options != nullptr && library.is_object() && !library.contains("id")) {
    append_member(result, "id", context.options->id + "-" + std::to_string(index));
  }
  Json rest = render_members(library, schema::library(), {}, context,
                             [&](const std::string& key, const Json& value, Json& target) {
                               return render_library_member(key, value, path, context, target);
                             });
  if (!rest.is_object()) return rest;
  for (const auto& [key, value] : rest.items()) append_member(result, key, value);
  return result;
}

// "file:plugins" -> "file:/base/plugins"; other references are not files of this machine.
std::string absolute_reference(const std::string& reference, const Context& context) {
  constexpr std::string_view kScheme = "file://";
  if (!reference.starts_with(kScheme)) return reference;
  return std::string(kScheme) + absolute(reference.substr(kScheme.size()), context);
}

Json render_plugins(const Json& plugins, const Context& context) {
  return render_list(plugins, "/plugins", [&](const Json& entry, const std::string&) {
    Json result = entry;
    if (const std::string* reference = text_member(entry, "ref"))
      result["ref"] = absolute_reference(*reference, context);
    return result;
  });
}

Json render_registry(const Json& registry, const Context& context) {
  const std::string* text = as_text(&registry);
  if (text == nullptr) return registry;
  const bool directory = text->starts_with("./") || text->starts_with("../") || *text == "." || *text == "..";
  return directory ? absolute(*text, context) : absolute_reference(*text, context);
}

Json render_log_level(const Json& level) {
  const std::string* text = as_text(&level);
  const auto canonical = text != nullptr ? canonical_log_level(*text) : std::nullopt;
  return canonical ? Json(*canonical) : exact_reference(level);
}

bool render_server_member(const std::string& key, const Json& value, const Context& context, Json& target) {
  if (key == "instances") {
    append_member(target, key,
                  render_list(value, "/instances",
                              [&, index = std::size_t{0}](const Json& entry, const std::string& path) mutable {
                                return render_library(entry, path, index++, context);
                              }));
  } else if (key == "plugins") {
    append_member(target, key, render_plugins(value, context));
  } else if (key == "pluginRegistry") {
    append_member(target, key, render_registry(value, context));
  } else if (key == "logLevel") {
    append_member(target, key, render_log_level(value));
  } else {
    return render_library_member(key, value, "", context, target);
  }
  return true;
}

Json server_form(const Json& document, const Context& context) {
  return render_members(document, schema::server(), {}, context,
                        [&](const std::string& key, const Json& value, Json& target) {
                          return render_server_member(key, value, context, target);
                        });
}

}  // namespace

Json render(const Json& document, const RenderOptions& options) {
  const Context context{&options};
  const Json form = server_form(document.is_object() ? document : empty_configuration(), context);
  Json settings = Json::object();
  settings["id"] = options.id;
  settings["host"] = options.host;
  settings["port"] = options.port;
  settings["logLevel"] = form.contains("logLevel") ? form["logLevel"] : Json(options.default_log_level);
  settings["persistConfig"] = form.contains("persistConfig") ? form["persistConfig"] : Json(false);

  Json result = Json::object();
  for (const auto& [key, value] : settings.items()) {
    if (!form.contains(key)) append_member(result, key, value);
  }
  for (const auto& [key, value] : form.items())
    append_member(result, key, settings.contains(key) ? settings[key] : value);
  return result;
}

std::string render_yaml(const Json& document, const RenderOptions& options) {
  return to_yaml(render(document, options));
}

std::string spec_hash(const Json& rendered) {
  // nlohmann::json keeps its keys sorted.
  const nlohmann::json canonical = nlohmann::json(rendered);
  return sha256_hex(canonical.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string export_yaml(const Json& document) { return to_yaml(server_form(document, Context{})); }

Result<Json> import_text(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    auto json = parse_json(text);
    if (json) return normalise(std::move(*json));
    // A flow mapping in YAML may begin the same way; what JSON says is the better message when it is neither.
    auto yaml = parse_yaml(text);
    if (!yaml) return std::unexpected(json.error());
    return normalise(std::move(yaml->value));
  }
  auto document = parse_yaml(text);
  if (!document) return std::unexpected(document.error());
  if (!document->value.is_object()) {
    return fail(
        ErrorCode::InvalidArgument,
        "The text holds no configuration: an object with fields such as 'sources', 'queries' and 'reactions' is due");
  }
  return normalise(std::move(document->value));
}

}  // namespace draas::drasi
