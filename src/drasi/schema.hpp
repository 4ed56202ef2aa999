#pragma once
// The fields that drasi-server 0.2.2 and its plugins know, as tables. Validation, rendering and defaults read them;
// docs/drasi-server.md says where each fact comes from.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace draas::drasi::schema {

// `...Value` fields take a ConfigValue (config_value.hpp), the others a literal.
enum class Shape { Text, TextValue, Integer, IntegerValue, Boolean, BooleanValue, Texts, Object, List, Any };

struct Field {
  std::string_view name;
  Shape shape = Shape::Any;
  bool required = false;
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool is_path = false;  // a file or directory of the server's machine, or a list of them
};

using Fields = std::span<const Field>;

// Blocks whose unknown keys drasi-server refuses.
Fields server();
Fields library();  // an entry of `instances`
Fields query();    // in API form (`queryText`)
Fields subscription();
Fields middleware();
Fields state_store();

// Keys that drasi-server itself reads in open blocks; all others go to the plugin.
Fields source();
Fields reaction();
Fields provider();  // identity and bootstrap providers

enum class Category { Source, Bootstrap, Reaction, Identity, SecretStore };

// Plugin fields by canonical kind; empty when the kind is not known.
Fields plugin(Category category, std::string_view kind);
std::span<const std::string_view> known_kinds(Category category);
std::span<const std::string_view> middleware_kinds();
std::span<const std::string_view> log_levels();

// Settings that name the components of a library, or are needed by them.
std::span<const std::string_view> library_keys();

// The port on which a component of this kind listens: -1 = it has no such port, 0 = it listens and the port must be
// given, else the plugin's default.
int listening_port(Category category, std::string_view kind);

// Does a reaction of this kind go on by itself when a query that it knew has another definition? The others refuse to
// start then, unless their `recoveryPolicy` says otherwise.
bool skips_gaps(std::string_view reaction_kind);

const Field* find(Fields fields, std::string_view name);
std::vector<std::string> names(Fields fields);

}  // namespace draas::drasi::schema
