#pragma once

#include "engine/engine.hpp"
#include "oci/reference.hpp"
#include "progress/reporter.hpp"
#include "support/cancel.hpp"

#include <optional>
#include <string>
#include <vector>

// A container beside the engine that has Nix, for engines whose machine no command gets into: its
// store is a volume, and the engine's socket is bound into it. It sleeps; programs are started in
// it by `docker exec`. Nothing of the project is mounted: sources are sent.
namespace nixbuild::builder {

// Where the container has the engine's socket.
inline constexpr const char* socket_in_container = "/var/run/docker.sock";

// Of containers and volumes of ours: the builder's name.
inline constexpr const char* builder_label = "com.docker-nixbuild.builder";

// What the user can choose of a builder container; empty means the usual.
struct ContainerOptions {
  std::string image;                    // has Nix in /nix, and sh, sha256sum, find, git
  std::string volume;                   // of /nix; usually named as the container
  std::string socket;                   // the engine's, by its path on the engine's machine
  std::string network;                  // as docker run --network
  std::vector<std::string> environment; // "NAME=VALUE", over what we set
  bool operator==(const ContainerOptions&) const = default;
};

// The image that `options` mean.
[[nodiscard]] std::string image_of(const ContainerOptions& options);

// What was called for when a container with these labels was made; empty: the usual.
[[nodiscard]] std::string chosen_image(const engine::Labels& labels);

// The ID of the image that a container or volume with these labels was made from; empty where they
// do not say.
[[nodiscard]] std::string image_id_of(const engine::Labels& labels);

// The names in the engine of what the builder `name` is made of.
[[nodiscard]] std::string container_of(const std::string& name);
[[nodiscard]] std::string volume_of(const std::string& name, const ContainerOptions& options);

// Sees to it that the container of the builder `name` runs, as `options` want it and from the image
// that the engine has under that name now (no name: of what the container is made of): creates,
// starts or replaces it, pulls the image when the engine does not have it. A volume that was filled
// from another image is emptied first, since the programs of the new one would be missing in it.
// What takes its time is a step of `reporter`. Concurrent calls share one container. Throws an
// Error as the engine does; invalid_input for an image that is no reference.
void run_builder_container(engine::Engine& engine, const std::string& name,
                           const ContainerOptions& options, progress::Reporter& reporter,
                           const CancelToken& cancel);

// Removes the container, and unless `keep_volume` its store; whether there was anything.
bool remove_builder_container(engine::Engine& engine, const std::string& name,
                              const ContainerOptions& options, bool keep_volume,
                              const CancelToken& cancel);

} // namespace nixbuild::builder
