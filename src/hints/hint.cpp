#include "hints/hint.hpp"

#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::hints {

namespace {

using Hint = std::optional<std::string>;

std::string hint(std::string_view what, std::string_view command) {
  return format("{} → {}", what, command);
}

Hint after_build(const HookCall& /*call*/, const Surroundings& around) {
  if (!around.flake) return std::nullopt;
  return hint("Build the image of this folder's flake.nix, and load only its missing layers",
              "docker nixbuild");
}

Hint after_compose(const HookCall& call, const Surroundings& around) {
  // Compose calls a provider by itself.
  if (call.failed || !around.compose || (around.provider && !around.extension)) return std::nullopt;
  const std::string command = "docker nixbuild " + call.command;
  if (around.extension) return hint("Build the images of the services in x-nixbuild, too", command);
  if (!around.flake) return std::nullopt;
  return hint("Take images of services from this folder's flake.nix: name them in x-nixbuild",
              command);
}

Hint after_load(const HookCall& call, const Surroundings& around) {
  if (call.failed || !(around.flake || around.result)) return std::nullopt;
  // Asking for the value of a flag that the command has not would end in no hint at all.
  const std::string load =
      call.flags.contains("input") ? R"(load -i {{flag . "input"}})" : "load < ARCHIVE";
  std::string text = hint("Send only the layers that the engine lacks", "docker nixbuild " + load);
  if (around.flake) text += "\n" + hint("Build and load in one step", "docker nixbuild");
  return text;
}

struct Hook {
  std::string_view command;
  Hint (*hint)(const HookCall& call, const Surroundings& around);
};

// `docker build` is `docker buildx build` to a CLI that hands it on.
constexpr std::array hooks{
    Hook{"build", after_build},        Hook{"buildx build", after_build},
    Hook{"image build", after_build},  Hook{"compose build", after_compose},
    Hook{"compose up", after_compose}, Hook{"load", after_load},
    Hook{"image load", after_load},
};

} // namespace

std::string hooked_commands() {
  std::string list;
  for (const Hook& hook : hooks)
    list += format("{}{}", list.empty() ? "" : ",", hook.command);
  return list;
}

std::optional<std::string> hint_after(const HookCall& call, const Surroundings& around) {
  const auto hook = std::ranges::find(hooks, call.command, &Hook::command);
  if (hook == hooks.end()) return std::nullopt;
  return hook->hint(call, around);
}

} // namespace nixbuild::hints
