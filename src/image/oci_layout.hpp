#pragma once

#include "image/image.hpp"
#include "image/layout_files.hpp"
#include "oci/platform.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <vector>

namespace nixbuild::image {

// The file that makes a folder or an archive an OCI image layout (image-spec image-layout.md).
inline constexpr const char* oci_layout_file = "oci-layout";

// Whether `path` is a folder that is an OCI image layout.
[[nodiscard]] bool is_oci_layout_folder(const std::filesystem::path& path);

// What counts when there is no image for the platform that is wanted.
enum class PlatformRule {
  required,  // that is an error
  preferred, // one that is there for a single platform is taken, whichever that is
};

// The images of an OCI image layout, as many as index.json gives names, for the platform `wanted`
// or the nearest older variant of it. Indexes inside of the index are followed; manifests of other
// platforms, and their blobs, may be missing. Reads metadata now, whose digests are checked, and
// layers when asked.
// An image's name is the annotation io.containerd.image.name, else
// org.opencontainers.image.ref.name where that is more than a tag.
//
// Throws an Error: corrupt for anything malformed, a blob that has not its digest or size, a layer
// count other than the config's diff IDs, metadata without bound; invalid_input when there is no
// image for `wanted`, naming the platforms that there are, and for more than 125 layers. Messages
// speak of the layout as "it".
[[nodiscard]] std::vector<Image> oci_layout_images(const LayoutFiles& files,
                                                   const oci::Platform& wanted,
                                                   PlatformRule rule = PlatformRule::required);

// The same of a folder, whose name is in front of messages.
[[nodiscard]] std::vector<Image> read_oci_layout_folder(const std::filesystem::path& folder,
                                                        const oci::Platform& wanted);

} // namespace nixbuild::image
