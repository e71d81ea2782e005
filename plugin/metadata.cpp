#include "plugin/metadata.hpp"

#include "plugin/version.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

bool is_metadata_call(std::span<const std::string> arguments) {
  return !arguments.empty() && arguments.front() == "docker-cli-plugin-metadata";
}

std::string metadata() {
  return format(R"({{
  "SchemaVersion": "0.1.0",
  "Vendor": "docker-nixbuild",
  "Version": "{}",
  "ShortDescription": "{}"
}}
)",
                version, description);
}

} // namespace nixbuild::plugin
