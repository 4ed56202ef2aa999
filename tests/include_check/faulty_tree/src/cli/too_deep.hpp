#pragma once
// The first is allowed, the second is faulty on purpose.
#include "core/model/status.hpp"
#include "core/store/store.hpp"
