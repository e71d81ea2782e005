#pragma once

#include "archive/compression.hpp"
#include "archive/stream.hpp"
#include "image/image_set.hpp"
#include "oci/reference.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace nixbuild::sink {

enum class FileFormat {
  oci,    // an OCI image layout
  docker, // what docker save writes: a docker-archive that is an OCI image layout too
  tar,    // the files of the image, as a container would see them
};

struct FileOptions {
  FileFormat format = FileFormat::oci;
  archive::Compression compression = archive::Compression::none; // of layers that come uncompressed
  bool force_compression = false;                                // of all others too
  std::map<std::string, std::string> manifest_annotations;
  std::map<std::string, std::string> index_annotations;
};

// Writes `images`, called `names`, as one tar. FileFormat::docker is for a single platform, and
// FileFormat::tar has a folder "linux_amd64" for each where there are several. Throws an Error:
// invalid_input for what the format cannot hold; corrupt for a layer with other bytes than its
// digest says; and what `out` throws.
void write_image_tar(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                     const FileOptions& options, archive::Sink& out, progress::Reporter& reporter,
                     const CancelToken& cancel);

// The same as files in `folder`, which is made, and may be there only if it is empty or holds an
// image layout for FileFormat::oci and docker. Files of FileFormat::tar are never written outside
// of `folder`, whatever links the image has.
void write_image_folder(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                        const FileOptions& options, const std::filesystem::path& folder,
                        progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::sink
