#include "plugin/hook_answer.hpp"

#include "hints/hint.hpp"

namespace nixbuild::plugin {

std::string answer_hook(std::span<const std::string> words, const std::filesystem::path& folder) {
  const auto call = words.empty() ? std::nullopt : hints::parse_hook_call(words.back());
  if (!call) return {};
  const auto hint = hints::hint_after(*call, hints::surroundings_of(folder));
  return hint ? hints::hook_answer(*hint) : std::string();
}

} // namespace nixbuild::plugin
