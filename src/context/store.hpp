#pragma once

#include "context/context.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::context {

// The docker CLI's context store (docker/cli cli/context/store): below the configuration folder,
//   contexts/meta/<sha256 of the name>/meta.json
//   contexts/tls/<sha256 of the name>/docker/{ca,cert,key}.pem

struct StoredContext {
  std::string description;
  Endpoint endpoint;
};

// Nothing when there is no context of that name. Throws an Error: corrupt for a meta.json that
// cannot be read, invalid_input for one without a usable engine host.
[[nodiscard]] std::optional<StoredContext>
find_stored(const std::filesystem::path& config_directory, const std::string& name);

// The names of all contexts in the store, sorted.
[[nodiscard]] std::vector<std::string> stored_names(const std::filesystem::path& config_directory);

} // namespace nixbuild::context
