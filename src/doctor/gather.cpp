#include "doctor/gather.hpp"

#include "doctor/probes.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace nixbuild::doctor {

namespace {

// Raises a token when the time is over, or the user's is raised.
class TimeLimit {
public:
  TimeLimit(std::chrono::milliseconds limit, const CancelToken& cancel)
      : forwarding_(cancel.on_cancel([this](CancelLevel level) { source_.raise(level); }))
      , watch_([this, limit] { watch(limit); }) {}
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  ~TimeLimit() {
    {
      const std::scoped_lock lock(mutex_);
      done_ = true;
    }
    changed_.notify_all();
    watch_.join();
  }

  [[nodiscard]] CancelToken token() const { return source_.token(); }

private:
  void watch(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, limit, [this] { return done_; }))
      source_.raise(CancelLevel::forced);
  }

  CancelSource source_;
  CancelToken::Registration forwarding_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread watch_;
};

} // namespace

void Asking::ask(Probe probe, std::string_view name, const std::function<void()>& work) {
  try {
    cancel.throw_if_cancelled();
    work();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) return;
    const std::scoped_lock lock(mutex_);
    facts.silent[probe] = format("{} did not answer in {} s", name,
                                 std::chrono::duration<double>(surroundings.limit).count());
  }
}

std::optional<std::string> Asking::output_of(std::vector<std::string> argv) {
  constexpr std::size_t most = std::size_t{4} << 20U;
  try {
    auto answer = process::capture(surroundings.processes, {.argv = std::move(argv)}, cancel, most);
    if (!answer.status.success()) return std::nullopt;
    return std::move(answer.out);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt;
  }
}

void gather(Facts& facts, const Surroundings& surroundings, const CancelToken& cancel) {
  constexpr std::array probes{ask_engine, ask_colima,     ask_lima,
                              ask_git,    ask_client_nix, ask_determinate};
  {
    const TimeLimit limit(surroundings.limit, cancel);
    Asking asking(facts, surroundings, limit.token());
    parallel_for(probes.size(), probes.size(), [&](std::size_t index) { probes.at(index)(asking); },
                 {});
  }
  cancel.throw_if_cancelled();
}

} // namespace nixbuild::doctor
