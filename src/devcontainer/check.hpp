#pragma once

#include "devcontainer/compose_project.hpp"
#include "devcontainer/configuration.hpp"
#include "engine/engine.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::devcontainer {

// A trap that was found.
struct Finding {
  enum class Weight {
    problem, // it will not work
    warning, // it works less well, or not everywhere
  };
  std::string_view id; // "init"
  Weight weight = Weight::problem;
  std::string seen;
  std::string remedy;
};

// What an image holds of the paths that tools look for before anything has run in it.
struct ImageFiles {
  bool shell = false;     // /bin/sh
  bool loader = false;    // that programs of other distributions ask for
  bool libstdcxx = false; // where that loader looks for it
  std::string passwd;     // /etc/passwd; empty when there is none
};

// Images that lost their name to a newer one, and stay.
struct Untagged {
  std::size_t images = 0;
  std::uint64_t bytes = 0; // at most: what they share is counted for each
};

struct NixFile {
  std::string name;
  std::string text;
};

// What can be seen of a dev container from outside; what could not be looked at is left out.
struct Seen {
  const Configuration& configuration;
  std::optional<ComposeProject> compose = {};
  std::optional<engine::Facts> engine = {};
  std::string image_name; // as the configuration, or its service, has it
  std::optional<engine::ImageDetails> image = {};
  std::optional<ImageFiles> image_files = {};
  std::vector<engine::ListedContainer> containers = {};
  Untagged untagged = {};                       // of those that we have built
  std::vector<NixFile> nix_files = {};          // of the workspace
  std::string builder_driver = {};              // of docker buildx, in use now
  std::vector<std::string> untracked = {};      // files of the workspace that git does not know
  std::vector<std::string> workflows = {};      // contents of .github/workflows/*
  std::vector<std::string> local_features = {}; // contents of their devcontainer-feature.json
  bool host_is_linux = true;
  bool codespace_without_nix = false;
};

// Every trap that is seen, problems first.
[[nodiscard]] std::vector<Finding> check(const Seen& seen);

// Whether containers of the image boot.
[[nodiscard]] bool boots(const engine::ImageDetails& image);

} // namespace nixbuild::devcontainer
