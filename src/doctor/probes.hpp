#pragma once

#include "doctor/gather.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

// Parts of gather(): each asks one thing and writes down what it says.
namespace nixbuild::doctor {

class Asking {
public:
  Asking(Facts& all, const Surroundings& outside, CancelToken until)
      : facts(all)
      , surroundings(outside)
      , cancel(std::move(until)) {}

  // Does `work`; when it is over time, `name` is told to be silent. Other Errors mean that there is
  // nothing to be told.
  void ask(Probe probe, std::string_view name, const std::function<void()>& work);

  // What a program printed; nothing when it failed or does not exist.
  [[nodiscard]] std::optional<std::string> output_of(std::vector<std::string> argv);

  Facts& facts;
  const Surroundings& surroundings;
  CancelToken cancel; // raised when the time is over, too

private:
  std::mutex mutex_; // of facts.silent
};

// Those of this machine's tools and files.
void ask_colima(Asking& asking);
void ask_lima(Asking& asking);
void ask_client_nix(Asking& asking);
void ask_determinate(Asking& asking);
void ask_git(Asking& asking);

// The engine, then at once its containers and, as Nix would be called for a build, its machine.
void ask_engine(Asking& asking);

} // namespace nixbuild::doctor
