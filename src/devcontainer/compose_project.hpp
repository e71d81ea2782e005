#pragma once

#include "devcontainer/configuration.hpp"
#include "process/runner.hpp"
#include "support/cancel.hpp"

#include <boost/json/fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::devcontainer {

struct ComposeService {
  std::string name;
  std::string image;                                  // empty where it has none
  std::shared_ptr<const boost::json::object> content; // as Compose has understood it; never null
  // Options of build, as compose::NixService has them, for what Nix builds for it; null: nothing.
  std::shared_ptr<const boost::json::object> build = {};
};

struct ComposeProject {
  std::string name;
  std::vector<ComposeService> services;

  // nullptr when there is no such service.
  [[nodiscard]] const ComposeService* find(std::string_view service) const;
};

// The service that says what Nix builds for `service`: itself, else the provider whose option tag
// is its image; nullptr when there is none.
[[nodiscard]] const ComposeService* builder_of(const ComposeService& service,
                                               const ComposeProject& project);

// What `docker compose config --format json` prints. Throws as compose::parse_project.
[[nodiscard]] ComposeProject parse_compose_project(std::string_view text);

// The project that `configuration`'s Compose files describe, as Compose itself reads them. `docker`
// is the CLI's argv up to its command. Throws an Error of kind failed with Compose's own words.
[[nodiscard]] ComposeProject read_compose_project(const Configuration& configuration,
                                                  const std::vector<std::string>& docker,
                                                  process::Runner& processes,
                                                  const CancelToken& cancel);

// The service of the dev container, which has an image. Throws an Error: not_found, and
// invalid_input for one that is built by a Dockerfile.
[[nodiscard]] const ComposeService& service_of(const Configuration& configuration,
                                               const ComposeProject& project);

} // namespace nixbuild::devcontainer
