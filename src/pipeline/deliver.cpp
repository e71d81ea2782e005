#include "pipeline/deliver.hpp"

#include "pipeline/connection.hpp"
#include "pipeline/load_images.hpp"
#include "support/error.hpp"

#include <utility>
#include <variant>

namespace nixbuild::pipeline {

namespace {

const std::vector<oci::Reference>& names_of(const image::ImageSet& images,
                                            const BuildRequest& request) {
  return request.tags.empty() ? images.front().image.names : request.tags;
}

// The images of one build on their way to one output after the other.
class Delivery {
public:
  Delivery(const image::ImageSet& images, const BuildRequest& request, World& world,
           BuildReport& report, const CancelToken& cancel)
      : images_(images)
      , request_(request)
      , world_(world)
      , report_(report)
      , cancel_(cancel) {}

  void operator()(const LoadOutput& output) {
    context::GlobalFlags flags = request_.docker;
    if (output.context) {
      flags.context = output.context;
      flags.hosts.clear();
    }
    Connection connection = connect(flags, world_);
    std::vector<image::Image> images;
    for (const image::PlatformImage& image : images_)
      images.push_back(image.image);
    load_images(images, names_of(images_, request_), {.remove_replaced = request_.remove_replaced},
                connection.engine, world_, report_, cancel_);
  }

  void operator()(const PushOutput& /*output*/) {
    throw Error(ErrorKind::invalid_input, "images are not pushed yet");
  }

  void operator()(const FileOutput& /*output*/) {
    throw Error(ErrorKind::invalid_input, "images are not written to files yet");
  }

private:
  const image::ImageSet& images_;
  const BuildRequest& request_;
  World& world_;
  BuildReport& report_;
  const CancelToken& cancel_;
};

} // namespace

Deliver deliver_outputs(const BuildRequest& request, World& world, const CancelToken& cancel) {
  const std::vector<Output> only_here{LoadOutput{}};
  if (request.outputs == only_here) return {};
  return [&](const image::ImageSet& images, BuildReport& report) {
    for (const Output& output : request.outputs)
      if (output != Output(LoadOutput{}))
        std::visit(Delivery(images, request, world, report, cancel), output);
  };
}

void deliver_all(const image::ImageSet& images, const BuildRequest& request, World& world,
                 BuildReport& report, const CancelToken& cancel) {
  for (const Output& output : request.outputs)
    std::visit(Delivery(images, request, world, report, cancel), output);
}

} // namespace nixbuild::pipeline
