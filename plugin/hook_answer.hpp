#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace nixbuild::plugin {

// What we print when docker asks for a hint with `words` (docker-cli-plugin-hooks and its JSON), in
// `folder`; empty when there is no hint. What cannot be understood is no reason to fail: docker
// has done what it was asked for.
[[nodiscard]] std::string answer_hook(std::span<const std::string> words,
                                      const std::filesystem::path& folder);

} // namespace nixbuild::plugin
