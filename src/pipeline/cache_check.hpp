#pragma once

#include "cache/holdings.hpp"
#include "cache/vm_image.hpp"
#include "pipeline/build_request.hpp"
#include "pipeline/dirty_tree.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <optional>
#include <string>

namespace nixbuild::pipeline {

// What caches have of something.
struct CacheCheck {
  std::string installable; // as the user would write it; empty where only caches were asked for
  std::string path;        // in the store; empty as above
  bool is_here = false;    // in this machine's store
  std::optional<DirtyTree> dirty; // of the flake, where it is on this machine
  cache::Lookup lookup;
};

// Asks the caches of `request`, else those of the user's nix.conf, whether they are there, and with
// an installable what of its closure they have: as this machine's store knows it, else as the
// caches tell. Evaluates, but builds nothing. Throws an Error as nix::Nix does.
[[nodiscard]] CacheCheck check_caches(const BuildRequest& request, World& world,
                                      const CancelToken& cancel);

// The image of the Linux builder that this machine's system runs. Throws an Error of kind not_found
// when there is none.
[[nodiscard]] cache::VmImage running_vm_image(World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
