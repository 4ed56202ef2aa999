#include "simulator/faults.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>

#include <unistd.h>

#include "simulator/tracing_log.hpp"

namespace draas::simulator {

namespace {

std::set<std::string> split(std::string_view text) {
  std::set<std::string> out;
  while (!text.empty()) {
    auto comma = text.find(',');
    if (comma != 0) out.emplace(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return out;
}

bool truthy(std::string_view text) { return !text.empty() && text != "0" && text != "false" && text != "no"; }

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

int signal_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, int>, 6> kSignals = {{
      {"SIGKILL", SIGKILL},
      {"SIGSEGV", SIGSEGV},
      {"SIGABRT", SIGABRT},
      {"SIGTERM", SIGTERM},
      {"SIGBUS", SIGBUS},
      {"SIGINT", SIGINT},
  }};
  for (const auto& [known, number] : kSignals) {
    if (known == name) return number;
  }
  return 0;
}

std::optional<HealthFault> health_named(std::string_view name) {
  if (name == "ok") return HealthFault::None;
  if (name == "503") return HealthFault::Unavailable;
  if (name == "hang") return HealthFault::Hang;
  if (name == "close") return HealthFault::Close;
  if (name == "garbage") return HealthFault::Garbage;
  return std::nullopt;
}

// "100", "100:2048", "100:stderr", "100:2048:stderr"
bool take_noise(Faults& faults, std::string_view text) {
  auto colon = text.find(':');
  auto rate = whole_number(text.substr(0, colon));
  if (!rate) return false;
  faults.noise_lines_per_second = *rate;
  while (colon != std::string_view::npos) {
    text.remove_prefix(colon + 1);
    colon = text.find(':');
    std::string_view part = text.substr(0, colon);
    if (part == "stderr") {
      faults.noise_on_stderr = true;
    } else if (auto bytes = whole_number(part)) {
      faults.noise_line_bytes = *bytes;
    } else {
      return false;
    }
  }
  return true;
}

class Environment {
 public:
  template <class Take>
  void read(const char* name, Take take) {
    const char* text = std::getenv(name);
    if (text == nullptr || *text == '\0') return;
    if (take(std::string_view(text))) return;
    write_all(STDERR_FILENO, std::string("drasi-sim: ") + name + " has no valid value and is ignored\n");
  }
  void read_delay(const char* name, Milliseconds& out) {
    read(name, [&](std::string_view text) {
      auto delay = parse_delay(text);
      if (delay) out = *delay;
      return delay.has_value();
    });
  }
  void read_flag(const char* name, bool& out) {
    read(name, [&](std::string_view text) {
      out = truthy(text);
      return true;
    });
  }
  void read_names(const char* name, std::set<std::string>& out) {
    read(name, [&](std::string_view text) {
      out = split(text);
      return true;
    });
  }
};

std::optional<Milliseconds> delay_of(const Json& value) {
  if (value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0)) {
    return Milliseconds(value.get<std::int64_t>());
  }
  if (value.is_string()) return parse_delay(value.get<std::string>());
  return std::nullopt;
}

}  // namespace

bool selects(const std::set<std::string>& ids, const std::string& id) { return ids.contains(id) || ids.contains("*"); }

std::optional<Milliseconds> parse_delay(std::string_view text) {
  std::uint32_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{}) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty() || unit == "ms") return Milliseconds(number);
  if (unit == "s") return Milliseconds(number * 1000LL);
  if (unit == "m") return Milliseconds(number * 60'000LL);
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{}) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty()) return number;
  if (unit == "K") return number << 10U;
  if (unit == "M") return number << 20U;
  return std::nullopt;
}

std::optional<Crash> parse_crash(std::string_view text) {
  auto colon = text.find(':');
  auto delay = parse_delay(text.substr(0, colon));
  if (!delay) return std::nullopt;
  Crash crash;
  crash.after = *delay;
  if (colon == std::string_view::npos) return crash;
  std::string_view how = text.substr(colon + 1);
  crash.signal = signal_named(how);
  if (crash.signal != 0) return crash;
  auto code = whole_number(how);
  if (!code || *code > 255) return std::nullopt;
  crash.exit_code = static_cast<int>(*code);
  return crash;
}

