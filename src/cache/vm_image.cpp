#include "cache/vm_image.hpp"

#include "nix/closure.hpp"
#include "nix/store_path.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <string_view>

namespace nixbuild::cache {

namespace {

constexpr std::string_view store = "/nix/store/";

// The store path that "location: /nix/store/<path>/nixos.qcow2" is in.
std::optional<std::string> image_location(std::string_view yaml) {
  constexpr std::string_view key = "location";
  for (std::size_t at = yaml.find(key); at != std::string_view::npos; at = yaml.find(key, at + 1)) {
    const std::string_view line = yaml.substr(at, yaml.find('\n', at) - at);
    const std::size_t begin = line.find(store);
    if (begin == std::string_view::npos) continue;
    const std::string_view rest = line.substr(begin);
    std::string path(rest.substr(0, rest.find_first_of("/\"', }", store.size())));
    if (nix::is_store_path(path)) return path;
  }
  return std::nullopt;
}

} // namespace

std::optional<VmImage> vm_image_in(const std::vector<std::string>& paths,
                                   const std::function<std::string(const std::string&)>& read) {
  for (const std::string& path : paths) {
    if (nix::store_name(path) != "rosetta-builder.yaml") continue;
    auto image = image_location(read(path));
    if (!image) throw Error(ErrorKind::corrupt, format("{} names no image", path));
    return VmImage{.builder = "nix-rosetta-builder", .path = *std::move(image)};
  }
  for (const std::string& path : paths)
    if (nix::store_name(path) == "create-builder")
      return VmImage{.builder = "linux-builder", .path = path};
  return std::nullopt;
}

std::string vm_image_of_flake(const std::string& flake) {
  return flake.contains('#') ? flake : format("{}#packages.aarch64-linux.image", flake);
}

} // namespace nixbuild::cache
