#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace nixbuild::hints {

// What the docker CLI tells a plugin after a command that the plugin has a hook for
// (docker/cli cli-plugins/manager/hooks.go, HookPluginData).
struct HookCall {
  std::string command;         // the hook of config.json that matched: "compose up"
  std::set<std::string> flags; // names without dashes, as far as the CLI knows them
  bool failed = false;
};

// Nothing when the text is not what a CLI sends.
[[nodiscard]] std::optional<HookCall> parse_hook_call(std::string_view text);

// What the CLI wants to hear: `hint` under its "What's next:", as a template of Go's text/template.
[[nodiscard]] std::string hook_answer(std::string_view hint);

} // namespace nixbuild::hints
