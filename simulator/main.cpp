// drasi-sim: a stand-in for drasi-server 0.2.2, for tests and trials.

#include <cstdlib>
#include <exception>

#include <unistd.h>

#include "simulator/commands.hpp"
#include "simulator/tracing_log.hpp"

int main(int argc, char** argv) {
  using namespace draas::simulator;
  try {
    ParsedCommandLine parsed = parse_command_line({argv + 1, argv + argc});
    if (parsed.exit) {
      write_all(parsed.exit->status == 0 ? STDOUT_FILENO : STDERR_FILENO, parsed.exit->text);
      return parsed.exit->status;
    }
    int status = 0;
    switch (parsed.command.verb) {
      case Verb::Run:
        status = run_server(parsed.command);
        break;
      case Verb::Validate:
        status = run_validate(parsed.command);
        break;
      case Verb::Doctor:
        status = run_doctor(parsed.command);
        break;
      case Verb::Init:
        status = run_init(parsed.command);
        break;
      case Verb::Plugin:
        status = run_plugin(parsed.command);
        break;
    }
    std::_Exit(status);
  } catch (const std::exception& problem) {
    write_all(STDERR_FILENO, std::string("drasi-sim: ") + problem.what() + "\n");
    return 101;
  }
}
