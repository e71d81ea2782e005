#pragma once

#include "agent/outbox.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace nixbuild::agent {

// Sends events to the client. Of a growing item one state in 100 ms is sent, and its last. When
// the client does not read, states and then lines of logs are dropped, and counted; starts and
// ends of steps are always kept.
class EventRelay final : public progress::Reporter {
public:
  // `outbox` must live longer.
  EventRelay(Outbox& outbox, CancelToken cancel) : outbox_(outbox), cancel_(std::move(cancel)) {}
  ~EventRelay() override;

  void report(const progress::Event& event) noexcept override;
  progress::StepId next_step() noexcept override { return ++last_step_; }
  progress::Time now() noexcept override { return progress::Clock::now(); }
  [[nodiscard]] bool cancelled() const noexcept override { return cancel_.cancelled(); }

private:
  [[nodiscard]] bool is_worth_sending(const progress::ItemAdvanced& item);
  void send(const progress::Event& event);
  void tell_of_lost_lines(std::size_t most_waiting);

  Outbox& outbox_;
  CancelToken cancel_;
  std::atomic<progress::StepId> last_step_{0};
  std::mutex mutex_;
  std::map<std::pair<progress::StepId, std::string>, progress::Time> item_times_;
  std::size_t lost_lines_ = 0;
};

} // namespace nixbuild::agent
