#pragma once
// A Docker engine that keeps containers, volumes and events as a real one does, and lies, breaks off and is slow where
// a test says so. For what is above EngineClient. All members from any thread.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "unit/docker/scripted_http.hpp"

namespace draas::docker::testing {

class ScriptedEngine {
 public:
  struct Container {
    std::string id;
    std::string name;
    std::string state = "created";
    int exit_code = 0;
    Json labels = Json::object();
    WallTime started_at{};
    WallTime finished_at{};
  };

  ScriptedEngine()
      : http_([this](const EngineRequest& request, net::testing::RawSocket& socket) { return play(request, socket); }) {
  }
  ~ScriptedEngine() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    }
    http_.end();
  }

  std::string host() const { return "tcp://127.0.0.1:" + std::to_string(http_.port()); }

  // --- what goes wrong ---
  // The next `times` requests whose line holds `part` get this answer. "" breaks the connection off.
  void answer_next(std::string part, std::string raw, int times = 1) {
    const std::lock_guard lock(mutex_);
    faults_.push_back({std::move(part), std::move(raw), times});
  }
  // Requests whose line holds `part` are not answered until release().
  void hold(std::string part) {
    const std::lock_guard lock(mutex_);
    held_ = std::move(part);
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_.clear();
    changed_.notify_all();
  }
  // Streams of events break as soon as they are open.
  void break_at_once(bool now) {
    const std::lock_guard lock(mutex_);
    breaks_at_once_ = now;
  }
  void break_streams() {
    const std::lock_guard lock(mutex_);
    ++breaks_;
    changed_.notify_all();
  }
  // As after its restart: it knows its containers, and no event.
  void forget_events() {
    const std::lock_guard lock(mutex_);
    forgotten_ = history_.size();
  }
  void become(std::string id) {
    const std::lock_guard lock(mutex_);
    id_ = std::move(id);
  }
  void warn_at_create(std::string warning) {
    const std::lock_guard lock(mutex_);
    warning_ = std::move(warning);
  }

  // --- what happens ---
  void add(Container container) {
    const std::lock_guard lock(mutex_);
    containers_[container.id] = std::move(container);
  }
  void set(const std::string& id, const std::string& state) {
    const std::lock_guard lock(mutex_);
    containers_.at(id).state = state;
    changed_.notify_all();
  }
  void drop(const std::string& id) {
    const std::lock_guard lock(mutex_);
    containers_.erase(id);
    changed_.notify_all();
  }
  // It ends; the event is told unless it is kept for later.
  void finish(const std::string& id, int exit_code, bool tell = true) {
    const std::lock_guard lock(mutex_);
    Container& container = containers_.at(id);
    container.state = "exited";
    container.exit_code = exit_code;
    container.finished_at = now();
    if (tell) tell_of(container, "die", Json{{"exitCode", std::to_string(exit_code)}});
    changed_.notify_all();
  }
  void tell(const std::string& id, const std::string& action, Json attributes = Json::object()) {
    const std::lock_guard lock(mutex_);
    tell_of(containers_.at(id), action, std::move(attributes));
  }
  void tell_raw(std::string text) {
    const std::lock_guard lock(mutex_);
    history_.push_back(std::move(text));
    changed_.notify_all();
  }

  // --- what was asked ---
  std::vector<std::string> lines(const std::string& part = "") {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const std::string& line : lines_) {
      if (line.find(part) != std::string::npos) out.push_back(line);
    }
    return out;
  }
  std::size_t count(const std::string& part) { return lines(part).size(); }
  // Streams that are followed now.
  std::size_t followers() {
    const std::lock_guard lock(mutex_);
    return followers_;
  }
  std::string only_container() {
    const std::lock_guard lock(mutex_);
    return containers_.empty() ? "" : containers_.rbegin()->first;
  }
  std::string state_of(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = containers_.find(id);
    return found == containers_.end() ? "" : found->second.state;
  }

 private:
  struct Fault {
    std::string part;
    std::string raw;
    int times = 0;
  };

  // An engine's clock never shows the same time twice.
  WallTime now() {
    newest_ = std::max(newest_ + std::chrono::microseconds(1),
                       std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()));
    return newest_;
  }

  void tell_of(const Container& container, const std::string& action, Json attributes) {
    attributes.update(container.labels);
    attributes["name"] = container.name;
    const auto micros = now().time_since_epoch().count();
    history_.push_back(to_text(Json{{"Type", "container"},
                                    {"Action", action},
                                    {"Actor", Json{{"ID", container.id}, {"Attributes", std::move(attributes)}}},
                                    {"time", micros / 1'000'000},
                                    {"timeNano", micros * 1'000}}) +
                       "\n");
    changed_.notify_all();
  }

  static std::string value_of(const std::string& line, const std::string& name) {
    const auto at = line.find(name + "=");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 1;
    return line.substr(begin, line.find_first_of("& ", begin) - begin);
  }

  // Has it the labels for which `line` asks?
  static bool is_asked_for(const Container& container, const std::string& line) {
    std::string filters;
    const std::string text = value_of(line, "filters");
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool escaped = text[i] == '%' && i + 2 < text.size();
      filters += escaped ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
      if (escaped) i += 2;
    }
    const auto wanted = parse_json(filters);
    if (!wanted || !wanted->contains("label")) return true;
    for (const Json& label : (*wanted)["label"]) {
      const auto pair = label.get<std::string>();
      if (container.labels.value(pair.substr(0, pair.find('=')), "") != pair.substr(pair.find('=') + 1)) return false;
    }
    return true;
  }

  Container* find(const std::string& name) {
    for (auto& [id, container] : containers_) {
      if (id == name || container.name == name) return &container;
    }
    return nullptr;
  }

  static Json inspected(const Container& each) {
    const bool running = each.state == "running" || each.state == "paused";
    return Json{{"Id", each.id},
                {"Name", "/" + each.name},
                {"Image", "sha256:1"},
                {"Config", Json{{"Image", "i:1"}, {"Labels", each.labels}}},
                {"State", Json{{"Status", each.state},
                               {"Running", running},
                               {"Paused", each.state == "paused"},
                               {"ExitCode", each.exit_code},
                               {"StartedAt", to_rfc3339(each.started_at)},
                               {"FinishedAt", to_rfc3339(each.finished_at)}}}};
  }

  std::string follow(const EngineRequest& request, net::testing::RawSocket& socket,
                     std::unique_lock<std::mutex>& lock) {
    if (request.line.find("until=") != std::string::npos) {
      std::string body;
      for (std::size_t i = forgotten_; i < history_.size(); ++i) {
        for (const auto& [id, container] : containers_) {
          const bool asked = request.line.find(id) != std::string::npos;
          if (asked && history_[i].find(id) != std::string::npos && history_[i].find("\"die\"") != std::string::npos) {
            body += history_[i];
          }
        }
      }
      return answer(200, body);
    }
    socket.send(kStreamHeader);
    if (breaks_at_once_) return {};
    const auto breaks = breaks_;
    std::size_t next = value_of(request.line, "since").empty() ? history_.size() : forgotten_;
    ++followers_;
    changed_.notify_all();
    while (!ended_ && breaks == breaks_) {
      while (next < history_.size()) {
        const std::string text = chunk(history_[next++]);
        lock.unlock();
        socket.send(text);
        lock.lock();
      }
      changed_.wait(lock, [&] { return ended_ || breaks != breaks_ || next < history_.size(); });
    }
    --followers_;
    return {};
  }

  std::string containers(const EngineRequest& request, std::unique_lock<std::mutex>& lock) {
    const std::string& line = request.line;
    const std::string method = line.substr(0, line.find(' '));
    std::string rest = line.substr(line.find("/containers/") + 12);
    rest = rest.substr(0, rest.find_first_of("? "));
    if (rest == "json") {
      Json out = Json::array();
      for (const auto& [id, each] : containers_) {
        const bool running = each.state == "running" || each.state == "paused";
        if (!running && line.find("all=true") == std::string::npos) continue;
        if (!is_asked_for(each, line)) continue;
        out.push_back(Json{{"Id", id},
                           {"Names", Json::array({"/" + each.name})},
                           {"Image", "i:1"},
                           {"State", each.state},
                           {"Labels", each.labels}});
      }
      return answer(200, to_text(out));
    }
    if (rest == "create") {
      Container made{.id = "c" + std::to_string(++made_), .name = value_of(line, "name")};
      const auto body = parse_json(request.body);
      if (body && body->contains("Labels")) made.labels = (*body)["Labels"];
      Json out{{"Id", made.id}, {"Warnings", Json::array()}};
      if (!warning_.empty()) out["Warnings"].push_back(warning_);
      containers_[made.id] = std::move(made);
      return answer(201, to_text(out));
    }
    const std::string name = rest.substr(0, rest.find('/'));
    const std::string verb = rest.find('/') == std::string::npos ? "" : rest.substr(rest.find('/') + 1);
    Container* each = find(name);
    if (each == nullptr) return answer(404, R"({"message":"No such container: )" + name + "\"}");
    const std::string id = each->id;
    const bool running = each->state == "running" || each->state == "paused";
    if (method == "DELETE") {
      containers_.erase(id);
      changed_.notify_all();
      return answer(204, "");
    }
    if (verb == "json") return answer(200, to_text(inspected(*each)));
    if (verb == "start") {
      each->state = "running";
      each->started_at = now();
      tell_of(*each, "start", Json::object());
      return answer(204, "");
    }
    if (verb == "rename") each->name = value_of(line, "name");
    if (verb == "kill") {
      if (!running) return answer(409, R"({"message":"Container is not running"})");
      const std::string signal = value_of(line, "signal");
      tell_of(*each, "kill", Json{{"signal", signal == "SIGKILL" ? "9" : "2"}});
      if (signal == "SIGKILL") {
        each->state = "exited";
        each->exit_code = 137;
        each->finished_at = now();
        tell_of(*each, "die", Json{{"exitCode", "137"}});
      }
      return answer(204, "");
    }
    if (verb == "wait") {
      changed_.wait(lock, [&] {
        const Container* now = find(id);
        return ended_ || now == nullptr || (now->state != "running" && now->state != "paused");
      });
      const Container* ended = find(id);
      return ended == nullptr ? answer(404, R"({"message":"No such container"})")
                              : answer(200, R"({"StatusCode":)" + std::to_string(ended->exit_code) + "}");
    }
    return answer(200, "{}");
  }

  std::string play(const EngineRequest& request, net::testing::RawSocket& socket) {
    std::unique_lock lock(mutex_);
    lines_.push_back(request.line);
    changed_.wait(lock, [&] { return ended_ || held_.empty() || request.line.find(held_) == std::string::npos; });
    if (ended_) return {};
    for (Fault& fault : faults_) {
      if (fault.times == 0 || request.line.find(fault.part) == std::string::npos) continue;
      --fault.times;
      return fault.raw;
    }
    const std::string& line = request.line;
    if (line.find(" /version") != std::string::npos) return answer(200, kVersionAnswer);
    if (line.find("/info") != std::string::npos) return answer(200, to_text(Json{{"ID", id_}, {"Name", "machine"}}));
    if (line.find("/events") != std::string::npos) return follow(request, socket, lock);
    if (line.find("/containers/") != std::string::npos) return containers(request, lock);
    if (line.find("/volumes/create") != std::string::npos) return answer(201, "{}");
    if (line.find("/volumes/") != std::string::npos && line.starts_with("GET")) {
      return answer(404, R"({"message":"no such volume"})");
    }
    return answer(200, "{}");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Container> containers_;
  std::vector<std::string> history_;  // events, each a line
  std::size_t forgotten_ = 0;         // of them
  std::vector<std::string> lines_;
  std::vector<Fault> faults_;
  std::string held_;
  std::string id_ = "ENGINE-1";
  std::string warning_;
  WallTime newest_{};
  std::size_t breaks_ = 0;
  std::size_t followers_ = 0;
  int made_ = 0;
  bool breaks_at_once_ = false;
  bool ended_ = false;
  ScriptedHttp http_;
};

}  // namespace draas::docker::testing
