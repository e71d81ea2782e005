#include "devcontainer/templates.hpp"
#include "nix/nix.hpp"
#include "oci/machine_platform.hpp"
#include "plugin/devcontainer_commands.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

using devcontainer::FlakeTemplate;
using devcontainer::NewDevContainer;
using devcontainer::NewFile;
using devcontainer::Profile;

namespace {

bool exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::vector<std::string> packages_here(World& world) {
  nix::Nix nix(world.processes, world.environment);
  return nix.attribute_names(".", nix::system_of(oci::platform_of_this_machine()), world.cancel);
}

// What the flake here has for a dev container.
std::string installable_of_flake(World& world) {
  const std::vector<std::string> names = packages_here(world);
  for (const char* usual : {"devcontainer", "layeredImage", "image", "streamImage", "default"})
    if (std::ranges::find(names, usual) != names.end()) return format(".#{}", usual);
  if (names.size() == 1) return format(".#{}", names.front());
  throw Error(ErrorKind::invalid_input, "cannot tell what of the flake is for the dev container")
      .with_hint(names.empty() ? "name it, as in: docker nixbuild devcontainer init "
                                 ".#nixosConfigurations.devcontainer"
                               : format("name one: {}", fmt::join(names, ", ")));
}

FlakeTemplate template_of(const std::string& text) {
  if (text == "nixos") return FlakeTemplate::nixos;
  if (text == "image") return FlakeTemplate::image;
  throw Error(ErrorKind::invalid_input, format("there is no template \"{}\"", text))
      .with_hint("the templates are nixos and image");
}

void set_profile(NewDevContainer& container, const std::string& text) {
  if (text == "podman") {
    container.podman = true;
    container.profile = Profile::none;
  } else if (text == "writable-cgroups") {
    container.profile = Profile::writable_cgroups;
  } else if (text != "privileged") {
    throw Error(ErrorKind::invalid_input, format("there is no profile \"{}\"", text))
        .with_hint("the profiles are privileged, writable-cgroups and podman");
  }
}

NewDevContainer container_for(const ParsedOptions& options, World& world) {
  NewDevContainer container{.name = fs::current_path().filename().string()};
  if (container.name.empty()) container.name = "devcontainer";
  container.compose = options.is_on("compose");
  set_profile(container, options.value("profile").value_or("privileged"));
  container.remote_user = options.value("remote-user").value_or("");
  if (!options.words.empty()) {
    container.installable = options.words.front();
    container.boots = container.installable.contains("nixosConfigurations");
  } else if (exists("flake.nix")) {
    container.installable = installable_of_flake(world);
  } else {
    container.flake = template_of(options.value("template").value_or("nixos"));
    container.installable = ".#devcontainer";
    container.boots = container.flake == FlakeTemplate::nixos;
    if (container.boots && container.remote_user.empty()) container.remote_user = "dev";
  }
  return container;
}

void refuse_to_overwrite(const std::vector<NewFile>& files) {
  std::vector<std::string> there;
  for (const NewFile& file : files)
    if (exists(file.path)) there.push_back(file.path);
  if (there.empty()) return;
  throw Error(ErrorKind::invalid_input, format("there is {} already", fmt::join(there, ", ")))
      .with_hint("--force writes over it");
}

void write(const NewFile& file) {
  std::error_code error;
  const fs::path folder = fs::path(file.path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) throw system_error(error.value(), format("cannot create {}", folder.string()));
  write_file_atomically(file.path, file.content);
}

bool is_in_git() {
  std::error_code error;
  for (fs::path folder = fs::current_path(); folder != folder.root_path();
       folder = folder.parent_path())
    if (fs::exists(folder / ".git", error)) return true;
  return false;
}

} // namespace

int run_devcontainer_init(const ParsedOptions& options, World& world) {
  const std::vector<NewFile> files = devcontainer::new_files(container_for(options, world));
  if (!options.is_on("force")) refuse_to_overwrite(files);
  std::string names;
  for (const NewFile& file : files) {
    write(file);
    world.out.write(format("Wrote {}\n", file.path));
    names += " " + file.path;
  }
  if (is_in_git()) world.out.write(format("Flakes see only what git knows: git add{}\n", names));
  world.out.write("Then \"Dev Containers: Reopen in Container\", or docker nixbuild devcontainer "
                  "up.\n");
  return 0;
}

} // namespace nixbuild::plugin
