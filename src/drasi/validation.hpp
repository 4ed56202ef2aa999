#pragma once
// What validate() is made of: one function per block of the document. Internal to src/drasi.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "drasi/configuration.hpp"
#include "drasi/schema.hpp"

namespace draas::drasi {

using NameSet = std::set<std::string, std::less<>>;

// Collects findings up to a limit.
class Findings {
 public:
  void error(std::string path, std::string message) {
    add(Finding::Severity::Error, std::move(path), std::move(message));
  }
  void warning(std::string path, std::string message) {
    add(Finding::Severity::Warning, std::move(path), std::move(message));
  }
  // In the order in which the places stand in `document`; a place that is missing there counts as its parent's.
  std::vector<Finding> in_document_order(const Json& document) &&;

 private:
  void add(Finding::Severity severity, std::string path, std::string message);
  std::vector<Finding> findings_;
};

std::string child(const std::string& path, std::string_view key);
std::string child(const std::string& path, std::size_t index);
// " Did you mean 'x'?" or "".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);
std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);
// Also "" when there are too many candidates to compare with.
std::string suggestion(std::string_view word, const NameSet& candidates);

// Who resolves the ConfigValues of a block: drasi-server knows no secrets for its own.
enum class Resolver { Server, Plugin };

// Checks one value against its field's shape.
void check_value(const schema::Field& field, const Json& value, const std::string& path, Resolver resolver,
                 Findings& findings);
// Reports what must be there and is not, and checks the values of known fields.
void check_fields(const Json& object, schema::Fields fields, const std::string& path, Resolver resolver,
                  Findings& findings);
// Reports keys that drasi-server refuses in this block. `block` names it: "a query".
void check_no_unknown(const Json& object, schema::Fields fields, const std::string& path, std::string_view block,
                      Findings& findings);
// Is `value` an object? Reports when not.
bool check_object(const Json& value, const std::string& path, std::string_view what, Findings& findings);

// What the components of one library may refer to.
struct LibraryNames {
  NameSet sources, queries, identity_providers, bootstrap_providers;
  bool persist_index = false;
};

// `active` is false for components at the top beside `instances`, which drasi-server reads and then ignores.
void check_library(const Json& library, const std::string& path, const std::vector<std::string>& library_ids,
                   bool active, Findings& findings);
void check_query(const Json& query, const std::string& path, const LibraryNames& names, bool active,
                 Findings& findings);
void check_source(const Json& source, const std::string& path, const LibraryNames& names, bool active,
                  Findings& findings);
void check_reaction(const Json& reaction, const std::string& path, const LibraryNames& names, bool active,
                    Findings& findings);
void check_provider(const Json& provider, schema::Category category, const std::string& path, Findings& findings);
void check_secret_store(const Json& store, const std::string& path, Findings& findings);
void check_state_store(const Json& store, const std::string& path, Findings& findings);
// Kind and plugin fields of a component or provider. Fields of `inherited_from` count as given, and are not checked.
void check_plugin(const Json& block, schema::Category category, const std::string& path, Findings& findings,
                  const Json* inherited_from = nullptr);
// Ports on which two components, or a component and the server itself, would listen.
void check_ports(const Json& document, Findings& findings);

// What is wrong with a Handlebars template that drasi-server compiles when it loads, "" when nothing is.
std::string template_fault(std::string_view text);
// Clauses of a query text that continuous queries do not support: "ORDER BY", "LIMIT", "TOP".
std::vector<std::string> unsupported_clauses(std::string_view query);

}  // namespace draas::drasi