Faults faults_from_environment() {
  Faults faults;
  Environment environment;
  environment.read_delay("DRASI_SIM_START_DELAY", faults.start_delay);
  environment.read("DRASI_SIM_FAIL_START", [&](std::string_view text) {
    faults.fail_start = text == "1" ? "simulated start failure" : std::string(text);
    return true;
  });
  environment.read("DRASI_SIM_CRASH_AFTER", [&](std::string_view text) {
    faults.crash = parse_crash(text);
    return faults.crash.has_value();
  });
  environment.read_flag("DRASI_SIM_HANG_ON_SIGINT", faults.hang_on_sigint);
  environment.read_delay("DRASI_SIM_STOP_DELAY", faults.stop_delay);
  environment.read_names("DRASI_SIM_FAIL_SOURCE", faults.fail_sources);
  environment.read_names("DRASI_SIM_FAIL_QUERY", faults.fail_queries);
  environment.read_names("DRASI_SIM_FAIL_REACTION", faults.fail_reactions);
  environment.read_names("DRASI_SIM_FAIL_CREATE", faults.fail_creates);
  environment.read_names("DRASI_SIM_DOUBLE_START", faults.double_starts);
  environment.read_flag("DRASI_SIM_FAIL_PERSIST", faults.fail_persist);
  environment.read_flag("DRASI_SIM_LYING_HEALTH", faults.lying_health);
  environment.read("DRASI_SIM_HEALTH", [&](std::string_view text) {
    auto health = health_named(text);
    if (health) faults.health = *health;
    return health.has_value();
  });
  environment.read_delay("DRASI_SIM_RESPONSE_DELAY", faults.response_delay);
  environment.read_flag("DRASI_SIM_READ_ONLY", faults.read_only);
  environment.read("DRASI_SIM_NOISE", [&](std::string_view text) { return take_noise(faults, text); });
  environment.read("DRASI_SIM_BALLAST", [&](std::string_view text) {
    auto size = parse_size(text);
    if (size) faults.ballast_bytes = *size;
    return size.has_value();
  });
  environment.read("DRASI_SIM_PLUGINS", [&](std::string_view text) {
    faults.plugins = std::string(text);
    return true;
  });
  environment.read_flag("DRASI_SIM_UNVERIFIED_PLUGINS", faults.unverified_plugins);
  return faults;
}

void apply_process_faults(Faults& faults, const Json& block) {
  if (!block.is_object()) return;
  for (const auto& [key, value] : block.items()) {
    if (key == "startDelay") faults.start_delay = delay_of(value).value_or(faults.start_delay);
    if (key == "stopDelay") faults.stop_delay = delay_of(value).value_or(faults.stop_delay);
    if (key == "responseDelay") faults.response_delay = delay_of(value).value_or(faults.response_delay);
    if (key == "hangOnSigint" && value.is_boolean()) faults.hang_on_sigint = value.get<bool>();
    if (key == "lyingHealth" && value.is_boolean()) faults.lying_health = value.get<bool>();
    if (key == "failStart" && value.is_string()) faults.fail_start = value.get<std::string>();
    if (key == "readOnly" && value.is_boolean()) faults.read_only = value.get<bool>();
    if (key == "failPersist" && value.is_boolean()) faults.fail_persist = value.get<bool>();
    if (key == "health" && value.is_string()) {
      faults.health = health_named(value.get<std::string>()).value_or(faults.health);
    }
    if (key == "crashAfter") {
      if (auto crash = parse_crash(value.is_string() ? value.get<std::string>() : value.dump())) faults.crash = crash;
    }
    if (key == "noise") take_noise(faults, value.is_string() ? value.get<std::string>() : value.dump());
    if (key == "ballast") {
      auto size = parse_size(value.is_string() ? value.get<std::string>() : value.dump());
      faults.ballast_bytes = size.value_or(faults.ballast_bytes);
    }
    if (key == "failCreate" && value.is_string()) faults.fail_creates.merge(split(value.get<std::string>()));
    if (key == "doubleStart" && value.is_string()) faults.double_starts.merge(split(value.get<std::string>()));
  }
}

}  // namespace draas::simulator
