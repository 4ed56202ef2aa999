#pragma once
// Faulty on purpose: the test of the include check wants to see it found.
#include "net/router.hpp"
