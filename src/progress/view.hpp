#pragma once

#include "progress/event.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace nixbuild::progress {

// One form of the display, as a function of events and time to text: no thread, no clock, no
// stream, so that tests need none either. Not thread-safe.
class View {
public:
  View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  virtual ~View() = default;

  virtual void apply(const Event& event) = 0;
  // The text to write now, may be empty.
  [[nodiscard]] virtual std::string take(Time now) = 0;
  // The last text to write; nothing is called after it.
  [[nodiscard]] virtual std::string finish(Time now) = 0;

  // How often take() wants to be called though nothing happened; nothing means never.
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds> interval() const = 0;
  // Whether take() wants to be called after each event as well.
  [[nodiscard]] virtual bool immediate() const = 0;
};

} // namespace nixbuild::progress
