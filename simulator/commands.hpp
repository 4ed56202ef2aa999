#pragma once
// What each verb of the command line does. Every function returns the process' exit status.

#include "simulator/command_line.hpp"

namespace draas::simulator {

int run_server(const CommandLine& command);
int run_validate(const CommandLine& command);
int run_doctor(const CommandLine& command);
int run_init(const CommandLine& command);
int run_plugin(const CommandLine& command);

}  // namespace draas::simulator
