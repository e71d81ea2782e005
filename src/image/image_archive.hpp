#pragma once

#include "image/image.hpp"
#include "image/oci_layout.hpp"
#include "oci/platform.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <vector>

namespace nixbuild::image {

// The images of an archive that is a docker-archive or an OCI image layout, plain or compressed.
// One that is both, as `docker save` writes since 25.0 and BuildKit for type=docker, is read as an
// OCI layout: the two halves have the same configs, which are the image IDs of graph-driver
// engines, and only the OCI half has the manifests, which are the image IDs of containerd's store.
// Throws as read_docker_archive and oci_layout_images; `wanted` and `rule` matter to the latter
// alone.
[[nodiscard]] std::vector<Image> read_image_archive(const std::filesystem::path& file,
                                                    const oci::Platform& wanted,
                                                    const CancelToken& cancel,
                                                    PlatformRule rule = PlatformRule::required);

} // namespace nixbuild::image
