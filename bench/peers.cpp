#include "peers.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <signal.h>
#include <unistd.h>

#include "base/program.hpp"
#include "control_plane.hpp"

namespace draas::bench {
namespace {

std::string need(const std::string& name) {
  std::string path = on_path(name);
  if (path.empty()) throw std::runtime_error(name + " is not installed; scripts/dependencies bench installs it");
  return path;
}

bool answers(std::uint16_t port) {
  ProgramCall call;
  call.words = {"curl", "-s", "-o", "/dev/null", "http://127.0.0.1:" + std::to_string(port) + "/"};
  const Result<ProgramOutput> output = run_program(call);
  return output && output->status == 0;
}

}  // namespace

std::string on_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    std::string file = directory + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

Nginx::Nginx(const std::filesystem::path& directory) : port_(tests::free_port()) {
  const std::string work = directory.string();
  std::filesystem::permissions(directory, std::filesystem::perms(0755));
  std::ofstream(directory / "nginx.conf")
      << "daemon off;\nworker_processes 1;\nerror_log " << work << "/error.log crit;\npid " << work << "/nginx.pid;\n"
      << "events { worker_connections 1024; }\nhttp {\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n"
      << "  keepalive_requests 100000000;\n  open_file_cache max=100 inactive=60s;\n  open_file_cache_valid 60s;\n"
      << "  types { application/json json; }\n  client_body_temp_path " << work << "/body;\n  proxy_temp_path " << work
      << "/proxy;\n  fastcgi_temp_path " << work << "/fastcgi;\n  uwsgi_temp_path " << work
      << "/uwsgi;\n  scgi_temp_path " << work << "/scgi;\n  server { listen 127.0.0.1:" << port_ << "; root " << work
      << "; }\n}\n";
  if (!process_.start(need("taskset"), {"-c", "0", need("nginx"), "-c", work + "/nginx.conf", "-p", work}, {},
                      directory / "nginx.log")) {
    throw std::runtime_error("nginx does not start");
  }
  wait_until("nginx answers", [this] { return answers(port_); });
}

std::string Nginx::url(const std::string& file) const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/" + file;
}

Supervisord::Supervisord(const std::filesystem::path& directory, const std::string& program, std::size_t count) {
  const std::filesystem::path file = directory / "supervisord.conf";
  std::ofstream(file) << "[supervisord]\nnodaemon=true\nuser=root\nlogfile=" << (directory / "supervisord.log").string()
                      << "\npidfile=" << (directory / "supervisord.pid").string()
                      << "\n[program:beacon]\ncommand=" << program
                      << "\nprocess_name=%(process_num)s\nnumprocs=" << count
                      << "\nautorestart=true\nstartsecs=0\nstartretries=1000000\nstdout_logfile=/dev/null\n"
                      << "stderr_logfile=/dev/null\n";
  if (!process_.start(need("supervisord"), {"-c", file.string()}, {}, directory / "supervisord.out")) {
    throw std::runtime_error("supervisord does not start");
  }
}

// Its programs end only when it is asked to end, not when it is killed.
Supervisord::~Supervisord() {
  process_.signal(SIGTERM);
  process_.wait_exit(std::chrono::minutes(1));
}

Pm2::Pm2(const std::filesystem::path& directory, std::string script, const std::string& program, std::size_t count)
    : home_(directory / "pm2"), script_(std::move(script)) {
  std::filesystem::create_directories(home_);
  Json applications = Json::array();
  for (std::size_t number = 0; number < count; ++number) {
    applications.push_back({{"name", "beacon" + std::to_string(number)},
                            {"script", program},
                            {"interpreter", "none"},
                            {"max_restarts", 1'000'000},
                            {"min_uptime", 100}});
  }
  const std::filesystem::path file = directory / "ecosystem.json";
  std::ofstream(file) << Json{{"apps", std::move(applications)}}.dump();
  call({"start", file.string()}, true);
}

Pm2::~Pm2() { call({"kill"}, false); }

void Pm2::call(const std::vector<std::string>& arguments, bool must_work) const {
  ProgramCall call;
  call.words = {"node", script_};
  call.words.insert(call.words.end(), arguments.begin(), arguments.end());
  call.environment = {{"PM2_HOME", home_.string()}};
  const Result<ProgramOutput> output = run_program(call);
  if (must_work && !output) throw std::runtime_error("pm2: " + output.error().message);
  if (must_work && output->status != 0) throw std::runtime_error("pm2: " + output->text);
}

double etcd_put_rate(const std::filesystem::path& directory) {
  const std::uint16_t first = tests::free_port_range(2);
  const std::string client = "http://127.0.0.1:" + std::to_string(first);
  const std::string peer = "http://127.0.0.1:" + std::to_string(first + 1);
  tests::ChildProcess etcd;
  if (!etcd.start(need("etcd"),
                  {"--data-dir", (directory / "etcd").string(), "--listen-client-urls", client,
                   "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                   "--initial-cluster", "default=" + peer},
                  {}, directory / "etcd.log")) {
    throw std::runtime_error("etcd does not start");
  }
  wait_until("etcd answers", [first] { return answers(first); });
  ProgramCall call;
  call.words = {need("etcdctl"), "--endpoints=" + client, "check", "perf", "--load=xl", "--auto-compact"};
  call.environment = {{"ETCDCTL_API", "3"}};
  call.limit = std::chrono::minutes(3);
  const Result<ProgramOutput> output = run_program(call);
  if (!output) throw std::runtime_error("etcdctl: " + output.error().message);
  // "PASS: Throughput is 14892 writes/s", or "FAIL: Throughput too low: 7443 writes/s" where it is below its own wish.
  const std::size_t unit = output->text.find(" writes/s");
  const std::size_t begin = unit == std::string::npos ? unit : output->text.rfind(' ', unit - 1);
  if (begin == std::string::npos) throw std::runtime_error("etcdctl: " + output->text);
  return std::stod(output->text.substr(begin));
}

}  // namespace draas::bench
