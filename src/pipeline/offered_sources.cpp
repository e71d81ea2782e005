#include "pipeline/offered_sources.hpp"

#include "nix/installable.hpp"

#include <string>
#include <utility>

namespace nixbuild::pipeline {

OfferedSources offer_sources(const BuildRequest& request, const std::filesystem::path& folder,
                             process::Runner& runner, const CancelToken& cancel) {
  OfferedSources sources{.offer = {runner, cancel}, .needs = {}};
  const auto add = [&](const std::string& reference, std::optional<std::size_t> override_input) {
    const auto flake = source::local_flake(reference, folder);
    if (!flake) return;
    const std::size_t index = sources.offer.add(*flake);
    sources.needs.push_back({.root = flake->root,
                             .is_git = flake->kind == source::LocalFlake::Kind::git,
                             .subfolder = flake->subfolder,
                             .reference = flake->reference,
                             .mark = sources.offer.mark(index),
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
