#pragma once

#include "doctor/facts.hpp"
#include "doctor/finding.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace nixbuild::doctor {

// One thing that can be wrong.
struct Check {
  std::string_view id;    // a letter for what it is about and a number
  std::string_view title; // what is so when all is well
  Probe asks = Probe::nobody;
  // Nothing where it is about something that is not there. nullptr: only what a failed command
  // printed tells (log_marks.hpp).
  std::optional<Outcome> (*look)(const Facts& facts) = nullptr;
  std::string_view remedy; // in general, for who asks without having it
};

[[nodiscard]] std::span<const Check> engine_checks();    // X: context and engine; D: its kinds
[[nodiscard]] std::span<const Check> colima_checks();    // K
[[nodiscard]] std::span<const Check> source_checks();    // M, B5-B7, B9: the sources
[[nodiscard]] std::span<const Check> nix_checks();       // N
[[nodiscard]] std::span<const Check> platform_checks();  // A, B1-B3
[[nodiscard]] std::span<const Check> container_checks(); // B4, B8, D3, V
[[nodiscard]] std::span<const Check> builder_checks();   // L, T, R: builders of a Mac
[[nodiscard]] std::span<const Check> cache_checks();     // C

// All of them, in the order in which they are told.
[[nodiscard]] std::vector<Check> all_checks();

} // namespace nixbuild::doctor
