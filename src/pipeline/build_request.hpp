#pragma once

#include "builder/driver.hpp"
#include "context/global_flags.hpp"
#include "image/amendment.hpp"
#include "image/closure_options.hpp"
#include "nix/options.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "pipeline/cache_request.hpp"
#include "pipeline/output.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::pipeline {

using Builder = builder::Driver;

// What the user asked for: the command line of `build`, understood but not yet acted upon.
struct BuildRequest {
  context::GlobalFlags docker;
  std::string installable = "."; // as typed
  std::vector<oci::Reference> tags;
  std::vector<oci::Platform> platforms; // else the engine's
  bool all_platforms = false;           // that the flake has the attribute for
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
  std::vector<Output> outputs = {LoadOutput{}}; // where the image goes; empty for caches alone
  // Other contexts whose machines build for a platform.
  std::vector<std::pair<oci::Platform, std::string>> nodes;
  std::map<std::string, std::string> manifest_annotations;
  std::map<std::string, std::string> index_annotations;
  bool sbom = false;                                // attach what is in the image, as SPDX
  bool provenance = false;                          // attach how it was made, as SLSA
  bool check = false;                               // build again and compare
  std::optional<image::Amendments> amendments = {}; // of the images on their way
  CacheRequest caches = {};
};

// Whether the image is to be loaded into the engine that is meant.
[[nodiscard]] bool loads_in_place(const BuildRequest& request);

// The first platform that `request` names, else `otherwise`.
[[nodiscard]] oci::Platform first_platform(const BuildRequest& request,
                                           const oci::Platform& otherwise);

} // namespace nixbuild::pipeline
