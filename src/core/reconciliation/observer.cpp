#include "core/reconciliation/observer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <boost/asio/redirect_error.hpp>

#include "base/id.hpp"
#include "drasi/client.hpp"

namespace draas::core {

namespace asio = net::asio;

namespace {

constexpr std::size_t kParallel = 32;
constexpr std::chrono::milliseconds kTimeLimit{10'000};

bool all_have_ids(const Json& list) {
  return std::ranges::all_of(list, [](const Json& item) { return item.is_object() && item.contains("id"); });
}

// Keys sorted, components sorted by id: drasi-server lists both in no particular order.
void append_canonical(std::string& out, const Json& value) {
  if (value.is_object()) {
    std::vector<std::pair<std::string_view, const Json*>> members;
    for (const auto& [name, member] : value.items()) members.emplace_back(name, &member);
    std::ranges::sort(members);
    out += '{';
    for (const auto& [name, member] : members) {
      append_json_string(out, name);
      out += ':';
      append_canonical(out, *member);
      out += ',';
    }
    out += '}';
  } else if (value.is_array()) {
    std::vector<std::string> items;
    for (const Json& item : value) {
      std::string text;
      append_canonical(text, item);
      items.push_back(std::move(text));
    }
    if (all_have_ids(value)) std::ranges::sort(items);
    out += '[';
    for (const std::string& item : items) {
      out += item;
      out += ',';
    }
    out += ']';
  } else {
    out += to_text(value);
  }
}

}  // namespace

std::string observation_mark(const Json& actual) {
  std::string text;
  append_canonical(text, actual);
  std::array<char, 24> mark{};
  std::snprintf(mark.data(), mark.size(), "%016llx", static_cast<unsigned long long>(fnv1a_64(text)));
  return mark.data();
}

// What the workers of one observe() share. Each takes the next target when it is done with one.
struct Observer::Round {
  explicit Round(net::Executor executor) : ended(executor, net::Timer::time_point::max()) {}

  std::vector<ObservationTarget> targets;
  std::vector<Observation> found;
  std::size_t next = 0;
  std::size_t working = 0;
  net::Timer ended;
};

Observer::Observer()
    : loop_("observe"),
      http_(std::make_unique<net::HttpClient>(
          loop_.executor(), net::ClientOptions{.max_idle_per_endpoint = 1, .idle_timeout = std::chrono::seconds(5)})),
      tasks_(loop_.executor()) {
  loop_.start();
}

Observer::~Observer() { loop_.stop(); }

net::Task<void> Observer::work(std::shared_ptr<Round> round) {
  struct Ending {
    Round& round;
    ~Ending() {
      if (--round.working == 0) round.ended.cancel();
    }
  };
  const Ending ending{*round};
  while (!closing_ && round->next < round->targets.size()) {
    const ObservationTarget target = round->targets[round->next++];
    Observation observation{target.instance_id, target.generation, ""};
    drasi::Client client(*http_, target.server, kTimeLimit);
    Result<Json> actual = co_await client.actual_configuration();
    if (actual) observation.mark = observation_mark(*actual);
    round->found.push_back(std::move(observation));
  }
}

net::Task<std::vector<Observation>> Observer::run(std::vector<ObservationTarget> targets) {
  auto round = std::make_shared<Round>(loop_.executor());
  round->targets = std::move(targets);
  if (closing_) co_return round->found;
  const std::size_t workers = std::min(kParallel, round->targets.size());
  for (std::size_t i = 0; i < workers; ++i) {
    ++round->working;
    tasks_.spawn("observe", [this, round] { return work(round); });
  }
  while (round->working > 0) {
    boost::system::error_code ignored;  // cancelled is how the last worker says so
    auto token = asio::redirect_error(net::use_task, ignored);
    co_await round->ended.async_wait(token);
  }
  co_return std::move(round->found);
}

net::Task<std::vector<Observation>> Observer::observe(std::vector<ObservationTarget> targets) {
  std::function<net::Task<std::vector<Observation>>()> task = [this, targets = std::move(targets)] {
    return run(targets);
  };
  co_return co_await net::run_on<std::vector<Observation>>(loop_.executor(), std::move(task));
}

net::Task<void> Observer::close() {
  std::function<net::Task<bool>()> task = [this]() -> net::Task<bool> {
    closing_ = true;
    co_await tasks_.close();
    http_.reset();
    co_return true;
  };
  co_await net::run_on<bool>(loop_.executor(), std::move(task));
}

}  // namespace draas::core
