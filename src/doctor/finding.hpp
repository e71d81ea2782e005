#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::doctor {

enum class Severity {
  ok,
  warning,   // a build is slower, or not what was meant
  error,     // no build succeeds
  elsewhere, // asked for by name, and there is nothing here that it could be about
};

// "ok", "warning", "error", "not applicable".
[[nodiscard]] std::string_view to_string(Severity severity);

// A remedy that loses nothing, as a program to run on this machine.
struct Fix {
  std::string what; // for the question: "start Colima's profile work"
  std::vector<std::string> argv;
};

// What one check sees.
struct Outcome {
  Severity severity = Severity::ok;
  std::string seen;
  std::string remedy = {}; // sentences; empty when all is well
  std::optional<Fix> fix = {};
};

struct Finding {
  std::string_view id; // "N1"
  std::string_view title;
  Outcome outcome;
};

[[nodiscard]] inline Outcome fine(std::string seen) {
  return {.seen = std::move(seen)};
}
[[nodiscard]] inline Outcome warned(std::string seen, std::string remedy,
                                    std::optional<Fix> fix = {}) {
  return {Severity::warning, std::move(seen), std::move(remedy), std::move(fix)};
}
[[nodiscard]] inline Outcome failed(std::string seen, std::string remedy,
                                    std::optional<Fix> fix = {}) {
  return {Severity::error, std::move(seen), std::move(remedy), std::move(fix)};
}

} // namespace nixbuild::doctor
