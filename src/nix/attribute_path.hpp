#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::nix {

// The names of an attribute path, from the outside in: {"packages", "x86_64-linux", "a.b"}.
using AttributePath = std::vector<std::string>;

// Reads Nix's own notation: names separated by dots, a name with a dot in double quotes. A dot in
// front (Nix: "do not search") is allowed. Throws an Error of kind invalid_input.
[[nodiscard]] AttributePath parse_attribute_path(std::string_view text);

// The same back, with quotes only where they are needed.
[[nodiscard]] std::string to_string(const AttributePath& path);

// `path` as the fragment of a flake reference, where everything but letters, digits, "_", "-", "'"
// and the dots between the names is percent-encoded.
[[nodiscard]] std::string to_fragment(const AttributePath& path);

// `text` as a string of the Nix language, quotes included, that means exactly `text`.
[[nodiscard]] std::string nix_string(std::string_view text);

} // namespace nixbuild::nix
