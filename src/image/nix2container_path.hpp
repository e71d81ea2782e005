#pragma once

#include "archive/layer_tar.hpp"
#include "image/go_regex.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// Who owns the files whose path in the store matches `regex`, and with which mode.
struct Nix2ContainerPermission {
  std::string regex; // Go's syntax
  std::string mode;  // octal digits; empty: as on disk
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::string uname; // empty: what it was before
  std::string gname;
  bool operator==(const Nix2ContainerPermission&) const = default;
};

// A store path that goes into a layer, as nix2container's image JSON has it (types/types.go).
struct Nix2ContainerPath {
  std::string path;
  std::string rewrite_regex;       // of its files' paths; empty: they stay where they are
  std::string rewrite_replacement; // as GoRegex::replace_all
  std::vector<Nix2ContainerPermission> permissions;
};

// Such a path, ready to be applied to the files in it. Usable by several threads at once.
class PathRules {
public:
  // Throws an Error of kind invalid_input for a bad regular expression or mode.
  explicit PathRules(Nix2ContainerPath path);

  [[nodiscard]] const Nix2ContainerPath& path() const noexcept { return path_; }

  // Where the file `source` goes; empty: nowhere.
  [[nodiscard]] std::string destination(std::string_view source) const;

  // Applies the permissions that match `source`, one after the other.
  void set_permissions(std::string_view source, archive::LayerEntry& entry) const;

private:
  struct Rule {
    GoRegex regex;
    std::optional<unsigned> mode;
  };
  Nix2ContainerPath path_;
  std::optional<GoRegex> rewrite_;
  std::vector<Rule> rules_; // one for each of path_.permissions
};

} // namespace nixbuild::image
