#include "plugin/imagetools_command.hpp"

#include "plugin/display.hpp"
#include "plugin/format_choice.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

namespace {

oci::Reference reference_of(const ParsedOptions& options) {
  if (options.words.empty())
    throw Error(ErrorKind::invalid_input, "imagetools inspect needs the name of an image")
        .with_hint("for example: docker nixbuild imagetools inspect ghcr.io/me/app:1.2");
  auto reference = oci::Reference::parse(options.words.front());
  if (!reference)
    throw Error(ErrorKind::invalid_input,
                format("invalid name \"{}\": {}", options.words.front(), reference.error()));
  return *std::move(reference);
}

} // namespace

int run_imagetools_inspect(const ParsedOptions& options, const context::GlobalFlags& docker,
                           World& world) {
  const Form form = form_of(options, "imagetools inspect");
  const oci::Reference name = reference_of(options);
  pipeline::PushOutput how;
  how.insecure = options.is_on("insecure");
  how.authorities = options.value("registry-ca");
  const pipeline::RegistryImage image = without_display(world, [&](pipeline::World& inner) {
    return world.inspect_reference(name, how, docker, inner, world.cancel);
  });
  if (options.is_on("raw"))
    world.out.write(image.text);
  else
    world.out.write(form == Form::json ? registry_image_json(image) : registry_image_text(image));
  return 0;
}

} // namespace nixbuild::plugin
