#include "pipeline/offered_sources.hpp"

#include "nix/installable.hpp"

#include <string>
#include <utility>

namespace nixbuild::pipeline {

OfferedSources offer_sources(const BuildRequest& request, const std::filesystem::path& folder,
                             process::Runner& runner, const CancelToken& cancel) {
  OfferedSources sources;
  const auto add = [&](const std::string& reference, std::optional<std::size_t> override_input) {
    auto flake = source::local_flake(reference, folder);
    if (!flake) return;
    const std::string subfolder = flake->subfolder;
    const source::SourceTree tree = source::read_source_tree(*flake, runner, cancel);
    const std::size_t index = sources.offer.add(*std::move(flake), tree);
    sources.needs.push_back({.manifest = sources.offer.manifest_digest(index),
                             .subfolder = subfolder,
                             .override_input = override_input});
  };
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  if (const auto* flake = std::get_if<nix::FlakeAttribute>(&installable)) {
    add(flake->flake, std::nullopt);
  }
  for (std::size_t index = 0; index < request.nix.override_inputs.size(); ++index)
    add(request.nix.override_inputs[index].second, index);
  return sources;
}

} // namespace nixbuild::pipeline
