#include "support/cancel.hpp"

#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <utility>

#include <unistd.h>

namespace nixbuild {

namespace detail {
struct CancelState {
  std::atomic<CancelLevel> level{CancelLevel::none};
  Pipe pipe = make_pipe();
  // Recursive, so that raising from inside a callback does not deadlock.
  std::recursive_mutex mutex;
  std::map<unsigned long, std::function<void(CancelLevel)>> callbacks;
  unsigned long next_id = 1;
};
} // namespace detail

CancelLevel CancelToken::level() const noexcept {
  return state_ ? state_->level.load() : CancelLevel::none;
}

void CancelToken::throw_if_cancelled() const {
  if (cancelled()) throw Error(ErrorKind::cancelled, "cancelled");
}

int CancelToken::poll_fd() const noexcept {
  return state_ ? state_->pipe.read.get() : -1;
}

CancelToken::Registration CancelToken::on_cancel(std::function<void(CancelLevel)> callback) const {
  if (!state_) return {};
  const std::scoped_lock lock(state_->mutex);
  if (const CancelLevel now = level(); now != CancelLevel::none) callback(now);
  const unsigned long id = state_->next_id++;
  state_->callbacks.emplace(id, std::move(callback));
  return {state_, id};
}

CancelToken::Registration::Registration(std::shared_ptr<detail::CancelState> state,
                                        unsigned long id)
    : state_(std::move(state))
    , id_(id) {}

CancelToken::Registration& CancelToken::Registration::operator=(Registration&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(id_, other.id_);
  return *this;
}

CancelToken::Registration::~Registration() {
  if (!state_) return;
  const std::scoped_lock lock(state_->mutex);
  state_->callbacks.erase(id_);
}

CancelSource::CancelSource() : state_(std::make_shared<detail::CancelState>()) {}

void CancelSource::raise(CancelLevel level) const {
  const std::scoped_lock lock(state_->mutex);
  if (level <= state_->level.load()) return;
  state_->level.store(level);
  // Closing the writing end makes the reading end readable (end of file) and cannot fail or block.
  state_->pipe.write.reset();
  for (const auto& [id, callback] : state_->callbacks)
    callback(level);
}

} // namespace nixbuild
