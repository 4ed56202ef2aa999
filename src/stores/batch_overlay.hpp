#pragma once
// What a batch has done so far, while it is being checked: a later write of the same document in the same batch is
// judged by what the earlier one leaves.

#include <map>
#include <string_view>
#include <utility>

#include "core/store/store.hpp"

namespace draas::stores {

// State: what a back end must know of a document as it stands. Refers into the batch: must not outlive it.
template <class State>
class BatchOverlay {
 public:
  // nullptr: this batch has not touched it.
  const State* find(const core::Write& write) const {
    const auto found = touched_.find({write.collection, write.id});
    return found == touched_.end() ? nullptr : &found->second;
  }
  void set(const core::Write& write, State state) { touched_[{write.collection, write.id}] = std::move(state); }

 private:
  std::map<std::pair<std::string_view, std::string_view>, State> touched_;
};

}  // namespace draas::stores
