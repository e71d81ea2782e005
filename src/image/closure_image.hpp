#pragma once

#include "image/closure_options.hpp"
#include "image/digest_cache.hpp"
#include "image/image.hpp"
#include "image/layer_digests.hpp"
#include "nix/closure.hpp"
#include "oci/platform.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <string>

namespace nixbuild::image {

// A store path with everything that it needs, to be made into an image.
struct ClosureSource {
  nix::Closure closure; // its first root is what the image is of
  oci::Platform platform;
  std::string package;      // derivation's `pname`; empty when not known
  std::string main_program; // `meta.mainProgram`; empty when not known
  // Where the store is found on disk; empty unless it is elsewhere than its paths say.
  std::string store_root = {};
};

// The image of any derivation. Its layers are store layers (image/layering.hpp), written as
// dockerTools writes them, and one with what programs expect around the store: /tmp, /var/tmp,
// /root, accounts (root, nobody and options.user), nsswitch.conf, and where the closure holds such
// things, /bin/sh, /usr/bin/env and CA certificates. That layer lies at the bottom unless its links
// lead to the root, which changes with every rebuild.
// A container runs the main program: meta.mainProgram, the only program in bin, or the one called
// as the package is.
// Depends on the closure and the options alone: same image ID everywhere.
// Throws an Error: invalid_input for options, and as layers do when they are digested.
[[nodiscard]] Image closure_image(const ClosureSource& source, const ClosureImageOptions& options,
                                  DigestTrust trust, DigestCache& cache,
                                  progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::image
