#pragma once
// A platform whose instances live inside this program: a timer that counts, and the few answers of drasi-server's API
// that say "I am well". It shows every call that a platform must answer.
//
// Per-instance settings (platform_options): {"lifetimeMs": 500} ends the instance by itself after that time.

#include <memory>

#include "core/platform/platform.hpp"

// `control` is the control loop's executor.
std::unique_ptr<draas::core::Platform> make_in_process_platform(draas::net::Executor control);
