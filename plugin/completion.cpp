#include "plugin/completion.hpp"

#include "progress/text.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::plugin {

Completion matching(Completion completion, std::string_view word) {
  std::erase_if(completion.candidates,
                [&](const Candidate& candidate) { return !candidate.text.starts_with(word); });
  return completion;
}

std::string to_string(const Completion& completion, bool descriptions) {
  std::string text;
  for (const Candidate& candidate : completion.candidates) {
    text += progress::printable(candidate.text);
    if (descriptions && !candidate.description.empty()) text += "\t" + candidate.description;
    text += '\n';
  }
  return text + format(":{}\n", static_cast<int>(completion.directive));
}

} // namespace nixbuild::plugin
