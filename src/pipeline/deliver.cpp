#include "pipeline/deliver.hpp"

#include "pipeline/connection.hpp"
#include "pipeline/engine_push.hpp"
#include "pipeline/image_output.hpp"
#include "pipeline/load_images.hpp"
#include "pipeline/push_output.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <utility>
#include <variant>

namespace nixbuild::pipeline {

namespace {

oci::Reference reference_of(const std::string& name) {
  auto reference = oci::Reference::parse(name);
  if (reference) return *std::move(reference);
  throw Error(ErrorKind::invalid_input, format("invalid name \"{}\": {}", name, reference.error()));
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
    load_images(images, names_for({}), {.remove_replaced = request_.remove_replaced},
                connection.engine, world_, report_, cancel_);
  }

  void operator()(const PushOutput& output) {
    if (output.from_engine) {
      return add(report_,
                 push_from_engine(images_, names_for(output.names), request_, world_, cancel_));
    }
    report_.pushed.push_back(
        push_output(images_, names_for(output.names), output, request_, world_, cancel_));
  }

  void operator()(const FileOutput& output) {
    write_output(images_, names_for(output.names), output, request_, world_, cancel_);
    WrittenImage written{.destination = output.destination, .images = {}};
    for (const image::PlatformImage& image : images_)
      written.images.push_back(
          {.platform = image.image.platform, .config_digest = image.image.config_digest});
    report_.written.push_back(std::move(written));
  }

private:
  // The output's own, else those of the request, else of the image.
  [[nodiscard]] std::vector<oci::Reference>
  names_for(const std::vector<std::string>& own_names) const {
    if (own_names.empty())
      return request_.tags.empty() ? images_.front().image.names : request_.tags;
    std::vector<oci::Reference> names;
    names.reserve(own_names.size());
    for (const std::string& name : own_names)
      names.push_back(reference_of(name));
    return names;
  }

  const image::ImageSet& images_;
  const BuildRequest& request_;
  World& world_;
  BuildReport& report_;
  const CancelToken& cancel_;
};

} // namespace

Deliver deliver_outputs(const BuildRequest& request, World& world, const CancelToken& cancel) {
  const std::vector<Output> only_here{LoadOutput{}};
  if (request.outputs == only_here || request.caches.only) return {};
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
