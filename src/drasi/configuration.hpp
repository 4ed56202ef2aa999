#pragma once
// drasi-server's configuration as a document: kept whole and in order, validated, and rendered for the server.
// Source of every rule: docs/drasi-server.md (drasi-server 0.2.2).
//
// Two spellings exist of the same document:
//   API form    - what users send and get: `queryText` in queries; kinds as the user wrote them
//   server form - what drasi-server reads: `query`, kinds `postgres`, `http`, exact types
//
// All functions are pure and thread-safe.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::drasi {

// An empty configuration in API form.
Json empty_configuration();

// Brings any accepted spelling into API form, keeping order and unknown fields: `query` -> `queryText`, a nested
// `serverConfiguration` flattened, null lists to empty lists, other nulls of known fields dropped; a document without
// `instances` has all three component lists, so that `add /sources/-` has a target. Does not judge: validate() does.
// Defined for every JSON value.
Json normalise(Json document);

// Rewrites a JSON Patch for documents in API form: paths (`/queries/0/query`, `/serverConfiguration/port`) and the
// values that it puts there. `replace` of a server setting becomes `add`, because a setting that is not written has its
// default. A merge patch (an object) is rewritten likewise, its nulls kept.
Json normalise_patch(Json patch);

struct Finding {
  enum class Severity { Error, Warning };
  Severity severity = Severity::Error;
  std::string path;     // JSON pointer into the API form
  std::string message;  // what is wrong, and what would be right

  bool operator==(const Finding&) const = default;
};

// Everything that is wrong with a document in API form, all at once, in document order; at most 1000 findings.
// `instance_id` is the id that render() will be given ("" when it is not known yet): components share a namespace with
// it. Defined for every JSON value.
std::vector<Finding> validate(const Json& document, std::string_view instance_id = {});
// The errors among them as one InvalidArgument error; success when there is none.
Status require_valid(const Json& document, std::string_view instance_id = {});

// A port that a component listens on, inside the document.
struct ComponentPort {
  std::string path;  // JSON pointer to the port field, e.g. "/sources/0/port"
  std::string component_id;
  std::optional<std::uint16_t> port;  // nullopt: `auto`, or an environment reference (see `automatic`)
  bool automatic = false;             // the literal "auto": the caller allocates one
};
std::vector<ComponentPort> component_ports(const Json& document);

struct RenderOptions {
  std::string id;  // literal instance id
  std::string host;
  std::uint16_t port = 0;
  std::string default_log_level = "info";                // used when the document names none
  std::string base_directory;                            // relative paths in the document become absolute below it
  std::string input_directory;                           // the same for files that are only read; "" = base_directory
  std::map<std::string, std::uint16_t> allocated_ports;  // JSON pointer -> port, for `auto`
};

// The server form: literal id, host and port from the options, persistConfig false unless the document says otherwise,
// absolute paths, aliases translated, exact scalar types. The document must be valid.
Json render(const Json& document, const RenderOptions& options);
// Its YAML text.
std::string render_yaml(const Json& document, const RenderOptions& options);
// Directories that the server needs and does not make: those of its state stores and indexes, as far as they are below
// `base_directory`. Relative to that, parents before what is in them, each once.
std::vector<std::string> directories_needed(const Json& rendered, const std::string& base_directory);
// SHA-256 of the canonical server form; equal exactly when drasi-server would be started with the same configuration.
std::string spec_hash(const Json& rendered);

// For users: server-form YAML of a stored document (export), and back (import; YAML or JSON text).
std::string export_yaml(const Json& document);
Result<Json> import_text(std::string_view text);

// Names of secrets in the document (`password`, `token` ...) whose values must not be logged or shown in events.
bool is_secret_field(std::string_view name);
// The document with "***" for every secret: values of secret fields (references keep their names, not their defaults)
// and passwords inside URLs. For support bundles, events and what running servers report.
Json mask_secrets(const Json& document);
// `text` with "***" for every secret of `document` that it quotes, and for passwords inside URLs.
std::string without_secrets(std::string text, const Json& document);

// Why a drasi-server gave up, from the end of what it has written; one line, "" when it does not say.
std::string last_error(std::string_view log);

// What must be running for an instance to count as ready: per component kind, the ids with autoStart.
struct ExpectedComponents {
  struct Library {
    std::string id;
    std::vector<std::string> sources, queries, reactions;  // only those that start by themselves
  };
  std::vector<Library> libraries;  // drasi-server's own "instances"; the first is the default one
};
ExpectedComponents expected_components(const Json& rendered);

}  // namespace draas::drasi
