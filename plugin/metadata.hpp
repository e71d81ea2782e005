#pragma once

#include <span>
#include <string>

namespace nixbuild::plugin {

// Whether the docker CLI asks who we are. It does so before every `docker nixbuild`, twice before a
// completion and at each `docker info`, so the answer comes first and needs nothing.
[[nodiscard]] bool is_metadata_call(std::span<const std::string> arguments);

// The answer (docker/cli cli-plugins/metadata/metadata.go). Schema 0.1.0 exactly: CLIs up to 28.4
// accept no other.
[[nodiscard]] std::string metadata();

} // namespace nixbuild::plugin
