#include "archive/written_source.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::archive {

namespace {

constexpr std::size_t most_ahead = std::size_t{1} << 20U;

struct Abandoned {};

} // namespace

class WrittenSource::Pipe final : public Sink {
public:
  explicit Pipe(WrittenSource& source) : source_(source) {}
  void write(std::span<const std::byte> data) override { source_.write(data); }

private:
  WrittenSource& source_;
};

WrittenSource::WrittenSource(Writer writer)
    : thread_([this, writer = std::move(writer)] { run(writer); }) {}

WrittenSource::~WrittenSource() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void WrittenSource::run(const Writer& writer) noexcept {
  std::exception_ptr failure;
  try {
    Pipe pipe(*this);
    writer(pipe);
  } catch (const Abandoned&) { // NOLINT(bugprone-empty-catch): nobody wants to know
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  failure_ = failure;
  changed_.notify_all();
}

void WrittenSource::write(std::span<const std::byte> data) {
  while (!data.empty()) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return abandoned_ || buffer_.size() < most_ahead; });
    if (abandoned_) throw Abandoned();
    const auto part = data.first(std::min(data.size(), most_ahead - buffer_.size()));
    buffer_.insert(buffer_.end(), part.begin(), part.end());
    data = data.subspan(part.size());
    changed_.notify_all();
  }
}

std::size_t WrittenSource::read(std::span<std::byte> buffer) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || read_ < buffer_.size(); });
  const std::size_t size = std::min(buffer.size(), buffer_.size() - read_);
  if (size == 0 && failure_) std::rethrow_exception(failure_);
  std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(read_), size, buffer.begin());
  read_ += size;
  if (read_ == buffer_.size()) {
    buffer_.clear();
    read_ = 0;
    changed_.notify_all();
  }
  return size;
}

} // namespace nixbuild::archive
