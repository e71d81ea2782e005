#include "image/oci_layout.hpp"

#include "image/file_errors.hpp"
#include "image/layer_limit.hpp"
#include "image/layout_index.hpp"
#include "oci/image_config.hpp"
#include "oci/json.hpp"
#include "oci/platform_match.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace nixbuild::image {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(std::string message) {
  throw Error(ErrorKind::corrupt, std::move(message));
}

void require_version(LayoutReader& reader) {
  const auto value = oci::parse_json(reader.read(oci_layout_file), oci_layout_file);
  const std::string version = oci::string_member(oci::as_object(value, oci_layout_file),
                                                 "imageLayoutVersion", oci_layout_file);
  if (!version.starts_with("1.")) {
    fail(format("it is an OCI image layout of version '{}', and only 1.0.0 is known", version));
  }
}

[[noreturn]] void no_image_for(const oci::Platform& wanted, std::string_view name,
                               const std::vector<ListedManifest>& manifests) {
  std::set<std::string> platforms;
  for (const ListedManifest& manifest : manifests)
    platforms.insert(manifest.platform.str());
  std::string list;
  for (const std::string& platform : platforms)
    list += (list.empty() ? "" : ", ") + platform;
  const std::string subject = name.empty() ? "it" : format("its image {}", name);
  throw Error(ErrorKind::invalid_input,
              format("{} is not there for {}, only for {}", subject, wanted.str(), list))
      .with_hint(
          format("to load one of these all the same, add --platform {}", *platforms.begin()));
}

// Of the images that have the same name, the nearest to `wanted`.
std::vector<ListedManifest> chosen_for(const oci::Platform& wanted, PlatformRule rule,
                                       std::string_view name,
                                       std::vector<ListedManifest> manifests) {
  const auto distance = [&](const ListedManifest& manifest) {
    return oci::platform_distance(wanted, manifest.platform);
  };
  std::optional<int> nearest;
  for (const ListedManifest& manifest : manifests) {
    const auto here = distance(manifest);
    if (here && (!nearest || *here < *nearest)) nearest = here;
  }
  if (!nearest) {
    const bool single = std::ranges::all_of(manifests, [&](const ListedManifest& manifest) {
      return manifest.platform == manifests.front().platform;
    });
    if (rule == PlatformRule::preferred && single) return manifests;
    no_image_for(wanted, name, manifests);
  }
  std::erase_if(manifests, [&](const auto& manifest) { return distance(manifest) != nearest; });
  return manifests;
}

class LayoutImages {
public:
  explicit LayoutImages(const LayoutFiles& files) : reader_(files) {}

  std::vector<Image> images(const oci::Platform& wanted, PlatformRule rule) {
    require_version(reader_);
    std::map<std::string, std::vector<ListedManifest>> by_name;
    for (ListedManifest& manifest : list_manifests(reader_))
      by_name[manifest.name].push_back(std::move(manifest));
    if (by_name.empty()) fail("it is an OCI image layout without images");
    for (auto& [name, manifests] : by_name) {
      for (const ListedManifest& manifest : chosen_for(wanted, rule, name, std::move(manifests)))
        add(manifest);
    }
    return std::move(images_);
  }

private:
  void add(const ListedManifest& listed) {
    const auto known = std::ranges::find(digests_, listed.descriptor.digest);
    const auto index = static_cast<std::size_t>(known - digests_.begin());
    if (known == digests_.end()) {
      images_.push_back(image(listed));
      digests_.push_back(listed.descriptor.digest);
    }
    if (listed.name.empty()) return;
    const auto name = oci::Reference::parse(listed.name);
    if (!name) fail(format("its image is called '{}': {}", listed.name, name.error()));
    auto& names = images_[index].names;
    if (std::ranges::find(names, *name) == names.end()) names.push_back(*name);
  }

  Image image(const ListedManifest& listed) {
    const std::string what = listed.descriptor.digest.str();
    std::string text =
        listed.text.empty() ? reader_.read(listed.descriptor, oci::largest_manifest) : listed.text;
    const auto manifest = oci::parse_manifest(text, what);
    if (!manifest) fail(format("the manifest {} is not the one of a container image", what));
    std::string config_text = reader_.read(manifest->config, oci::largest_image_config);
    const oci::ImageConfig config =
        oci::parse_image_config(config_text, manifest->config.digest.str());
    require_layer_count(manifest->layers.size(), "the image", "build it with fewer layers");
    if (manifest->layers.size() != config.diff_ids.size()) {
      fail(format("the manifest {} names {} layers, but the config {} has {} diff IDs", what,
                  manifest->layers.size(), manifest->config.digest.str(), config.diff_ids.size()));
    }
    Image image{.config = std::move(config_text),
                .config_digest = manifest->config.digest,
                .platform = config.platform,
                .layers = {},
                .names = {},
                .manifest = ImageManifest{.text = std::move(text),
                                          .media_type = manifest->media_type,
                                          .digest = listed.descriptor.digest}};
    for (std::size_t i = 0; i < manifest->layers.size(); ++i)
      image.layers.push_back(layer(manifest->layers[i], config.diff_ids[i]));
    return image;
  }

  [[nodiscard]] Layer layer(const oci::Descriptor& blob, const oci::Digest& diff_id) const {
    const std::string_view type = oci::oci_layer_type(blob.media_type);
    if (type.empty()) {
      fail(format("its layer {} is of the type '{}', which engines do not read", blob.digest.str(),
                  blob.media_type));
    }
    const std::string name = LayoutReader::name_of(blob);
    const std::uint64_t size = reader_.files().size(name);
    if (size != blob.size) {
      fail(format("its file {} has {} bytes, and {} in the manifest", name, size, blob.size));
    }
    if (type == oci::media_type::layer && blob.digest != diff_id) {
      fail(format("its layer {} is not compressed, and has the diff ID {} all the same",
                  blob.digest.str(), diff_id.str()));
    }
    return {.diff_id = diff_id,
            .digest = blob.digest,
            .size = size,
            .media_type = std::string(type),
            .content = reader_.files().layer(name),
            .origins = {name}};
  }

  LayoutReader reader_;
  std::vector<Image> images_;
  std::vector<oci::Digest> digests_; // of the manifests of images_
};

} // namespace

bool is_oci_layout_folder(const fs::path& path) {
  std::error_code problem;
  return fs::is_regular_file(path / oci_layout_file, problem);
}

std::vector<Image> oci_layout_images(const LayoutFiles& files, const oci::Platform& wanted,
                                     PlatformRule rule) {
  return LayoutImages(files).images(wanted, rule);
}

std::vector<Image> read_oci_layout_folder(const fs::path& folder, const oci::Platform& wanted) {
  return naming_file(folder, [&] { return oci_layout_images(LayoutFolder(folder), wanted); });
}

} // namespace nixbuild::image
