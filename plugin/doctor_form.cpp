#include "plugin/doctor_command.hpp"
#include "plugin/indented_json.hpp"
#include "progress/text.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::plugin {

namespace json = boost::json;

using doctor::Finding;
using doctor::Severity;

namespace {

std::string line_of(const Finding& finding) {
  const doctor::Outcome& outcome = finding.outcome;
  const std::string seen = progress::printable(outcome.seen);
  switch (outcome.severity) {
  case Severity::ok:
    if (seen == finding.title)
      return format("{:<8} {:<4} {}\n", to_string(outcome.severity), finding.id, seen);
    return format("{:<8} {:<4} {} ({})\n", to_string(outcome.severity), finding.id, finding.title,
                  seen);
  case Severity::elsewhere:
    return format("{:<8} {:<4} {}: {}\n", "-", finding.id, finding.title, seen);
  default:
    return format("{:<8} {:<4} {}\n", to_string(outcome.severity), finding.id, seen);
  }
}

} // namespace

std::string findings_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += line_of(finding);
    if (!finding.outcome.remedy.empty())
      text += format("{:14}{}\n", "", progress::printable(finding.outcome.remedy));
  }
  return text;
}

std::string findings_json(const std::vector<Finding>& findings) {
  json::array array;
  for (const Finding& finding : findings) {
    array.push_back({{"id", finding.id},
                     {"severity", to_string(finding.outcome.severity)},
                     {"title", finding.title},
                     {"seen", progress::valid_utf8(finding.outcome.seen)},
                     {"remedy", progress::valid_utf8(finding.outcome.remedy)}});
  }
  return indented_json(array);
}

} // namespace nixbuild::plugin
