#include "integration/simulator/sim_process.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace draas::simulator_tests {

namespace {

std::string program() {
  if (const char* path = std::getenv("DRAAS_TEST_DRASI_SIM")) return path;
  return DRAAS_BINARY_DIR "/simulator/drasi-sim";
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

ExitStatus decode(int raw) {
  ExitStatus out;
  if (WIFEXITED(raw)) out.code = WEXITSTATUS(raw);
  if (WIFSIGNALED(raw)) out.signal = WTERMSIG(raw);
  return out;
}

}  // namespace

Json HttpAnswer::json() const {
  auto parsed = parse_json(body);
  return parsed ? *parsed : Json("not JSON: " + body);
}

std::uint16_t free_port() {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  bool ok = ::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
            ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  ::close(fd);
  if (!ok) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

HttpConnection::HttpConnection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(port);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
  ::close(fd_);
  fd_ = -1;
}

HttpConnection::~HttpConnection() {
  if (fd_ >= 0) ::close(fd_);
}

void HttpConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string HttpConnection::read_until(std::string_view marker, milliseconds limit) {
  auto deadline = std::chrono::steady_clock::now() + limit;
  while (buffer_.find(marker) == std::string::npos) {
    auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd ready{fd_, POLLIN, 0};
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) break;
    char bytes[8192];
    ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) break;
    buffer_.append(bytes, static_cast<std::size_t>(count));
  }
  return buffer_;
}

HttpAnswer HttpConnection::read_answer(milliseconds limit) {
  HttpAnswer answer;
  read_until("\r\n\r\n", limit);
  auto head = buffer_.find("\r\n\r\n");
  if (head == std::string::npos) return answer;
  std::istringstream lines(buffer_.substr(0, head));
  std::string line;
  std::getline(lines, line);
  answer.status = std::stoi(line.substr(9, 3));
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    auto colon = line.find(": ");
    if (colon != std::string::npos) answer.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
  }
  buffer_.erase(0, head + 4);
  std::size_t length = answer.headers.contains("content-length") ? std::stoul(answer.headers["content-length"]) : 0;
  auto deadline = std::chrono::steady_clock::now() + limit;
  while (buffer_.size() < length && std::chrono::steady_clock::now() < deadline) {
    std::size_t before = buffer_.size();
    pollfd ready{fd_, POLLIN, 0};
    ::poll(&ready, 1, 1000);
    char bytes[8192];
    ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) break;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    if (buffer_.size() == before) break;
  }
  answer.body = buffer_.substr(0, length);
  buffer_.erase(0, answer.body.size());
  return answer;
}

HttpAnswer http(std::uint16_t port, std::string_view method, std::string_view target, std::string_view body,
                std::string_view content_type, milliseconds limit) {
  HttpConnection connection(port);
  if (!connection.connected()) return {};
  std::ostringstream request;
  request << method << " " << target << " HTTP/1.1\r\nHost: localhost\r\n";
  if (!body.empty()) request << "Content-Type: " << content_type << "\r\nContent-Length: " << body.size() << "\r\n";
  request << "\r\n" << body;
  connection.send(request.str());
  return connection.read_answer(limit);
}

SimProcess::SimProcess(const Files& files) {
  std::string pattern = (std::filesystem::temp_directory_path() / "drasi-sim-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  directory = pattern;
  for (const auto& [name, text] : files) {
    std::filesystem::create_directories((directory / name).parent_path());
    std::ofstream(directory / name) << text;
  }
  environment_["NO_COLOR"] = "1";
}

SimProcess::~SimProcess() {
  if (running()) {
    ::kill(pid, SIGKILL);
    wait_exit();
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
}

void SimProcess::start(const std::vector<std::string>& arguments) {
  std::string path = program();
  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment_) variables.push_back(name + "=" + value);
  std::vector<char*> envp;
  for (std::string& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);
  std::string out = (directory / "stdout.log").string();
  std::string err = (directory / "stderr.log").string();
  status_.reset();
  pid = ::fork();
  if (pid == 0) {
    if (::chdir(directory.c_str()) != 0) ::_exit(126);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
    ::execve(path.c_str(), argv.data(), envp.data());
    ::_exit(127);
  }
}

void SimProcess::launch(const std::string& yaml) {
  port = free_port();
  std::ofstream(directory / "server.yaml") << "id: sim\nhost: 127.0.0.1\nport: " << port << "\n" << yaml;
  start({"-c", "server.yaml"});
}

void SimProcess::serve(const std::string& yaml) {
  launch(yaml);
  if (!wait_ready()) throw std::runtime_error("drasi-sim did not start: " + errors() + output());
}

bool SimProcess::wait_ready(milliseconds limit) const {
  return eventually([this] { return http(port, "GET", "/health").status == 200; }, limit);
}

bool SimProcess::wait_output(std::string_view text, milliseconds limit) const {
  return eventually([&] { return output().find(text) != std::string::npos; }, limit);
}

void SimProcess::signal(int number) const { ::kill(pid, number); }

std::optional<ExitStatus> SimProcess::wait_exit(milliseconds limit) {
  eventually(
      [this] {
        int raw = 0;
        if (!status_ && pid > 0 && ::waitpid(pid, &raw, WNOHANG) == pid) status_ = decode(raw);
        return status_.has_value() || pid <= 0;
      },
      limit);
  return status_;
}

bool SimProcess::running() { return pid > 0 && !wait_exit(milliseconds(0)); }

std::string SimProcess::file(const std::string& name) const {
  std::ifstream stream(directory / name);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace draas::simulator_tests
