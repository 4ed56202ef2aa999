// RFC 6902 (JSON Patch), RFC 6901 (JSON Pointer) and RFC 7386 (JSON Merge Patch).

#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/json_reader.hpp"

namespace draas {
namespace {

using Tokens = std::vector<std::string>;

// What one patch may build: `copy` could otherwise double the document with every operation.
constexpr std::size_t kMaxDepth = JsonLimits{}.max_depth;
constexpr std::size_t kMaxCopiedValues = JsonLimits{}.max_values;

std::optional<Tokens> parse_pointer(std::string_view pointer) {
  Tokens tokens;
  if (pointer.empty()) return tokens;
  if (pointer.front() != '/') return std::nullopt;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const char c = pointer[i];
    if (c == '/') {
      tokens.emplace_back();
    } else if (c == '~') {
      const char escaped = i + 1 < pointer.size() ? pointer[++i] : '\0';
      if (escaped != '0' && escaped != '1') return std::nullopt;
      tokens.back().push_back(escaped == '0' ? '~' : '/');
    } else {
      tokens.back().push_back(c);
    }
  }
  return tokens;
}

// No leading zeros, signs or blanks (RFC 6901, section 4).
std::optional<std::size_t> parse_index(std::string_view token) {
  if (token.empty() || (token.size() > 1 && token.front() == '0')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return index;
}

Json* child(Json& parent, const std::string& token) {
  if (parent.is_object()) {
    const auto found = parent.find(token);
    return found == parent.end() ? nullptr : &*found;
  }
  if (!parent.is_array()) return nullptr;
  const auto index = parse_index(token);
  return index && *index < parent.size() ? &parent[*index] : nullptr;
}

Json* resolve(Json& root, std::span<const std::string> tokens) {
  Json* at = &root;
  for (const std::string& token : tokens) {
    at = child(*at, token);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::size_t depth_of(const Json& value) {
  if (!value.is_structured()) return 0;
  std::size_t deepest = 0;
  for (const Json& element : value) deepest = std::max(deepest, depth_of(element));
  return deepest + 1;
}

std::size_t count_values(const Json& value) {
  if (!value.is_structured()) return 1;
  std::size_t count = 1;
  for (const Json& element : value) count += count_values(element) + (value.is_object() ? 1 : 0);
  return count;
}

bool is_proper_prefix(const Tokens& prefix, const Tokens& path) {
  return prefix.size() < path.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

// One operation of a patch on one document; every error names the operation and the member at fault.
class Operation {
 public:
  Operation(const Json& operation, std::size_t index) : operation_(operation), index_(index) {}

  // `copied` counts the values that `copy` has multiplied so far in this patch.
  Status apply(Json& document, std::size_t& copied) {
    if (!operation_.is_object()) return malformed("", "an operation must be an object");
    auto name = text_member("op");
    if (!name) return std::unexpected(name.error());
    name_ = *name;
    if (Status read = read_pointer("path", path_text_, path_); !read) return read;
    if (name_ == "add") return add(document);
    if (name_ == "remove") return remove(document);
    if (name_ == "replace") return replace(document);
    if (name_ == "move") return move(document);
    if (name_ == "copy") return copy(document, copied);
    if (name_ == "test") return test(document);
    return malformed("op", "unknown operation '" + name_ + "'; known are add, remove, replace, move, copy, test");
  }

 private:
  std::unexpected<Error> error(ErrorCode code, std::string_view member, const std::string& reason) const {
    std::string message = "JSON Patch operation " + std::to_string(index_);
    if (!name_.empty()) message += " (" + name_ + " '" + path_text_ + "')";
    std::string pointer = "/" + std::to_string(index_);
    if (!member.empty()) pointer.append("/").append(member);
    return fail(code, message + ": " + reason, {Fault{std::move(pointer), reason}});
  }
  std::unexpected<Error> malformed(std::string_view member, const std::string& reason) const {
    return error(ErrorCode::InvalidArgument, member, reason);
  }
  std::unexpected<Error> missing(std::string_view member, const std::string& path) const {
    return error(ErrorCode::Unprocessable, member, "the path '" + path + "' does not exist");
  }

  Result<std::string> text_member(const char* key) const {
    const auto found = operation_.find(key);
    if (found == operation_.end()) return malformed(key, "the member '" + std::string(key) + "' is missing");
    if (!found->is_string()) return malformed(key, "the member '" + std::string(key) + "' must be a string");
    return found->get<std::string>();
  }

  Status read_pointer(const char* key, std::string& text, Tokens& tokens) const {
    auto pointer = text_member(key);
    if (!pointer) return std::unexpected(pointer.error());
    auto parsed = parse_pointer(*pointer);
    if (!parsed)
      return malformed(key, "'" + *pointer + "' is not a JSON pointer; it starts with '/' and '~' is written '~0'");
    text = std::move(*pointer);
    tokens = std::move(*parsed);
    return {};
  }

  Result<const Json*> value() const {
    const auto found = operation_.find("value");
    if (found == operation_.end()) return malformed("value", "the member 'value' is missing");
    return &*found;
  }

  Status check_depth(const Json& value) const {
    if (path_.size() + depth_of(value) <= kMaxDepth) return {};
    return error(ErrorCode::Unprocessable, "path",
                 "the result would be nested deeper than " + std::to_string(kMaxDepth));
  }

  Status insert(Json& document, Json value) const {
    if (Status shallow = check_depth(value); !shallow) return shallow;
    if (path_.empty()) {
      document = std::move(value);
      return {};
    }
    Json* parent = resolve(document, std::span(path_).first(path_.size() - 1));
    if (parent == nullptr) return missing("path", path_text_);
    const std::string& last = path_.back();
    if (parent->is_object()) {
      (*parent)[last] = std::move(value);
      return {};
    }
    if (!parent->is_array()) {
      return error(ErrorCode::Unprocessable, "path", "the parent of '" + path_text_ + "' is neither object nor array");
    }
    const auto index = last == "-" ? parent->size() : parse_index(last);
    if (!index) return error(ErrorCode::Unprocessable, "path", "'" + last + "' is not an array index");
    if (*index > parent->size()) {
      return error(ErrorCode::Unprocessable, "path",
                   "the index " + last + " is beyond the array's end, which is " + std::to_string(parent->size()));
    }
    parent->insert(parent->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return {};
  }

  Result<Json> take(Json& document, const Tokens& tokens, const std::string& text, const char* member) const {
    if (tokens.empty()) return error(ErrorCode::Unprocessable, member, "the whole document cannot be removed");
    Json* parent = resolve(document, std::span(tokens).first(tokens.size() - 1));
    Json* target = parent == nullptr ? nullptr : child(*parent, tokens.back());
    if (target == nullptr) return missing(member, text);
    Json taken = std::move(*target);
    if (parent->is_object()) {
      parent->erase(tokens.back());
    } else {
      parent->erase(parent->begin() + (target - parent->get_ref<Json::array_t&>().data()));
    }
    return taken;
  }

  Status add(Json& document) const {
    const auto given = value();
    if (!given) return std::unexpected(given.error());
    return insert(document, **given);
  }

  Status remove(Json& document) const {
    const auto taken = take(document, path_, path_text_, "path");
    if (!taken) return std::unexpected(taken.error());
    return {};
  }

  Status replace(Json& document) const {
    const auto given = value();
    if (!given) return std::unexpected(given.error());
    if (Status shallow = check_depth(**given); !shallow) return shallow;
    Json* target = resolve(document, path_);
    if (target == nullptr) return missing("path", path_text_);
    *target = **given;
    return {};
  }

  Status move(Json& document) {
    if (Status read = read_pointer("from", from_text_, from_); !read) return read;
    if (is_proper_prefix(from_, path_)) return malformed("from", "a value cannot be moved into its own child");
    if (resolve(document, from_) == nullptr) return missing("from", from_text_);
    if (from_ == path_) return {};
    auto taken = take(document, from_, from_text_, "from");
    if (!taken) return std::unexpected(taken.error());
    return insert(document, std::move(*taken));
  }

  Status copy(Json& document, std::size_t& copied) {
    if (Status read = read_pointer("from", from_text_, from_); !read) return read;
    const Json* source = resolve(document, from_);
    if (source == nullptr) return missing("from", from_text_);
    copied += count_values(*source);
    if (copied > kMaxCopiedValues) {
      return error(ErrorCode::Unprocessable, "from",
                   "the patch copies more than " + std::to_string(kMaxCopiedValues) + " values");
    }
    return insert(document, *source);
  }

  Status test(Json& document) const {
    const auto given = value();
    if (!given) return std::unexpected(given.error());
    const Json* target = resolve(document, path_);
    // The value itself stays out of the message: it may be a secret.
    if (target == nullptr) return missing("path", path_text_);
    if (!json_equal(*target, **given)) {
      return error(ErrorCode::Conflict, "value", "the value at '" + path_text_ + "' is another than the tested one");
    }
    return {};
  }

  const Json& operation_;
  std::size_t index_;
  std::string name_;
  std::string path_text_;
  std::string from_text_;
  Tokens path_;
  Tokens from_;
};

// As json_equal, yet 1 and 1.0 differ: drasi-server reads them as different types.
bool identical(const Json& left, const Json& right) {
  if (left.is_number() && right.is_number() && left.is_number_float() != right.is_number_float()) return false;
  if (!left.is_structured()) return json_equal(left, right);
  if (left.type() != right.type() || left.size() != right.size()) return false;
  if (left.is_array()) {
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!identical(left[i], right[i])) return false;
    }
    return true;
  }
  std::unordered_map<std::string_view, const Json*> members;
  for (const auto& [key, value] : right.get_ref<const Json::object_t&>()) members.emplace(key, &value);
  for (const auto& [key, value] : left.get_ref<const Json::object_t&>()) {
    const auto found = members.find(key);
    if (found == members.end() || !identical(value, *found->second)) return false;
  }
  return true;
}

Json operation(const char* name, const std::string& path) {
  Json result = Json::object();
  result["op"] = name;
  result["path"] = path;
  return result;
}

Json operation(const char* name, const std::string& path, const Json& value) {
  Json result = operation(name, path);
  result["value"] = value;
  return result;
}

void diff_values(const Json& from, const Json& to, const std::string& path, Json& operations);

void diff_objects(const Json::object_t& from, const Json::object_t& to, const std::string& path, Json& operations) {
  std::unordered_map<std::string_view, const Json*> before;
  std::unordered_map<std::string_view, const Json*> after;
  for (const auto& [key, value] : from) before.emplace(key, &value);
  for (const auto& [key, value] : to) after.emplace(key, &value);
  for (const auto& [key, value] : from) {
    if (!after.contains(key)) operations.push_back(operation("remove", path + "/" + json_pointer_token(key)));
  }
  for (const auto& [key, value] : to) {
    const std::string member = path + "/" + json_pointer_token(key);
    const auto found = before.find(key);
    if (found == before.end()) {
      operations.push_back(operation("add", member, value));
    } else {
      diff_values(*found->second, value, member, operations);
    }
  }
}

void diff_arrays(const Json& from, const Json& to, const std::string& path, Json& operations) {
  std::size_t head = 0;
  const std::size_t shorter = std::min(from.size(), to.size());
  while (head < shorter && identical(from[head], to[head])) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head && identical(from[from.size() - 1 - tail], to[to.size() - 1 - tail])) ++tail;

  const std::size_t from_end = from.size() - tail;
  const std::size_t to_end = to.size() - tail;
  const std::size_t common_end = std::min(from_end, to_end);
  for (std::size_t i = head; i < common_end; ++i) {
    diff_values(from[i], to[i], path + "/" + std::to_string(i), operations);
  }
  for (std::size_t i = from_end; i > common_end; --i) {
    operations.push_back(operation("remove", path + "/" + std::to_string(i - 1)));
  }
  for (std::size_t i = common_end; i < to_end; ++i) {
    operations.push_back(operation("add", path + "/" + std::to_string(i), to[i]));
  }
}

void diff_values(const Json& from, const Json& to, const std::string& path, Json& operations) {
  if (from.is_object() && to.is_object()) {
    diff_objects(from.get_ref<const Json::object_t&>(), to.get_ref<const Json::object_t&>(), path, operations);
  } else if (from.is_array() && to.is_array()) {
    diff_arrays(from, to, path, operations);
  } else if (!identical(from, to)) {
    operations.push_back(operation("replace", path, to));
  }
}

}  // namespace

Result<Json> apply_json_patch(const Json& document, const Json& patch) {
  if (!patch.is_array()) {
    constexpr const char* kReason = "a JSON Patch must be an array of operations";
    return fail(ErrorCode::InvalidArgument, kReason, {Fault{"", kReason}});
  }
  Json result = document;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < patch.size(); ++i) {
    Operation next(patch[i], i);
    if (Status applied = next.apply(result, copied); !applied) return std::unexpected(std::move(applied).error());
  }
  return result;
}

Json apply_merge_patch(const Json& document, const Json& patch) {
  Json result = document;
  result.merge_patch(patch);
  return result;
}

Json diff_json(const Json& from, const Json& to) {
  Json operations = Json::array();
  diff_values(from, to, "", operations);
  return operations;
}

}  // namespace draas
