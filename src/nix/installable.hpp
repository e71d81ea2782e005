#pragma once

#include "nix/options.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace nixbuild::nix {

// "REF#FRAGMENT"; the fragment may be empty (the default package).
struct FlakeAttribute {
  std::string flake;    // ".", "path:/x", "git+file:///x?dir=sub"
  std::string fragment; // "layeredImage", "packages.x86_64-linux.a"
  // What the user calls it, where `flake` is the place of a copy (Options::shown_flake); else
  // empty.
  std::string shown = {};

  [[nodiscard]] const std::string& for_people() const { return shown.empty() ? flake : shown; }
};
// An attribute of an expression in a file (`--file FILE ATTRIBUTE`); may be empty.
struct FileAttribute {
  std::string file;
  std::string attribute;
};
// A path in the Nix store, a .drv or an output.
struct StorePath {
  std::filesystem::path path;
};
// A file outside the store, or a link to one inside: built already.
struct BuiltFile {
  std::filesystem::path path;
};

using Installable = std::variant<FlakeAttribute, FileAttribute, StorePath, BuiltFile>;

// Tells what `text` names, as `nix build` would, except that a path to a regular file is taken as
// an image that was built already. Throws an Error of kind invalid_input for the empty text, and
// not_found for a path that looks like a file and does not exist.
[[nodiscard]] Installable parse_installable(std::string_view text, const Options& options);

// As the user would write it.
[[nodiscard]] std::string to_string(const Installable& installable);

} // namespace nixbuild::nix
