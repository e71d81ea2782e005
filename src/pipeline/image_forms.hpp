#pragma once

#include "image/closure_options.hpp"
#include "image/image.hpp"
#include "image/layer_digests.hpp"
#include "oci/platform.hpp"
#include "pipeline/artifact.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <optional>
#include <vector>

namespace nixbuild::pipeline {

// The forms in which Nix users have images.
enum class ImageForm {
  docker_tools,  // conf.json of dockerTools' streamLayeredImage, or the script that names one
  stream_script, // a script of it that does not: it writes a docker-archive
  nix2container, // its image JSON
  archive,       // docker-archive or OCI layout in a tar, plain or compressed
  oci_layout,    // a folder
  nixos,         // the toplevel of a NixOS system
  closure,       // any other store path
};

// What `artifact` is, told from its content. Throws an Error of kind invalid_input when it is no
// image and not in the store either.
[[nodiscard]] ImageForm form_of(const Artifact& artifact);

// Whether images of this form have layer digests that were remembered instead of read.
[[nodiscard]] bool remembers_digests(ImageForm form);

// The images of `artifact`, at least one; of those for several platforms the one for `platform`.
// `options` are for images that we make ourselves: others refuse them with an Error of kind
// invalid_input. Throws an Error as the reader of the form does.
[[nodiscard]] std::vector<image::Image> open_images(const Artifact& artifact, ImageForm form,
                                                    const oci::Platform& platform,
                                                    const image::ClosureImageOptions& options,
                                                    image::DigestTrust trust, World& world,
                                                    const CancelToken& cancel);

} // namespace nixbuild::pipeline
