#pragma once

#include <utility>

namespace nixbuild {

// Runs `action` at the end of the scope. The action must not throw.
template <class Action>
class [[nodiscard]] ScopeExit {
public:
  explicit ScopeExit(Action action) : action_(std::move(action)) {}
  ScopeExit(const ScopeExit&) = delete;
  ScopeExit& operator=(const ScopeExit&) = delete;
  ~ScopeExit() { action_(); }

private:
  Action action_;
};

} // namespace nixbuild
