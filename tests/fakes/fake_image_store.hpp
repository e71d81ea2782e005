#pragma once

#include "fakes/fake_engine.hpp"
#include "oci/digest.hpp"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::fakes {

// The images of a FakeEngine: loads, inspects, lists, tags and removes them by the rules of the
// real image stores (which files of a tar may be missing, what failing loads say and leave behind).
class FakeImageStore {
public:
  enum class Kind { graph_driver, containerd, podman };

  // One POST /images/load.
  struct SeenLoad {
    std::set<std::string> blobs; // digests of the layers in the tar
    std::string image;           // ID of what the tar's metadata describe
    std::string error;           // as answered; empty for a success
  };

  // Answers for `engine` from now on; nobody may ask it when this is gone.
  FakeImageStore(FakeEngine& engine, Kind kind);

  // The answer to POST /images/load, for tests that answer it themselves at times.
  FakeEngine::Reply load(const ReceivedRequest& request);
  // … and to requests for one image.
  FakeEngine::Reply other(const ReceivedRequest& request);

  [[nodiscard]] std::vector<SeenLoad> loads() const;
  [[nodiscard]] std::map<std::string, std::string> tags() const; // "repository:tag" → image ID
  [[nodiscard]] std::set<std::string> images() const;            // IDs
  // The IDs of those with this label.
  [[nodiscard]] std::set<std::string> images_labelled(const std::string& label) const;

  // The load with this number (from 0) is answered with this error and changes nothing.
  void fail_load(std::size_t number, std::string text);
  // Forgets the layer before the load with this number, with every image that holds it.
  void lose_before_load(std::size_t number, const oci::Digest& layer);
  // Forgets the layer now.
  void forget(const oci::Digest& layer);
  // Removing this image is refused: a container uses it.
  void use(const std::string& image);
  void add_tag(const std::string& name, const std::string& image);
  void remove_tag(const std::string& name);

private:
  struct StoredImage {
    std::vector<std::string> diff_ids;
    std::set<std::string> blobs; // of its layers, that are there
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> annotations; // of its descriptor
    bool complete = true;
  };
  struct Tar;

  FakeEngine::Reply inspect(const std::string& reference) const;
  FakeEngine::Reply list(const std::string& query) const;
  FakeEngine::Reply remove(const std::string& id);
  FakeEngine::Reply tag(const std::string& id, const std::string& query);
  [[nodiscard]] std::string missing_layer(const StoredImage& image,
                                          const std::set<std::string>& in_tar) const;
  void forget_images_of(const std::string& layer);

  const Kind kind_;
  mutable std::mutex mutex_;
  std::map<std::string, StoredImage> images_;
  std::map<std::string, std::string> tags_;
  std::set<std::string> used_;
  std::map<std::size_t, std::string> failing_;
  std::map<std::size_t, std::string> losing_;
  std::vector<SeenLoad> loads_;
};

} // namespace nixbuild::fakes
