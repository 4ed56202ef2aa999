#include "base/yaml.hpp"

#include <map>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/document_builder.hpp"
#include "base/json_reader.hpp"
#include "base/utf8.hpp"
#include "base/yaml_scalar.hpp"

namespace draas {
namespace {

// Leaves yaml-cpp's parser, which has no other way out of an event. Never leaves this file.
struct Refusal {
  YAML::Mark mark;
  std::string reason;
};

std::string place(const YAML::Mark& mark) {
  return "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
}

std::unexpected<Error> malformed(const std::string& where, const std::string& reason) {
  return fail(ErrorCode::InvalidArgument, "malformed YAML at " + where + ": " + reason);
}

// Turns the parser's events of one document into JSON.
class YamlReader : public YAML::EventHandler {
 public:
  explicit YamlReader(JsonLimits limits) : document_(limits) {}

  std::size_t values() const { return document_.values(); }
  YamlDocument take() { return {document_.take(), std::move(marks_)}; }
  const YAML::Mark& start() const { return start_; }

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) throw Refusal{mark, "a null key; keys must be strings"};
    begin_node(mark, anchor);
    accept(mark, document_.add(Json(nullptr)));
    end_node(document_.last());
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) throw Refusal{mark, "the alias stands inside what it refers to"};
    const auto& [value, values, depth] = found->second;
    if (expects_key()) {
      if (!value.is_string()) throw Refusal{mark, "a key that is not a string"};
      set_key(mark, value.get<std::string>());
      return;
    }
    if (document_.depth() + depth > document_.limits().max_depth) {
      throw Refusal{mark, "nested deeper than " + std::to_string(document_.limits().max_depth) + " levels"};
    }
    // The count comes first: a few lines of nested aliases can stand for billions of values.
    if (values > document_.limits().max_values - document_.values()) {
      throw Refusal{mark,
                    "its aliases stand for more than " + std::to_string(document_.limits().max_values) + " values"};
    }
    begin_node(mark, YAML::NullAnchor);
    accept(mark, document_.add(value, values));
    nodes_.back().height = depth;
    end_node(document_.last());
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool is_plain = tag == "?";
    if (!is_plain && tag != "!") throw Refusal{mark, "the tag '" + tag + "' is not supported"};
    if (expects_key()) {
      if (is_plain && text == "<<") throw Refusal{mark, "merge keys ('<<') are not supported"};
      if (anchor != YAML::NullAnchor) anchored_[anchor] = {Json(text), 1, 0};
      set_key(mark, text);
      return;
    }
    auto value = is_plain ? resolve_plain_scalar(text) : Json(text);
    if (!value) throw Refusal{mark, "'" + text + "' is not a number that can be kept; quote it if it is meant as text"};
    begin_node(mark, anchor);
    accept(mark, document_.add(std::move(*value)));
    end_node(document_.last());
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Json::array());
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Json::object());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Anchored {
    Json value;
    std::size_t values = 0;
    std::size_t depth = 0;
  };
  // A node whose end has not come: a container, or the scalar at hand.
  struct Node {
    std::size_t parent_path;  // length of path_ before this node's token
    YAML::anchor_t anchor;
    std::size_t values_before;
    std::size_t height;  // levels of containers seen below and including this one
    bool key_pending;    // in an object: the key is read, its value is not
  };

  static void accept(const YAML::Mark& mark, std::string refusal) {
    if (!refusal.empty()) throw Refusal{mark, std::move(refusal)};
  }

  bool expects_key() const {
    const Json* container = document_.container();
    return container != nullptr && container->is_object() && !nodes_.back().key_pending;
  }

  void set_key(const YAML::Mark& mark, const std::string& key) {
    accept(mark, document_.key(key));
    nodes_.back().key_pending = true;
    key_token_ = json_pointer_token(key);
    key_line_ = mark.line + 1;
  }

  void begin_node(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const std::size_t parent_path = path_.size();
    int key_line = mark.line + 1;
    if (const Json* container = document_.container(); container != nullptr) {
      path_ += "/";
      path_ += container->is_array() ? std::to_string(container->size()) : key_token_;
      nodes_.back().key_pending = false;
      if (container->is_object()) key_line = key_line_;
    }
    marks_.push_back(YamlMark{path_, mark.line + 1, mark.column + 1, key_line});
    nodes_.push_back(Node{parent_path, anchor, document_.values(), 0, false});
  }

  void end_node(const Json& value) {
    const Node node = nodes_.back();
    nodes_.pop_back();
    path_.resize(node.parent_path);
    if (!nodes_.empty()) nodes_.back().height = std::max(nodes_.back().height, node.height + 1);
    if (node.anchor == YAML::NullAnchor) return;
    const std::size_t values = document_.values() - node.values_before;
    anchored_[node.anchor] = {value, values, node.height};
    // What is kept for aliases is itself a copy and counts: nested anchors would multiply it otherwise.
    kept_values_ += values;
    if (kept_values_ > document_.limits().max_values) {
      throw Refusal{start_, "its anchors hold more than " + std::to_string(document_.limits().max_values) + " values"};
    }
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Json empty) {
    if (expects_key()) throw Refusal{mark, "a key that is not a string"};
    if (tag != "?" && !tag.empty()) throw Refusal{mark, "the tag '" + tag + "' is not supported"};
    begin_node(mark, anchor);
    accept(mark, document_.open(std::move(empty)));
    nodes_.back().height = 1;
  }

  void close() {
    const Json* closed = document_.container();
    document_.close();
    end_node(*closed);
  }

  DocumentBuilder document_;
  std::vector<YamlMark> marks_;
  YAML::Mark start_;
  std::vector<Node> nodes_;
  std::string path_;
  std::string key_token_;
  int key_line_ = 0;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::size_t kept_values_ = 0;
};

