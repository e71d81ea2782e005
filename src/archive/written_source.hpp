#pragma once

#include "archive/stream.hpp"

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace nixbuild::archive {

// What a function writes, to be read: the function runs in a thread of its own, and never is more
// than 1 MiB ahead. What it throws is thrown by read(), after all that it has written.
class WrittenSource final : public Source {
public:
  using Writer = std::function<void(Sink&)>;

  explicit WrittenSource(Writer writer);
  // A writer that is not at its end gets an exception out of its sink.
  ~WrittenSource() override;

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;

private:
  class Pipe;

  void write(std::span<const std::byte> data);
  void run(const Writer& writer) noexcept;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::byte> buffer_; // written and not read; read from read_ on
  std::size_t read_ = 0;
  bool ended_ = false;     // the writer has returned or thrown
  bool abandoned_ = false; // nobody reads any more
  std::exception_ptr failure_;
  std::thread thread_;
};

} // namespace nixbuild::archive
