#include "simulator/template_text.hpp"

#include <memory>
#include <vector>

namespace draas::simulator {

namespace {

struct Node {
  enum class Kind { Text, Value, Block };
  Kind kind = Kind::Text;
  std::string text;  // Text: as it stands; Value and Block: the path
  std::string helper;
  bool raw = false;
  std::vector<Node> body;
  std::vector<Node> otherwise;
};

struct Tag {
  std::string content;
  bool raw = false;
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

std::pair<std::string, std::string> split_helper(std::string_view content) {
  content = trim(content);
  auto space = content.find_first_of(" \t");
  if (space == std::string_view::npos) return {"", std::string(content)};
  return {std::string(content.substr(0, space)), std::string(trim(content.substr(space + 1)))};
}

bool valid_path(std::string_view path) {
  if (path.empty()) return false;
  for (char c : path) {
    if (c == '{' || c == '}' || c == '(' || c == ')' || c == '=' || c == '|') return false;
  }
  return true;
}

class TemplateParser {
 public:
  explicit TemplateParser(std::string_view text) : text_(text) {}

  std::vector<Node> parse() {
    std::string end_tag;
    std::vector<Node> nodes = sequence("", end_tag);
    return nodes;
  }
  const std::optional<std::string>& fault() const { return fault_; }

 private:
  // Reads up to `{{/block}}`, `{{else}}` or the end; `end_tag` says which.
  std::vector<Node> sequence(const std::string& block, std::string& end_tag) {
    std::vector<Node> nodes;
    while (!fault_) {
      auto open = text_.find("{{", position_);
      if (open == std::string_view::npos) {
        add_text(nodes, text_.substr(position_));
        position_ = text_.size();
        if (!block.empty()) fail("helper \"" + block + "\" was opened, but is not closed");
        return nodes;
      }
      if (open > position_ && text_[open - 1] == '\\') {
        add_text(nodes, text_.substr(position_, open - 1 - position_));
        add_text(nodes, "{{");
        position_ = open + 2;
        continue;
      }
      add_text(nodes, text_.substr(position_, open - position_));
      position_ = open;
      auto tag = next_tag();
      if (!tag) return nodes;
      if (tag->content.starts_with('!')) continue;
      if (tag->content.starts_with('/')) {
        std::string name(trim(std::string_view(tag->content).substr(1)));
        if (name != block) fail("helper \"" + block + "\" was opened, but \"" + name + "\" is closing");
        end_tag = "/";
        return nodes;
      }
      if (tag->content == "else" && !block.empty()) {
        end_tag = "else";
        return nodes;
      }
      add_tag(nodes, *tag);
    }
    return nodes;
  }

  void add_tag(std::vector<Node>& nodes, const Tag& tag) {
    Node node;
    if (tag.content.starts_with('#')) {
      auto [helper, path] = split_helper(std::string_view(tag.content).substr(1));
      if (helper.empty()) return fail("a block helper needs a parameter");
      node.kind = Node::Kind::Block;
      node.helper = helper;
      node.text = path;
      std::string end_tag;
      node.body = sequence(helper, end_tag);
      if (end_tag == "else") {
        end_tag.clear();
        node.otherwise = sequence(helper, end_tag);
      }
    } else {
      auto [helper, path] = split_helper(tag.content);
      if (!valid_path(path)) return fail("invalid handlebars syntax: expected identifier");
      node.kind = Node::Kind::Value;
      node.helper = helper;
      node.text = path;
      node.raw = tag.raw;
    }
    nodes.push_back(std::move(node));
  }

  std::optional<Tag> next_tag() {
    bool triple = text_.substr(position_).starts_with("{{{");
    std::string_view closing = triple ? "}}}" : "}}";
    std::size_t begin = position_ + (triple ? 3 : 2);
    auto end = text_.find(closing, begin);
    if (end == std::string_view::npos) {
      fail("invalid handlebars syntax: expected identifier, helper_parameter, or the end of the tag");
      return std::nullopt;
    }
    std::string_view content = trim(text_.substr(begin, end - begin));
    while (!content.empty() && content.front() == '~') content = trim(content.substr(1));
    while (!content.empty() && content.back() == '~') content = trim(content.substr(0, content.size() - 1));
    bool raw = triple;
    if (content.starts_with('&')) {
      raw = true;
      content = trim(content.substr(1));
    }
    position_ = end + closing.size();
    if (content.empty()) {
      fail("invalid handlebars syntax: expected identifier");
      return std::nullopt;
    }
    return Tag{std::string(content), raw};
  }

