#pragma once

#include "pipeline/output.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::plugin {

// One value of --output as it stands there.
struct OutputOption {
  pipeline::Output output;
  // What type=image becomes by push=true or --push.
  std::optional<pipeline::PushOutput> when_pushed;
  bool has_compression = false;         // said by the value itself
  std::vector<std::string> not_to_load; // attributes that mean nothing for an engine
  std::map<std::string, std::string> manifest_annotations;
  std::map<std::string, std::string> index_annotations;
};

// Reads "type=T,dest=P,KEY=VALUE" with the types and keys of docker buildx build, a path alone
// (type=local), or "-" (a tar on standard output). Throws an Error of kind invalid_input that names
// the value.
[[nodiscard]] OutputOption parse_output(const std::string& text);

// "gzip", "zstd", "none", "uncompressed". Throws an Error of kind invalid_input.
[[nodiscard]] archive::Compression parse_compression(std::string_view text);

} // namespace nixbuild::plugin
