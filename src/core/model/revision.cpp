#include "core/model/revision.hpp"

#include <array>
#include <cstdio>

namespace draas::core {
namespace {

// The configuration is the document's last member and is kept as the text that it is. No string before it can hold
// this: its quotes would be escaped.
constexpr std::string_view kConfigurationMember = R"(,"configuration":)";

}  // namespace

std::string revision_document_id(std::string_view instance_id, std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "/%010llu", static_cast<unsigned long long>(number));
  return std::string(instance_id) + text.data();
}

std::string to_document(const Revision& revision) {
  std::string out = R"({"instanceId":)";
  append_json_string(out, revision.instance_id);
  out += R"(,"revision":)" + std::to_string(revision.number);
  out += R"(,"createdAt":")" + to_rfc3339(revision.created_at) + R"(","author":)";
  append_json_string(out, revision.author);
  out += R"(,"changeType":)";
  append_json_string(out, revision.change_type);
  out += R"(,"description":)";
  append_json_string(out, revision.description);
  out += kConfigurationMember;
  out += *revision.configuration + "}";
  return out;
}

Result<Revision> revision_from_document(std::string_view body) {
  const std::size_t member = body.find(kConfigurationMember);
  if (member == std::string_view::npos || !body.ends_with('}')) {
    return fail(ErrorCode::DataLoss, "A revision in the store is not readable: it has no configuration");
  }
  const std::size_t begin = member + kConfigurationMember.size();
  const std::string_view configuration = body.substr(begin, body.size() - begin - 1);
  if (!Json::accept(configuration)) {
    return fail(ErrorCode::DataLoss, "A revision in the store is not readable: its configuration is no JSON");
  }
  auto parsed = parse_json(std::string(body.substr(0, member)) + "}");
  if (!parsed) return fail(ErrorCode::DataLoss, "A revision in the store is not readable: " + parsed.error().message);
  try {
    const Json& in = *parsed;
    Revision revision;
    revision.instance_id = in.at("instanceId").get<std::string>();
    revision.number = in.at("revision").get<std::uint64_t>();
    auto time = parse_rfc3339(in.at("createdAt").get<std::string>());
    if (!time) return std::unexpected(time.error());
    revision.created_at = *time;
    revision.author = in.at("author").get<std::string>();
    revision.change_type = in.at("changeType").get<std::string>();
    revision.description = in.at("description").get<std::string>();
    revision.configuration = std::make_shared<const std::string>(configuration);
    return revision;
  } catch (const std::exception& error) {
    return fail(ErrorCode::DataLoss, std::string("A revision in the store is not readable: ") + error.what());
  }
}

Json summary_json(const Revision& revision) {
  return Json{{"revision", revision.number},
              {"createdAt", to_rfc3339(revision.created_at)},
              {"author", revision.author},
              {"changeType", revision.change_type},
              {"description", revision.description}};
}

Json to_json(const Revision& revision) {
  Json out = summary_json(revision);
  // The text came out of parse_json once; it parses again.
  out["configuration"] = Json::parse(*revision.configuration);
  return out;
}

}  // namespace draas::core
