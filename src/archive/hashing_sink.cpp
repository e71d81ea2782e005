#include "archive/hashing_sink.hpp"

#include <algorithm>

namespace nixbuild::archive {

HashingSink::~HashingSink() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void HashingSink::write(std::span<const std::byte> data) {
  for (auto rest = data; !rest.empty();) {
    Buffer& buffer = buffers_[filling_];
    buffer.bytes.resize(buffer_size);
    const auto piece = rest.first(std::min(rest.size(), buffer_size - buffer.used));
    std::ranges::copy(piece, buffer.bytes.begin() + static_cast<std::ptrdiff_t>(buffer.used));
    buffer.used += piece.size();
    rest = rest.subspan(piece.size());
    if (buffer.used == buffer_size) hand_over();
  }
  next_.write(data);
}

// Gives the full buffer to the thread and waits until the one after it is free.
void HashingSink::hand_over() {
  if (!thread_.joinable()) thread_ = std::thread([this] { hash_buffers(); });
  std::unique_lock lock(mutex_);
  ++filled_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return filled_ - hashed_ < buffer_count; });
  filling_ = static_cast<std::size_t>(filled_ % buffer_count);
  buffers_[filling_].used = 0;
}

void HashingSink::hash_buffers() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ended_ || hashed_ < filled_; });
    if (ended_) return;
    const Buffer& buffer = buffers_[static_cast<std::size_t>(hashed_ % buffer_count)];
    lock.unlock();
    std::exception_ptr failure;
    try {
      hash_.update(std::span(buffer.bytes).first(buffer.used));
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure) failure_ = failure;
    ++hashed_;
    changed_.notify_all();
  }
}

std::string HashingSink::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return hashed_ == filled_; });
  if (failure_) std::rethrow_exception(failure_);
  // The thread waits now, and the last buffer is small: hashing it here is quicker.
  Buffer& last = buffers_[filling_];
  hash_.update(std::span(last.bytes).first(last.used));
  last.used = 0;
  return hash_.finish();
}

} // namespace nixbuild::archive
