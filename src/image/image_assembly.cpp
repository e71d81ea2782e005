#include "image/image_assembly.hpp"

#include "image/layer_digests.hpp"
#include "image/layering.hpp"
#include "image/store_layer.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr std::string_view bundle_in_package = "/etc/ssl/certs/ca-bundle.crt";
constexpr std::string_view bundle_in_image = "/etc/ssl/certs/ca-bundle.crt";

// For `docker history`; whole lists would make the config larger than some layers.
std::string comment_on(const std::vector<std::string>& paths) {
  constexpr std::size_t most_named = 3;
  std::string text = paths.size() == 1 ? "store path: " : format("{} store paths: ", paths.size());
  for (std::size_t i = 0; i < std::min(paths.size(), most_named); ++i)
    text += format("{}{}", i == 0 ? "" : ", ", nix::store_name(paths[i]));
  return paths.size() > most_named ? text + ", …" : text;
}

bool lead_to_one_of(const std::vector<std::string>& links, const std::vector<std::string>& paths) {
  return std::ranges::any_of(links, [&](const std::string& link) {
    return std::ranges::any_of(paths, [&](const std::string& path) {
      return link == path || link.starts_with(path + "/");
    });
  });
}

} // namespace

const std::string& root_path(const ClosureSource& source) {
  return source.closure.paths.at(source.closure.roots.at(0)).path;
}

StoreView store_of(const ClosureSource& source) {
  const std::string& root = root_path(source);
  return StoreView(root.substr(0, root.rfind('/')), source.store_root);
}

std::string lowest_program(const ClosureSource& source, const StoreView& store,
                           std::string_view program) {
  for (const std::size_t i : bottom_up_order(source.closure)) {
    const std::string candidate = format("{}/{}", source.closure.paths[i].path, program);
    if (store.is_program(candidate)) return candidate;
  }
  return {};
}

void add_certificates(const ClosureSource& source, const StoreView& store, RootFiles& files,
                      ContainerConfig& config) {
  for (const nix::ClosurePath& path : source.closure.paths) {
    const std::string bundle = path.path + std::string(bundle_in_package);
    if (!store.exists(bundle)) continue;
    // The second is where Debian has it and Go looks first.
    for (const std::string_view place :
         {bundle_in_image, std::string_view("/etc/ssl/certs/ca-certificates.crt")})
      files.link(std::string(place), bundle);
    set_variable(config.env, format("SSL_CERT_FILE={}", bundle_in_image));
    return;
  }
}

Image assemble_image(const ClosureSource& source, const ClosureImageOptions& options,
                     const RootFiles& files, const ContainerConfig& config, DigestTrust trust,
                     DigestCache& cache, progress::Reporter& reporter, const CancelToken& cancel) {
  const auto store_layers = layers_of(source.closure, options.max_layers - 1);
  std::vector<std::shared_ptr<const LayerContent>> contents;
  std::vector<std::string> comments;
  for (const std::vector<std::string>& paths : store_layers) {
    contents.push_back(docker_tools_layer(paths, {}, source.store_root));
    comments.push_back(comment_on(paths));
  }
  // Engines keep only what lies below the first changed layer.
  const bool changes_with_root = lead_to_one_of(files.link_targets(), store_layers.back());
  const auto place = changes_with_root ? static_cast<std::ptrdiff_t>(contents.size()) : 0;
  contents.insert(contents.begin() + place, files.layer());
  comments.insert(comments.begin() + place, "files around the store");

  const auto digests = digest_layers(contents, cache, reporter, cancel, trust);
  Image image{.config = {},
              .config_digest = oci::Digest::of(""),
              .platform = source.platform,
              .layers = plain_layers(std::move(contents), digests),
              .names = {}};
  for (Layer& layer : image.layers)
    layer.movable = true;
  image.layers[static_cast<std::size_t>(place)].movable = false; // "files around the store"
  ContainerConfig labelled = config;
  labelled.labels.try_emplace(std::string(store_path_label), root_path(source));
  image.config = config_json(source.platform, labelled, image.layers, comments);
  image.config_digest = oci::Digest::of(image.config);
  return image;
}

} // namespace nixbuild::image
