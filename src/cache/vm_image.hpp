#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::cache {

// The image of a virtual machine that builds for Linux.
struct VmImage {
  std::string builder; // "nix-rosetta-builder", "linux-builder"
  std::string path;    // in the store
};

// The one that the system with the closure `paths` starts: nix-rosetta-builder names it as a
// location in rosetta-builder.yaml, linux-builder by its script create-builder. `read` gives the
// content of a file. Throws an Error of kind corrupt for a rosetta-builder.yaml without an image.
[[nodiscard]] std::optional<VmImage>
vm_image_in(const std::vector<std::string>& paths,
            const std::function<std::string(const std::string& file)>& read);

// The attribute of `flake` that is the image, when `flake` names none itself:
// nix-rosetta-builder's.
[[nodiscard]] std::string vm_image_of_flake(const std::string& flake);

} // namespace nixbuild::cache
