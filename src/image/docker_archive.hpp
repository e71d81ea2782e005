#pragma once

#include "image/archive_index.hpp"
#include "image/image.hpp"

#include <filesystem>
#include <vector>

namespace nixbuild::image {

// Whether the first bytes of `file` are those of an archive that may hold images: a tar, plain or
// compressed by gzip, zstd or xz. Throws an Error when the file cannot be read.
[[nodiscard]] bool looks_like_archive(const std::filesystem::path& file);

// The images of a docker-archive (`docker save`, dockerTools; format: moby image/spec v1.2), plain
// or compressed by gzip, zstd or xz. Reads headers and metadata now, layer bytes when asked, and
// keeps nothing that grows with the image. A compressed archive is decompressed once to find what
// it holds and once more to send it.
//
// Layers may be compressed themselves, by gzip or zstd: they are sent as they are, and their
// digest is taken from their name (blobs/sha256/<hex>) or computed now. Links between members are
// followed inside the archive; of two members with one name the later counts, as for docker.
//
// Throws an Error of kind corrupt, naming `file`, for anything that is not such an archive: broken
// or truncated stream, no or bad manifest.json, layer count other than the config's diff IDs, more
// than 125 layers or none, layers compressed by xz, members whose names or links leave the
// archive, over-long metadata. Files that cannot be read are not_found, invalid_input or io.
[[nodiscard]] std::vector<Image> read_docker_archive(const std::filesystem::path& file,
                                                     const CancelToken& cancel);

// The same of an archive whose `index` is there already; messages speak of it as "it".
[[nodiscard]] std::vector<Image>
docker_archive_images(std::shared_ptr<const archive::DecompressedFile> file,
                      const ArchiveIndex& index, const CancelToken& cancel);

} // namespace nixbuild::image
