// get: instances, and what else there is to list.

#include <algorithm>
#include <map>
#include <utility>

#include "base/json_reader.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/event_feed.hpp"
#include "cli/resources.hpp"

namespace draas::cli {
namespace {

struct GetOptions {
  std::string resource;  // or the first name of an instance
  TargetOptions targets;
  std::string output;
  std::string sort;
  bool watch = false;
  bool no_header = false;
};

// What is asked for, in the end.
struct Question {
  const Resource* resource;
  TargetOptions targets;
  OutputFormat format;
  std::string sort;
  bool header;
};

constexpr std::chrono::seconds kLookAgain{5};
constexpr std::chrono::milliseconds kGather{50};

Result<Question> question_of(const GetOptions& options) {
  auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(std::move(format.error()));
  Question question{find_resource(options.resource), options.targets, std::move(*format), options.sort,
                    !options.no_header};
  if (question.resource == nullptr) {
    question.resource = &resources().front();
    if (!options.resource.empty()) question.targets.names.insert(question.targets.names.begin(), options.resource);
  }
  if (!question.resource->takes_filters && !list_query(options.targets).empty()) {
    return fail(ErrorCode::InvalidArgument,
                "--selector, --status, --platform-type and --name are for instances and policies, not for " +
                    question.resource->name);
  }
  if (!options.sort.empty() && question.resource != &resources().front()) {
    return fail(ErrorCode::InvalidArgument, "--sort is for instances, not for " + question.resource->name);
  }
  return question;
}

Result<Listing> list(Connection& connection, const Question& question) {
  auto listing = question.resource->list(connection, question.targets);
  if (!listing || question.sort.empty()) return listing;
  const std::string& by = question.sort;
  const char* key = by == "age" ? "createdAt" : by == "restarts" ? "restartCount" : by.c_str();
  std::ranges::stable_sort(listing->elements,
                           [&](const Json& left, const Json& right) { return member(left, key) < member(right, key); });
  return listing;
}

Status show(Session& session, Listing listing, const Question& question, bool header, ColumnLayout& layout) {
  if (question.format.for_people()) {
    const bool wide = question.format.kind == OutputFormat::Kind::Wide;
    session.print(question.resource->table(listing, wide), header, layout);
    return {};
  }
  if (listing.single) return session.print(listing.elements.front(), question.format);
  Json all = Json::array();
  for (Json& element : listing.elements) all.push_back(std::move(element));
  return session.print(all, question.format);
}

// What was printed, and what of it is new.
class Watch {
 public:
  Watch(Session& session, const Question& question)
      : session_(session), question_(question), header_(question.header) {}

  // Prints the elements of which something has changed, and says which are gone.
  Status show_changes(Listing listing) {
    Listing changed{.elements = {}, .about = std::move(listing.about), .single = listing.single};
    std::map<std::string, std::string> now;
    for (Json& element : listing.elements) {
      const std::string id = field(element, question_.resource->key);
      std::string text = to_text(element);
      const auto before = printed_.find(id);
      const bool same = before != printed_.end() && before->second == text;
      now[id] = std::move(text);
      if (!same) changed.elements.push_back(std::move(element));
    }
    for (const auto& [id, text] : printed_) {
      const bool gone = !now.contains(id) && !question_.resource->only_newest;
      if (gone && question_.format.for_people()) session_.print(id + "  deleted\n");
    }
    printed_ = std::move(now);
    if (changed.elements.empty()) return {};
    const bool header = std::exchange(header_, false);
    return show(session_, std::move(changed), question_, header, layout_);
  }

 private:
  Session& session_;
  const Question& question_;
  bool header_;
  ColumnLayout layout_;
  std::map<std::string, std::string> printed_;
};

// Until Ctrl-C, also across a restart of the control plane.
Status watch(Session& session, Connection& connection, const Question& question) {
  Watch watch(session, question);
  EventFeed feed(session, connection);
  if (Status opened = feed.open(); !opened) return opened;
  for (;;) {
    auto listing = list(connection, question);
    if (!listing && !may_come_back(listing.error())) return std::unexpected(std::move(listing.error()));
    if (listing) {
      if (Status shown = watch.show_changes(std::move(*listing)); !shown) return shown;
    }
    auto events = feed.next(kLookAgain);
    // What belongs together comes together.
    while (events && !events->empty()) events = feed.next(kGather);
    if (!events) return std::unexpected(std::move(events.error()));
  }
}

std::string resource_names() {
  std::string names;
  for (const Resource& resource : resources()) names += (names.empty() ? "" : ", ") + resource.name;
  return names;
}

// Who asks for `platfroms` may mean no instance at all.
Error with_resource(Error error, const std::string& word) {
  std::vector<std::string> names;
  for (const Resource& resource : resources()) names.push_back(resource.name);
  const std::string near = nearest_name(word, names);
  if (error.code == ErrorCode::NotFound && find_resource(word) == nullptr && !near.empty()) {
    error.message += "; `draas get " + near + "` lists " + near;
  }
  return error;
}

Status get(Session& session, const GetOptions& options) {
  const auto question = question_of(options);
  if (!question) return std::unexpected(question.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  if (options.watch) return watch(session, **connection, *question);
  auto listing = list(**connection, *question);
  if (!listing) return std::unexpected(with_resource(std::move(listing.error()), options.resource));
  if (listing->elements.empty() && question->format.for_people()) {
    const bool instances = question->resource == &resources().front();
    if (instances) note_no_instances(session, question->targets);
    if (!instances) session.note("No " + question->resource->name + ".");
    return {};
  }
  ColumnLayout layout;
  return show(session, std::move(*listing), *question, question->header, layout);
}

}  // namespace

void add_get_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"get", "List instances, or something else", "Instances",
                                                "  draas get\n"
                                                "  draas get orders -o yaml\n"
                                                "  draas get -l team=shop --status Error -o wide\n"
                                                "  draas get -o 'jsonpath={[*].id}'\n"
                                                "  draas get revisions orders\n"
                                                "  draas get policies"});
  command->alias("ls");
  auto options = when_chosen<GetOptions>(command, session, get);
  command->add_option("resource", options->resource, resource_names() + "; without, instances")
      ->type_name(kResourceName);
  add_target_options(command, options->targets, Targets::Filtered);
  add_output_option(command, options->output);
  command->add_option("--sort", options->sort, "By id (the default), name, status, age or restarts")
      ->transform(one_of({"id", "name", "status", "age", "restarts"}))
      ->type_name("COLUMN");
  command->add_flag("-w,--watch", options->watch, "Go on with what changes");
  command->add_flag("--no-headers", options->no_header, "Rows alone");
}

}  // namespace draas::cli
