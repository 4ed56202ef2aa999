#include "reconciliation/fleet.hpp"

#include <algorithm>

#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

constexpr std::uint64_t kFnvOffset = 14695981039346656037ULL;
constexpr std::uint64_t kFnvPrime = 1099511628211ULL;

// Everything in an item that may give reason to look again.
std::uint64_t mark_of(const Json& item) {
  std::string text;
  for (const char* name : {"revision", "appliedRevision", "generation", "policyVersion"}) {
    text += std::to_string(number_field(item, name)) + '/';
  }
  for (const char* name : {"desiredState", "phase", "health", "observed", "options", "standby"}) {
    text += text_field(item, name) + '/';
  }
  if (const Json* held = field(item, "held")) text += std::to_string(number_field(*held, "revision"));
  return std::max<std::uint64_t>(fnv1a(text), 1);
}

// Is there anything that could be done? Most of what happens to instances is not for a reconciler.
bool gives_reason(const Json& item) {
  const std::string standby = text_field(item, "standby");
  if (standby == "User") return false;
  if (!standby.empty()) return true;
  if (text_field(item, "desiredState") != "Running") return false;
  const std::string phase = text_field(item, "phase");
  if (phase == "Starting" || phase == "Stopping" || phase == "BackOff") return false;
  if (phase != "Running") return true;
  if (!text_field(item, "options").empty()) return true;
  // Without an observation there is nothing to compare; as long as the newest revision is applied, nothing says that
  // there should be.
  const bool applied = number_field(item, "revision") == number_field(item, "appliedRevision");
  return !applied || !text_field(item, "observed").empty();
}

}  // namespace

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = kFnvOffset;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= kFnvPrime;
  }
  return hash;
}

void Fleet::line_up(const std::string& id, Known& known) {
  if (known.queued || known.busy) return;
  known.queued = true;
  line_.push_back(id);
}

bool Fleet::update(const Json& item) {
  const std::string id = text_field(item, "id");
  if (id.empty()) return false;
  Known& known = known_[id];
  known.gone = false;
  const std::uint64_t mark = mark_of(item);
  if (mark == known.mark) return false;
  known.mark = mark;
  known.interesting = gives_reason(item);
  if (!known.interesting) {
    drifted_.erase(id);
    return false;
  }
  if (known.mark == known.settled) return false;
  line_up(id, known);
  return true;
}

// False for a busy one, which goes when it is done.
bool Fleet::forgotten(Known& known) {
  if (!known.busy) return true;
  known = Known{.busy = true, .gone = true};
  return false;
}

void Fleet::remove(const std::string& id) {
  // What is in line or has an alarm is passed over when its turn comes.
  const auto found = known_.find(id);
  if (found != known_.end() && forgotten(found->second)) known_.erase(found);
  drifted_.erase(id);
}

void Fleet::keep_only(const std::set<std::string>& ids) {
  for (auto entry = known_.begin(); entry != known_.end();) {
    const bool goes = !ids.contains(entry->first) && forgotten(entry->second);
    entry = goes ? known_.erase(entry) : std::next(entry);
  }
  std::erase_if(drifted_, [&](const std::string& id) { return !ids.contains(id); });
}

std::optional<std::string> Fleet::take() {
  while (!line_.empty()) {
    std::string id = std::move(line_.front());
    line_.pop_front();
    const auto found = known_.find(id);
    if (found == known_.end()) continue;
    found->second.queued = false;
    if (found->second.busy) continue;
    found->second.busy = true;
    found->second.taken = found->second.mark;
    return id;
  }
  return std::nullopt;
}

bool Fleet::take(const std::string& id) {
  Known& known = known_[id];
  if (known.busy) return false;
  known.busy = true;
  known.taken = known.mark;
  return true;
}

void Fleet::done(const std::string& id, Verdict verdict, SteadyTime at, bool drifted) {
  const auto found = known_.find(id);
  if (found == known_.end()) return;
  Known& known = found->second;
  known.busy = false;
  const bool never_told = known.mark == 0 && !known.queued && verdict == Verdict::Settled;
  if (known.gone || never_told) {
    known_.erase(found);
    return;
  }
  if (drifted) {
    drifted_.insert(id);
  } else {
    drifted_.erase(id);
  }
  if (verdict == Verdict::Retry) {
    ++known.failures;
  } else {
    known.failures = 0;
  }
  if (known.mark != known.taken && known.interesting) {
    line_up(id, known);  // something happened meanwhile
    return;
  }
  if (verdict == Verdict::Settled) {
    known.settled = known.taken;
  } else {
    alarms_.emplace(at, id);
  }
}

void Fleet::wake(SteadyTime now) {
  while (!alarms_.empty() && alarms_.begin()->first <= now) {
    const std::string id = alarms_.begin()->second;
    alarms_.erase(alarms_.begin());
    const auto found = known_.find(id);
    if (found != known_.end()) line_up(id, found->second);
  }
}

void Fleet::enqueue(const std::string& id) { line_up(id, known_[id]); }

bool Fleet::busy(const std::string& id) const {
  const auto found = known_.find(id);
  return found != known_.end() && found->second.busy;
}

std::size_t Fleet::failures(const std::string& id) const {
  const auto found = known_.find(id);
  return found == known_.end() ? 0 : found->second.failures;
}

std::optional<SteadyTime> Fleet::next_wake() const {
  return alarms_.empty() ? std::nullopt : std::optional(alarms_.begin()->first);
}

}  // namespace draas::reconciliation
