#pragma once

#include "nix/closure.hpp"
#include "nix/installable.hpp"
#include "nix/session.hpp"

#include <map>
#include <string>
#include <string_view>

namespace nixbuild::nix {

// What nixpkgs' `meta` says of a package; texts are empty where it says nothing.
struct PackageMeta {
  std::string licence; // SPDX identifiers, joined by AND where there are several
  std::string homepage;
  friend bool operator==(const PackageMeta&, const PackageMeta&) = default;
};
using PackageMetas = std::map<std::string, PackageMeta>; // by store path

// Looks for the paths of `closure` among the packages of `flake` and of its inputs: a derivation
// holds no `meta`, only the expression that made it does. A path that no package there has exactly
// is not told. One evaluation. Throws an Error as Nix::evaluate.
[[nodiscard]] PackageMetas query_package_metas(const Session& session, const FlakeAttribute& flake,
                                               const std::string& system, const Closure& closure,
                                               LogProgress& log);

// The parts of it: the expression, which is applied to the flake as builtins.getFlake gives it,
// and its answer. The second throws an Error of kind corrupt.
[[nodiscard]] std::string package_meta_expression(const std::string& system,
                                                  const Closure& closure);
[[nodiscard]] PackageMetas parse_package_metas(std::string_view json);

} // namespace nixbuild::nix
