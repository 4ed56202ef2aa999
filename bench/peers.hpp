#pragma once
// Other programs that the control plane is measured beside. Each runs as long as its object lives. Constructors throw
// std::runtime_error when the program cannot be started.

#include <filesystem>
#include <string>
#include <vector>

#include "support/child_process.hpp"

namespace draas::bench {

// The path of a program that PATH has; "" when it has none.
std::string on_path(const std::string& name);

// One nginx worker that serves the files of a directory, on the first core.
class Nginx {
 public:
  explicit Nginx(const std::filesystem::path& directory);
  std::string url(const std::string& file) const;

 private:
  std::uint16_t port_ = 0;
  tests::ChildProcess process_;
};

// supervisord with `count` times the program, restarted whenever it ends.
class Supervisord {
 public:
  Supervisord(const std::filesystem::path& directory, const std::string& program, std::size_t count);
  ~Supervisord();
  Supervisord(const Supervisord&) = delete;
  Supervisord& operator=(const Supervisord&) = delete;

 private:
  tests::ChildProcess process_;
};

// PM2 with `count` times the program, restarted whenever it ends. `script` is PM2's program.
class Pm2 {
 public:
  Pm2(const std::filesystem::path& directory, std::string script, const std::string& program, std::size_t count);
  ~Pm2();
  Pm2(const Pm2&) = delete;
  Pm2& operator=(const Pm2&) = delete;

 private:
  void call(const std::vector<std::string>& arguments, bool must_work) const;

  std::filesystem::path home_;
  std::string script_;
};

// Durable puts per second of one etcd on the disk of `directory`, by etcd's own check ("etcdctl check perf", the
// largest load; it takes a minute).
double etcd_put_rate(const std::filesystem::path& directory);

}  // namespace draas::bench
