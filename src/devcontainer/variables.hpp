#pragma once

#include "support/environment.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace nixbuild::devcontainer {

// What the variables of a configuration stand for before there is a container.
struct Variables {
  std::filesystem::path workspace; // absolute
  Environment environment;
};

// `text` with ${localEnv:NAME}, ${localEnv:NAME:DEFAULT}, ${localWorkspaceFolder} and
// ${localWorkspaceFolderBasename} replaced (containers.dev/implementors/json_reference, "Variables
// in devcontainer.json"). Throws an Error of kind invalid_input for any other variable.
[[nodiscard]] std::string with_variables(std::string_view text, const Variables& variables);

} // namespace nixbuild::devcontainer
