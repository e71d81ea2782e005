#pragma once

#include "image/image_set.hpp"
#include "nix/closure.hpp"
#include "oci/digest.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace nixbuild::image {

// What a package says of itself; empty where it does not.
struct PackageFacts {
  std::string name;
  std::string version;
  std::string licence; // an SPDX licence expression
  std::string homepage;
};

// Name and version as Nix's builtins.parseDrvName tells them apart: "hello-2.12" is "hello" and
// "2.12", the version beginning behind the first dash that no letter follows.
[[nodiscard]] PackageFacts parse_package_name(std::string_view name);

struct SbomFacts {
  std::string image_name;
  oci::Digest config_digest; // of the image
  std::chrono::sys_seconds created;
  std::string tool;                             // "docker-nixbuild-1.2.3"
  std::map<std::string, PackageFacts> packages; // by store path, as far as known
};

// Says what is in an image that holds `closure`: an SPDX 2.3 document as JSON (spdx.github.io,
// "SPDX Specification 2.3"), with a package for each store path, its NAR hash as checksum, and what
// refers to what. What `facts` do not tell of a package is told by its store path. The same bytes
// for the same values.
[[nodiscard]] Attestation sbom_of(const nix::Closure& closure, const SbomFacts& facts);

} // namespace nixbuild::image
