#include "support/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace nixbuild {

void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& work, const CancelToken& cancel) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure;
  std::mutex failure_mutex;

  const auto take_until_done = [&] {
    while (!failed.load()) {
      const std::size_t index = next.fetch_add(1);
      if (index >= count) return;
      try {
        cancel.throw_if_cancelled();
        work(index);
      } catch (...) {
        const std::scoped_lock lock(failure_mutex);
        if (!failed.exchange(true)) failure = std::current_exception();
      }
    }
  };

  std::vector<std::thread> helpers;
  const std::size_t wanted = std::min(count, std::max<std::size_t>(threads, 1));
  for (std::size_t i = 1; i < wanted; ++i)
    helpers.emplace_back(take_until_done);
  take_until_done();
  for (std::thread& helper : helpers)
    helper.join();
  if (failure) std::rethrow_exception(failure);
}

} // namespace nixbuild