  static void add_text(std::vector<Node>& nodes, std::string_view text) {
    if (text.empty()) return;
    Node node;
    node.text = text;
    nodes.push_back(std::move(node));
  }

  void fail(const std::string& reason) {
    if (!fault_) fault_ = "Template error: " + reason;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::optional<std::string> fault_;
};

struct Frame {
  const Json* value;
  std::size_t index = 0;
};

const Json* look_up(std::string_view path, const std::vector<Frame>& frames) {
  const Json* value = frames.back().value;
  std::size_t depth = frames.size() - 1;
  while (path.starts_with("../")) {
    path.remove_prefix(3);
    if (depth > 0) value = frames[--depth].value;
  }
  if (path == "this" || path == ".") return value;
  if (path.starts_with("this.")) path.remove_prefix(5);
  const Json* root = frames.front().value;
  if (path.starts_with("@root.")) {
    path.remove_prefix(6);
    value = root;
  }
  while (!path.empty()) {
    auto dot = path.find_first_of("./");
    std::string key(path.substr(0, dot));
    if (key.starts_with('[') && key.ends_with(']')) key = key.substr(1, key.size() - 2);
    if (value->is_array()) {
      if (key.empty() || key.find_first_not_of("0123456789") != std::string::npos) return nullptr;
      std::size_t index = std::stoul(key);
      if (index >= value->size()) return nullptr;
      value = &(*value)[index];
    } else {
      auto found = value->is_object() ? value->find(key) : value->end();
      if (found == value->end()) return nullptr;
      value = &*found;
    }
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return value;
}

bool truthy(const Json* value) {
  if (value == nullptr || value->is_null()) return false;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_number()) return value->get<double>() != 0;
  if (value->is_string()) return !value->get_ref<const std::string&>().empty();
  return !value->empty();
}

std::string plain(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return "[object]";
  if (value.is_array()) {
    std::string text = "[";
    for (const Json& item : value) text += (text.size() > 1 ? ", " : "") + plain(item);
    return text + "]";
  }
  return value.dump();
}

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '\'':
        out += "&#x27;";
        break;
      case '=':
        out += "&#x3D;";
        break;
      case '`':
        out += "&#x60;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void render(const std::vector<Node>& nodes, std::vector<Frame>& frames, std::string& out);

void render_block(const Node& node, std::vector<Frame>& frames, std::string& out) {
  const Json* value = look_up(node.text, frames);
  if (node.helper == "each") {
    if (value == nullptr || value->empty() || !value->is_structured()) return render(node.otherwise, frames, out);
    std::size_t index = 0;
    for (const Json& item : *value) {
      frames.push_back({&item, index++});
      render(node.body, frames, out);
      frames.pop_back();
    }
    return;
  }
  if (node.helper == "with") {
    if (!truthy(value)) return render(node.otherwise, frames, out);
    frames.push_back({value, 0});
    render(node.body, frames, out);
    frames.pop_back();
    return;
  }
  bool yes = truthy(value) != (node.helper == "unless");
  render(yes ? node.body : node.otherwise, frames, out);
}

void render(const std::vector<Node>& nodes, std::vector<Frame>& frames, std::string& out) {
  for (const Node& node : nodes) {
    if (node.kind == Node::Kind::Text) {
      out += node.text;
    } else if (node.kind == Node::Kind::Block) {
      render_block(node, frames, out);
    } else if (node.text == "@index") {
      out += std::to_string(frames.back().index);
    } else {
      const Json* value = look_up(node.text, frames);
      if (node.helper == "json") {
        out += value != nullptr ? to_text(*value) : std::string("null");
      } else if (value != nullptr) {
        out += node.raw ? plain(*value) : escaped(plain(*value));
      }
    }
  }
}

}  // namespace

std::optional<std::string> template_fault(std::string_view text) {
  TemplateParser parser(text);
  parser.parse();
  return parser.fault();
}

std::string render_template(std::string_view text, const Json& context) {
  TemplateParser parser(text);
  std::vector<Node> nodes = parser.parse();
  std::vector<Frame> frames = {{&context, 0}};
  std::string out;
  render(nodes, frames, out);
  return out;
}

}  // namespace draas::simulator
