#pragma once

#include "oci/manifest.hpp"
#include "oci/platform.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Readers of what others wrote as OCI's manifest and index (image-spec 1.1) or as Docker's manifest
// and manifest list of schema 2. `what` names the text in messages; everything here throws an Error
// of kind corrupt when it is malformed.
namespace nixbuild::oci {

// Larger manifests and indexes are not read; registries take no more either.
inline constexpr std::size_t largest_manifest = std::size_t{4} << 20U;

struct IndexEntry {
  Descriptor descriptor;
  std::optional<Platform> platform;
  std::map<std::string, std::string> annotations;
};

struct Manifest {
  std::string media_type; // OCI's where the text does not say
  Descriptor config;
  std::vector<Descriptor> layers; // bottom first
};

// Whether a descriptor of this media type is one of an index, or of an image's manifest.
[[nodiscard]] bool is_index_type(std::string_view media_type);
[[nodiscard]] bool is_manifest_type(std::string_view media_type);

// The compression of a layer of this media type, as OCI's media type of a layer; empty for what is
// no layer.
[[nodiscard]] std::string_view oci_layer_type(std::string_view media_type);

// Refuses indexes of more than 1000 entries.
[[nodiscard]] std::vector<IndexEntry> parse_index(std::string_view text, std::string_view what);

// Nothing when it is the manifest of something that is no container image.
[[nodiscard]] std::optional<Manifest> parse_manifest(std::string_view text, std::string_view what);

} // namespace nixbuild::oci
