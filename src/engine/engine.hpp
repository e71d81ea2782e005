#pragma once

#include "engine/containers.hpp"
#include "http/socket_client.hpp"
#include "oci/digest.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "support/cancel.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::engine {

enum class ImageStore {
  graph_driver,
  containerd,
  containers_storage, // Podman's
};

struct ApiVersion {
  int major_number = 1;
  int minor_number = 0;
  [[nodiscard]] static std::optional<ApiVersion> parse(std::string_view text); // "1.41", "v1.41"
  [[nodiscard]] std::string str() const;
  auto operator<=>(const ApiVersion&) const = default;
};

// The newest and the oldest version that we speak.
constexpr ApiVersion newest_api{1, 51};
constexpr ApiVersion oldest_api{1, 24};

// What an engine says of itself.
struct Facts {
  std::string product; // "Docker Engine", "Podman Engine"
  std::string version; // "28.5.2"
  ApiVersion api;      // the one that we speak with it
  oci::Platform platform;
  ImageStore store = ImageStore::graph_driver;
  std::string driver; // "overlay2", "overlayfs"
  std::string id;     // the engine's own, stable ID; empty for Podman
  std::string host_name;
  std::string operating_system; // "Debian GNU/Linux 12 (bookworm)", "Docker Desktop"
  std::string kernel;           // "6.10.14-linuxkit"
  std::string cgroup_version;   // "1", "2"; empty where it does not say
  bool rootless = false;

  // Whether a load that names its platform fails unless every blob of the image is there then
  // (moby daemon/containerd, verifyImagesProvidePlatform, API 1.48).
  [[nodiscard]] bool checks_loads() const {
    return store == ImageStore::containerd && api >= ApiVersion{1, 48};
  }
};

struct ImageDetails {
  std::string
      id; // "sha256:…": config digest (graph driver, Podman) or manifest digest (containerd)
  std::vector<std::string> repo_tags;
  std::vector<oci::Digest> diff_ids;
  // Whether all its blobs are there, where the engine says: containerd, API 1.48 or newer.
  std::optional<bool> available = {};
  // Of its descriptor, as the tar had them that it came in; from the same engines.
  std::map<std::string, std::string> annotations = {};
  Labels labels = {};
  // How a container starts and stops.
  std::vector<std::string> entrypoint = {};
  std::vector<std::string> cmd = {};
  std::vector<std::string> env = {}; // "NAME=VALUE"
  std::string stop_signal = {};
  std::string user = {};
  std::string architecture = {}; // as OCI names it
};

struct LabelledImage {
  std::string id;
  std::string value; // of the label that was asked for
  bool named = false;
  std::uint64_t size = 0; // in bytes, with what it shares with others
};

// Told how much of a layer the engine has done, where it says: (first 12 hex digits of the layer's
// ID, bytes done, bytes in all).
using LayerProgress = std::function<void(std::string_view, std::uint64_t, std::uint64_t)>;

// A tar to be loaded.
struct Load {
  std::uint64_t size = 0;                    // of the tar, in bytes
  std::function<void(archive::Sink&)> write; // writes exactly so many
  std::optional<oci::Platform> platform;     // engines that can then check every blob
  LayerProgress on_layer;                    // of what is unpacked, by diff ID
};

struct NamelessImage {
  std::string id;
  std::uint64_t size = 0; // as the engine counts: layers that others share, too
};

struct ConnectionOptions {
  std::string base_path;                 // prefix of every request's path (tcp://host:port/base)
  http::Headers headers;                 // on every request
  std::optional<ApiVersion> api_ceiling; // DOCKER_API_VERSION
  // For requests that a healthy engine answers at once. Loads and lists take as long as they take.
  std::chrono::milliseconds answer_limit{60'000};
};

// The Engine API (docs.docker.com/reference/api/engine) of one engine. All calls throw an Error:
// unavailable when nothing answers or not in time, refused with the daemon's own message as detail,
// cancelled. Images are named by oci::Reference::str() or by an ID ("sha256:…").
class Engine {
public:
  Engine(std::shared_ptr<http::Connector> connector, ConnectionOptions options);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // The same engine by a connection of its own, to be used on another thread or with another
  // ConnectionOptions::answer_limit.
  [[nodiscard]] Engine
  another_connection(std::optional<std::chrono::milliseconds> answer_limit = {}) const;

