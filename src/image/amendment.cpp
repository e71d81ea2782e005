#include "image/amendment.hpp"

#include "archive/text_sink.hpp"
#include "image/amended_config.hpp"
#include "image/file_search.hpp"
#include "image/layer_limit.hpp"
#include "image/root_files.hpp"
#include "support/format.hpp"

#include <expected>
#include <memory>
#include <span>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr const char* passwd_file = "/etc/passwd";
constexpr const char* group_file = "/etc/group";
constexpr std::string_view plain_layer_type = "application/vnd.oci.image.layer.v1.tar";

Layer plain_layer(std::shared_ptr<const LayerContent> content, const CancelToken& cancel) {
  archive::TextSink bytes;
  content->write_to(bytes, cancel);
  const oci::Digest digest = oci::Digest::of(bytes.text());
  return {.diff_id = digest,
          .digest = digest,
          .size = bytes.text().size(),
          .media_type = std::string(plain_layer_type),
          .content = std::move(content),
          .origins = {}};
}

// A folder of the layer would take the place of a link.
std::expected<RenumberedAccounts, std::string>
accounts_of(const Image& image, const AccountNumbers& numbers, const CancelToken& cancel) {
  const FoundFile passwd = find_file(image, passwd_file, cancel);
  const FoundFile group = find_file(image, group_file, cancel);
  if (passwd.behind_link || group.behind_link) return std::unexpected("its /etc is a link");
  return renumbered(passwd.content, group.content, numbers);
}

std::optional<Layer> account_layer(const Image& image, const AccountNumbers& numbers,
                                   const std::function<void(const std::string&)>& tell,
                                   const CancelToken& cancel) {
  const auto accounts = accounts_of(image, numbers, cancel);
  if (!accounts) {
    tell(format("the user {} of the image does not get the number {}: {}", numbers.user,
                numbers.uid, accounts.error()));
    return std::nullopt;
  }
  if (!accounts->changed) return std::nullopt;
  RootFiles files;
  files.file(passwd_file, accounts->passwd);
  files.file(group_file, accounts->group);
  if (!accounts->home.empty() && !find_file(image, accounts->home + "/.", cancel).behind_link)
    files.directory(accounts->home, 0700, {.uid = accounts->uid, .gid = accounts->gid});
  return plain_layer(files.layer(), cancel);
}

} // namespace

Image amended(Image image, const Amendments& amendments,
              const std::function<void(const std::string&)>& tell, const CancelToken& cancel) {
  const Amendment& amendment = starts_init(image.config) ? amendments.booting : amendments.others;
  std::optional<oci::Digest> diff_id;
  auto layer = amendment.numbers ? account_layer(image, *amendment.numbers, tell, cancel)
                                 : std::optional<Layer>();
  if (layer) {
    require_layer_count(image.layers.size() + 1, "the image, with a layer for the dev container,",
                        "build it with fewer layers");
    diff_id = layer->diff_id;
    image.layers.push_back(*std::move(layer));
  }
  image.config = amended_config(image.config, amendment, diff_id);
  image.config_digest = oci::Digest::of(image.config);
  image.manifest.reset();
  return image;
}

} // namespace nixbuild::image
