#include "pipeline/image_output.hpp"

#include "sink/image_file.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

namespace nixbuild::pipeline {

namespace {

class FileSink final : public archive::Sink {
public:
  explicit FileSink(NewFile& file) : file_(file) {}
  void write(std::span<const std::byte> data) override { file_.write(data); }

private:
  NewFile& file_;
};

sink::FileOptions options_of(const FileOutput& output, const BuildRequest& request) {
  return {.format = output.format,
          .compression = output.compression,
          .force_compression = output.force_compression,
          .manifest_annotations = request.manifest_annotations,
          .index_annotations = request.index_annotations};
}

} // namespace

void write_output(const image::ImageSet& images, const std::vector<oci::Reference>& names,
                  const FileOutput& output, const BuildRequest& request, World& world,
                  const CancelToken& cancel) {
  const sink::FileOptions options = options_of(output, request);
  if (output.folder) {
    return sink::write_image_folder(images, names, options, output.destination, world.reporter,
                                    cancel);
  }
  if (output.destination.empty()) {
    if (world.standard_output == nullptr)
      throw Error(ErrorKind::internal, "there is no standard output to write the image to");
    return sink::write_image_tar(images, names, options, *world.standard_output, world.reporter,
                                 cancel);
  }
  NewFile file(output.destination);
  FileSink sink(file);
  sink::write_image_tar(images, names, options, sink, world.reporter, cancel);
  file.commit();
}

} // namespace nixbuild::pipeline
