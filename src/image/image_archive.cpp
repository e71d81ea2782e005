#include "image/image_archive.hpp"

#include "image/archive_index.hpp"
#include "image/docker_archive.hpp"
#include "image/file_errors.hpp"
#include "image/layout_files.hpp"
#include "image/oci_layout.hpp"

namespace nixbuild::image {

std::vector<Image> read_image_archive(const std::filesystem::path& file,
                                      const oci::Platform& wanted, const CancelToken& cancel,
                                      PlatformRule rule) {
  const auto bytes = std::make_shared<const archive::DecompressedFile>(file);
  return naming_file(file, [&] {
    const ArchiveIndex index(bytes, cancel);
    if (!index.contains(oci_layout_file)) return docker_archive_images(bytes, index, cancel);
    index.require_contained();
    return oci_layout_images(LayoutArchive(bytes, index, cancel), wanted, rule);
  });
}

} // namespace nixbuild::image
