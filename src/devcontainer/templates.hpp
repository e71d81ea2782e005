#pragma once

#include "devcontainer/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::devcontainer {

// What a new flake builds.
enum class FlakeTemplate {
  none,  // there is a flake
  nixos, // a NixOS system with systemd as process 1
  image, // an image of dockerTools
};

// The dev container that files are to be made for.
struct NewDevContainer {
  std::string name;        // of the project, as people read it
  std::string installable; // ".#devcontainer"
  bool boots = false;      // whether the image is known to start systemd
  bool compose = false;
  Profile profile = Profile::privileged;
  bool podman = false;     // run by Podman
  std::string remote_user; // empty: whom the image says
  FlakeTemplate flake = FlakeTemplate::none;
};

struct NewFile {
  std::string path; // relative to the workspace
  std::string content;
};

// The name that the image gets: one that no registry has.
[[nodiscard]] std::string local_image_name(std::string_view project);

// The files that make `container` work, each with comments for whoever reads it.
[[nodiscard]] std::vector<NewFile> new_files(const NewDevContainer& container);

} // namespace nixbuild::devcontainer
