#include "simulator/checkpoints.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace draas::simulator {

namespace {

// What makes a query another one for those that follow it.
std::string identity(const QueryDefinition& query) {
  Json sources = Json::array();
  for (Subscription source : query.sources) {
    std::sort(source.nodes.begin(), source.nodes.end());
    std::sort(source.relations.begin(), source.relations.end());
    sources.push_back({source.source_id, source.nodes, source.relations, source.pipeline});
  }
  return Json::array({query.query, query.language, query.middleware, sources, query.joins.value_or(Json())}).dump();
}

}  // namespace

Checkpoints::Checkpoints(std::string file) : file_(std::move(file)) {
  if (file_.empty()) return;
  std::ostringstream text;
  text << std::ifstream(file_).rdbuf();
  auto stored = parse_json(text.str());
  if (!stored || !stored->is_array()) return;
  for (const Json& entry : *stored) {
    if (!entry.is_array() || entry.size() != 3) continue;
    if (!std::all_of(entry.begin(), entry.end(), [](const Json& part) { return part.is_string(); })) continue;
    known_[{entry[0].get<std::string>(), entry[1].get<std::string>()}] = entry[2].get<std::string>();
  }
}

bool Checkpoints::differs(const std::string& reaction, const QueryDefinition& query) const {
  auto known = known_.find({reaction, query.id});
  return known != known_.end() && known->second != identity(query);
}

void Checkpoints::remember(const std::string& reaction, const QueryDefinition& query) {
  std::string& known = known_[{reaction, query.id}];
  std::string now = identity(query);
  if (known == now) return;
  known = std::move(now);
  if (file_.empty()) return;
  Json stored = Json::array();
  for (const auto& [key, definition] : known_) stored.push_back({key.first, key.second, definition});
  std::ofstream(file_, std::ios::trunc) << stored.dump();
}

}  // namespace draas::simulator
