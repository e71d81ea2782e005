#pragma once

#include "builder/driver.hpp"
#include "context/global_flags.hpp"
#include "image/closure_options.hpp"
#include "nix/options.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::pipeline {

using Builder = builder::Driver;

// What the user asked for: the command line of `build`, understood but not yet acted upon.
struct BuildRequest {
  context::GlobalFlags docker;
  std::string installable = "."; // as typed
  std::vector<oci::Reference> tags;
  std::optional<oci::Platform> platform; // else the engine's
  Builder builder = Builder::automatic;
  std::optional<std::string> builder_name; // of one that the user created; `builder` is automatic
  std::string builder_image;               // of a builder container without a name; empty: usual
  nix::Options nix;
  std::optional<std::string>
      out_link; // where the link that keeps the result goes, instead of our own folder
  bool dry_run = false;
  image::ClosureImageOptions image_options; // for a result that we make an image of
  bool stable_order = false;                // layers ordered as in the image that has the name now
  bool remove_replaced = false;             // remove the image that loses its name
};

} // namespace nixbuild::pipeline
