#pragma once

#include "oci/digest.hpp"
#include "oci/reference.hpp"

#include <span>
#include <string>
#include <string_view>

// The metadata of an OCI image layout (image-spec image-layout.md) that is a docker-archive too
// (moby image/spec v1.2).
namespace nixbuild::sink {

// The content of the file "oci-layout".
inline constexpr std::string_view oci_layout_file = R"({"imageLayoutVersion":"1.0.0"})";

// "blobs/sha256/<hex>"
[[nodiscard]] std::string blob_name(const oci::Digest& digest);

// The content of "manifest.json" for one image, of whose config and layers, bottom first, the
// names in the archive are given.
[[nodiscard]] std::string docker_manifest(const std::string& config,
                                          std::span<const std::string> layers,
                                          std::span<const oci::Reference> names);

// The "index.json" `ours` with those entries before its own that `old` has and `ours` does not
// replace: of other images, with other names. Throws an Error of kind corrupt when `old` is none.
[[nodiscard]] std::string merged_index(std::string_view old, std::string_view ours);

} // namespace nixbuild::sink
