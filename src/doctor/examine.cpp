#include "doctor/examine.hpp"

#include "cache/cache_name.hpp"
#include "doctor/check.hpp"
#include "doctor/log_marks.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace nixbuild::doctor {

namespace {

std::string upper(std::string text) {
  for (char& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::set<std::string, std::less<>> ids_of(const std::vector<std::string>& wanted,
                                          const std::vector<Check>& checks) {
  std::set<std::string, std::less<>> ids;
  for (const std::string& one : wanted) {
    const std::string id = upper(one);
    if (std::ranges::find(checks, id, &Check::id) == checks.end()) {
      throw Error(ErrorKind::invalid_input, format("there is no check \"{}\"", one))
          .with_hint("`docker nixbuild doctor` names them");
    }
    ids.insert(id);
  }
  return ids;
}

// Whose silence stops a build.
bool is_needed(Probe probe) {
  return probe == Probe::engine || probe == Probe::guest;
}

std::optional<Outcome> outcome_of(const Check& check, const Facts& facts,
                                  std::set<Probe>& told_silent) {
  if (!facts.log.empty())
    if (auto outcome = look_into_log(facts.log, check.id)) return outcome;
  const auto silent = facts.silent.find(check.asks);
  if (silent == facts.silent.end()) return check.look == nullptr ? std::nullopt : check.look(facts);
  if (!told_silent.insert(check.asks).second) return std::nullopt;
  return Outcome{.severity = is_needed(check.asks) ? Severity::error : Severity::warning,
                 .seen = silent->second,
                 .remedy = "Try it by hand: it hangs, or is very slow."};
}

} // namespace

std::vector<Finding> examine(const Facts& facts, const std::vector<std::string>& wanted) {
  const std::vector<Check> checks = all_checks();
  const auto ids = ids_of(wanted, checks);
  std::vector<Finding> findings;
  std::set<Probe> told_silent;
  for (const Check& check : checks) {
    if (!ids.empty() && !ids.contains(check.id)) continue;
    auto outcome = outcome_of(check, facts, told_silent);
    if (!outcome && ids.empty()) continue;
    if (!outcome) {
      outcome = Outcome{.severity = Severity::elsewhere,
                        .seen = "there is nothing here that this could be about",
                        .remedy = std::string(check.remedy)};
    }
    // Programs and logs may name addresses with a password.
    outcome->seen = cache::without_logins(outcome->seen);
    outcome->remedy = cache::without_logins(outcome->remedy);
    findings.push_back({.id = check.id, .title = check.title, .outcome = *std::move(outcome)});
  }
  return findings;
}

} // namespace nixbuild::doctor
