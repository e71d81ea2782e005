#pragma once

#include <functional>
#include <memory>

namespace nixbuild {

namespace detail {
struct CancelState;
}

// How urgently the user wants us to stop. It only ever rises.
enum class CancelLevel {
  none,     // carry on
  graceful, // stop, and let children end by themselves (SIGTERM)
  forced,   // the user asked again: children are killed
};

// The reading end of a cancellation: a cheap value that every blocking operation takes.
// A default-constructed token is never cancelled. Safe to use from any thread.
class CancelToken {
public:
  // Keeps a callback registered for as long as it lives; its destructor waits for a running
  // callback to return.
  class Registration {
  public:
    Registration() = default;
    Registration(Registration&&) noexcept = default;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration();

  private:
    friend class CancelToken;
    Registration(std::shared_ptr<detail::CancelState> state, unsigned long id);
    std::shared_ptr<detail::CancelState> state_;
    unsigned long id_ = 0;
  };

  CancelToken() = default;

  [[nodiscard]] CancelLevel level() const noexcept;
  [[nodiscard]] bool cancelled() const noexcept { return level() != CancelLevel::none; }

  // Throws an Error of kind cancelled once cancelled.
  void throw_if_cancelled() const;

  // A descriptor for poll(2): readable once cancelled, for ever after. Never read from it. -1 for
  // a token that cannot be cancelled.
  [[nodiscard]] int poll_fd() const noexcept;

  // Calls `callback` at each rise of the level, in the thread that raised it, and at once if the
  // level is already raised. The callback must not throw, block or touch its own Registration.
  [[nodiscard]] Registration on_cancel(std::function<void(CancelLevel)> callback) const;

private:
  friend class CancelSource;
  explicit CancelToken(std::shared_ptr<detail::CancelState> state) : state_(std::move(state)) {}
  std::shared_ptr<detail::CancelState> state_;
};

// The writing end. Throws an Error of kind io when no pipe can be had.
class CancelSource {
public:
  CancelSource();
  [[nodiscard]] CancelToken token() const { return CancelToken(state_); }
  // Raises the level to `level`; lower or equal levels do nothing.
  void raise(CancelLevel level) const;

private:
  std::shared_ptr<detail::CancelState> state_;
};

} // namespace nixbuild
