#include "plugin/builder_alias.hpp"

#include "plugin/docker_flags.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::plugin {

namespace {

using Words = std::vector<std::string>;

struct Replacement {
  Words typed;
  Words by;
};

const std::array<Replacement, 4>& replacements() {
  static const std::array<Replacement, 4> all{
      Replacement{.typed = {"builder"}, .by = {"nixbuild"}},
      Replacement{.typed = {"build"}, .by = {"nixbuild", "build"}},
      Replacement{.typed = {"image", "build"}, .by = {"nixbuild", "build"}},
      Replacement{.typed = {"bake"}, .by = {"nixbuild", "bake"}},
  };
  return all;
}

bool starts_with(std::span<const std::string> words, const Words& start) {
  return words.size() >= start.size() && std::ranges::equal(words.first(start.size()), start);
}

Words with_first_replaced(std::span<const std::string> words, const Replacement& replacement) {
  Words result(words.begin(), words.end());
  const auto found = std::ranges::search(result, replacement.typed);
  if (found.empty()) return result;
  const auto at = result.erase(found.begin(), found.end());
  result.insert(at, replacement.by.begin(), replacement.by.end());
  return result;
}

} // namespace

std::optional<AliasCall> alias_call(std::span<const std::string> arguments,
                                    std::span<const std::string> caller) {
  if (caller.empty()) return std::nullopt;
  const auto typed = caller.subspan(1);
  DockerFlags flags;
  try {
    flags = parse_docker_flags(typed);
  } catch (const Error&) {
    return std::nullopt; // no docker
  }
  const auto rest = typed.subspan(flags.read_arguments);
  for (const Replacement& replacement : replacements()) {
    if (!starts_with(rest, replacement.typed)) continue;
    if (!std::ranges::equal(with_first_replaced(typed, replacement), arguments))
      return std::nullopt;
    AliasCall call{.docker = std::move(flags.flags), .words = {}};
    call.words.assign(replacement.by.begin() + 1, replacement.by.end());
    const auto behind = rest.subspan(replacement.typed.size());
    call.words.insert(call.words.end(), behind.begin(), behind.end());
    return call;
  }
  return std::nullopt;
}

} // namespace nixbuild::plugin
