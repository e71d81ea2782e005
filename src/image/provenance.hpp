#pragma once

#include "image/image_set.hpp"
#include "nix/flake_lock.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::image {

// How an image was made; texts are empty where it is not known.
struct ProvenanceFacts {
  std::string installable; // as typed
  std::string attribute;   // its full path
  std::string platform;    // "linux/arm64"
  std::string derivation;  // store path
  std::string source;      // address of the flake
  std::string revision;    // git commit of the flake
  bool dirty = false;      // there were changes that no commit holds
  std::string lock_digest; // SHA-256 of flake.lock, 64 hex digits
  std::vector<nix::LockedInput> inputs;
  std::string builder_id; // a URI
  std::string nix_version;
  std::string tool_version; // of docker-nixbuild
  std::optional<std::chrono::sys_seconds> started;
  std::optional<std::chrono::sys_seconds> finished;
};

// Says how an image was made: a predicate of SLSA's provenance v1 (slsa.dev/spec/v1.0/provenance).
// The same bytes for the same values. Addresses come without the passwords that may be in them.
[[nodiscard]] Attestation provenance_of(const ProvenanceFacts& facts);

} // namespace nixbuild::image
