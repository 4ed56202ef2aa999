#pragma once
// Faulty on purpose: a path that does not start at src/, and a room that there is not.
#include "../base/error.hpp"
#include "attic/chest.hpp"
