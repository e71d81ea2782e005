#include "pipeline/groups.hpp"

#include "nix/installable.hpp"

#include <algorithm>
#include <string>
#include <variant>

namespace nixbuild::pipeline {

namespace {

// Empty for what is no attribute of a flake.
std::string flake_of(const BuildRequest& request) {
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  const auto* attribute = std::get_if<nix::FlakeAttribute>(&installable);
  return attribute == nullptr ? std::string() : attribute->flake;
}

bool may_be_grouped(const BuildRequest& request) {
  const std::vector<Output> only_here{LoadOutput{}};
  return request.outputs == only_here && request.nodes.empty() && !request.nix.keep_going &&
         !request.dry_run && !request.check && !request.out_link && request.caches.to.empty() &&
         !flake_of(request).empty();
}

bool go_together(const BuildRequest& one, const BuildRequest& other) {
  return flake_of(one) == flake_of(other) && one.nix == other.nix && one.docker == other.docker &&
         one.builder == other.builder && one.builder_name == other.builder_name &&
         one.builder_image == other.builder_image;
}

} // namespace

std::vector<std::vector<std::size_t>> groups_of(const std::vector<NamedRequest>& requests) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t index = 0; index < requests.size(); ++index) {
    const BuildRequest& request = requests[index].request;
    const bool joins = may_be_grouped(request);
    const auto group = std::ranges::find_if(groups, [&](const std::vector<std::size_t>& members) {
      const BuildRequest& first = requests[members.front()].request;
      return joins && may_be_grouped(first) && go_together(first, request);
    });
    if (group == groups.end()) {
      groups.push_back({index});
    } else {
      group->push_back(index);
    }
  }
  return groups;
}

} // namespace nixbuild::pipeline