// The offset of the first byte that no YAML text may hold, or npos. yaml-cpp would take some of them for other
// encodings or for the end of the text.
std::size_t find_unprintable(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto [code_point, length] = decode_utf8(text.substr(i));
    if (length == 0 || !is_yaml_printable(code_point)) return i;
    i += length;
  }
  return std::string_view::npos;
}

YAML::Mark mark_at(std::string_view text, std::size_t offset) {
  YAML::Mark mark;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++mark.line;
      mark.column = 0;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++mark.column;
    }
  }
  return mark;
}

bool line_begins_with(std::string_view text, int line, std::string_view prefix) {
  std::size_t at = 0;
  for (; line > 0; --line) {
    at = text.find('\n', at);
    if (at == std::string_view::npos) return false;
    ++at;
  }
  return text.substr(at).starts_with(prefix);
}

}  // namespace

Result<std::vector<YamlDocument>> parse_yaml_stream(std::string_view text, JsonLimits limits) {
  if (const std::size_t bad = find_unprintable(text); bad != std::string_view::npos) {
    return malformed(place(mark_at(text, bad)), "a control character or invalid UTF-8");
  }
  std::vector<YamlDocument> documents;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    for (;;) {
      YamlReader reader(limits);
      if (!parser.HandleNextDocument(reader)) break;
      // yaml-cpp begins a new document at whatever is left over behind the first.
      if (!documents.empty() && !line_begins_with(text, reader.start().line, "---")) {
        return malformed(place(reader.start()), "the document has ended before this");
      }
      limits.max_values -= reader.values();
      documents.push_back(reader.take());
    }
  } catch (const Refusal& refusal) {
    return malformed(place(refusal.mark), refusal.reason);
  } catch (const YAML::Exception& error) {
    return malformed(place(error.mark), error.msg);
  }
  return documents;
}

Result<YamlDocument> parse_yaml(std::string_view text, JsonLimits limits) {
  auto documents = parse_yaml_stream(text, limits);
  if (!documents) return std::unexpected(std::move(documents).error());
  if (documents->empty()) return YamlDocument{Json(nullptr), {YamlMark{"", 1, 1, 1}}};
  if (documents->size() > 1) {
    const YamlMark& second = (*documents)[1].marks.front();
    return malformed("line " + std::to_string(second.line), "a second document; only one is expected here");
  }
  return std::move(documents->front());
}

}  // namespace draas