  // Asks once, agreeing on an API version; later calls answer from memory.
  [[nodiscard]] const Facts& facts(const CancelToken& cancel);

  // Nothing when there is no such image.
  [[nodiscard]] std::optional<ImageDetails> inspect_image(std::string_view reference,
                                                          const CancelToken& cancel);

  // POST /images/load. Reads the JSON answer to its end; an error inside it is thrown as refused
  // (no_space when that is what it says), a text such as containerd's "Error unpacking image" too.
  // Returns the daemon's message lines ("Loaded image ID: sha256:…").
  std::vector<std::string> load_images(const Load& load, const CancelToken& cancel);

  // Which of `blobs` a containerd image store holds, by BuildKit's view of its Content service.
  // Nothing when the engine does not offer that.
  [[nodiscard]] std::optional<std::set<oci::Digest>>
  present_blobs(const std::vector<oci::Digest>& blobs, const CancelToken& cancel);

  // The images that have the label `label`, with its value.
  [[nodiscard]] std::vector<LabelledImage> images_with_label(std::string_view label,
                                                             const CancelToken& cancel);

  // The images that have no name.
  [[nodiscard]] std::vector<NamelessImage> nameless_images(const CancelToken& cancel);

  // The IDs of all images.
  [[nodiscard]] std::vector<std::string> image_ids(const CancelToken& cancel);

  // Gives the image `id` the name `name`, taking it from whichever image had it. Throws not_found
  // when there is no such image.
  void tag_image(std::string_view id, const oci::Reference& name, const CancelToken& cancel);

  // Removes an image by ID without its parents; false when it is in use or not there.
  bool remove_image(std::string_view id, const CancelToken& cancel);

  // Brings `image` from its registry, as far as that asks for no password. `on_layer` as in Load.
  void pull_image(const oci::Reference& image, const LayerProgress& on_layer,
                  const CancelToken& cancel);

  // Has the engine push `name`, which it has, to its registry. `credentials` is what the header
  // X-Registry-Auth holds (docker-api "Authentication"): JSON in base64url. Throws an Error of kind
  // refused for what the registry says, too. Returns the digest that it has there, where told.
  std::optional<oci::Digest> push_image(const oci::Reference& name, const std::string& credentials,
                                        const LayerProgress& on_layer, const CancelToken& cancel);

  // By name or ID. Nothing when there is no such container.
  [[nodiscard]] std::optional<ContainerDetails> inspect_container(std::string_view container,
                                                                  const CancelToken& cancel);

  // The containers, running or not, that have the label `label` with the value `value`.
  [[nodiscard]] std::vector<ListedContainer>
  containers_with_label(std::string_view label, std::string_view value, const CancelToken& cancel);

  // Creates a container that does not run yet; false when another one has the name.
  bool create_container(std::string_view name, const ContainerSpec& spec,
                        const CancelToken& cancel);

  // All containers, running or not.
  [[nodiscard]] std::vector<ListedContainer> containers(const CancelToken& cancel);

  // Does nothing when it runs already; false when there is no such container.
  bool start_container(std::string_view container, const CancelToken& cancel);

  // What a container has at `path`, running or not, as a tar: a link as a link. Nothing when it is
  // not there, or there is no such container.
  [[nodiscard]] std::optional<std::string>
  container_archive(std::string_view container, std::string_view path, const CancelToken& cancel);

  // What is at `path` in a container, running or not. Nothing when it is not there, or there is no
  // such container.
  [[nodiscard]] std::optional<PathStat>
  stat_in_container(std::string_view container, std::string_view path, const CancelToken& cancel);

  // Stops and removes it; false when there is no such container, or somebody else removes it.
  bool remove_container(std::string_view container, const CancelToken& cancel);

  // Nothing when there is no such volume.
  [[nodiscard]] std::optional<VolumeDetails> inspect_volume(std::string_view name,
                                                            const CancelToken& cancel);

  // The volumes that have the label `label`.
  [[nodiscard]] std::vector<VolumeDetails> volumes_with_label(std::string_view label,
                                                              const CancelToken& cancel);

  // Does nothing when there is a volume of that name, whatever its labels.
  void create_volume(std::string_view name, const Labels& labels, const CancelToken& cancel);

  // False when there is no such volume.
  bool remove_volume(std::string_view name, const CancelToken& cancel);

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace nixbuild::engine
