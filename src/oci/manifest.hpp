#pragma once

#include "oci/digest.hpp"
#include "oci/platform.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Writers of OCI's manifest and index (image-spec 1.0 manifest.md, image-index.md, descriptor.md):
// compact JSON, always the same bytes for the same values.
namespace nixbuild::oci {

namespace media_type {
inline constexpr std::string_view index = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view config = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view layer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view layer_gzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view layer_zstd = "application/vnd.oci.image.layer.v1.tar+zstd";
} // namespace media_type

// Says of a blob what it is, which, and how long.
struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0; // bytes
  std::map<std::string, std::string> annotations = {};
  std::optional<Platform> platform = {};
};

using Annotations = std::map<std::string, std::string>;

// The manifest of an image; `layers` bottom first.
[[nodiscard]] std::string manifest_json(const Descriptor& config,
                                        std::span<const Descriptor> layers,
                                        const Annotations& annotations = {});

// An index of manifests.
[[nodiscard]] std::string index_json(std::span<const Descriptor> manifests,
                                     const Annotations& annotations = {});

} // namespace nixbuild::oci
