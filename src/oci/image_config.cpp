#include "oci/image_config.hpp"

#include "oci/json.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace json = boost::json;

namespace nixbuild::oci {

namespace {

Platform platform_of(const json::object& config, std::string_view what) {
  // Docker's own default where a config of old does not say its system.
  std::string os = string_member(config, "os", what);
  if (os.empty()) os = "linux";
  const std::string architecture = string_member(config, "architecture", what);
  if (architecture.empty()) {
    throw Error(ErrorKind::corrupt, format("{} does not say its architecture", what));
  }
  return Platform::normalised(os, architecture, string_member(config, "variant", what));
}

} // namespace

ImageConfig parse_image_config(std::string_view text, std::string_view what) {
  if (text.size() > largest_image_config) {
    throw Error(ErrorKind::corrupt,
                format("{} is larger than {}", what, format_bytes(largest_image_config)));
  }
  const json::value value = parse_json(text, what);
  const json::object& config = as_object(value, what);
  ImageConfig result{.platform = platform_of(config, what), .diff_ids = {}};

  const json::value* const rootfs = config.if_contains("rootfs");
  if (rootfs == nullptr) {
    throw Error(ErrorKind::corrupt, format("{} has no \"rootfs\", so it is no image config", what));
  }
  const std::string rootfs_name = format("\"rootfs\" of {}", what);
  for (const std::string& diff_id :
       strings_member(as_object(*rootfs, rootfs_name), "diff_ids", rootfs_name)) {
    const auto digest = Digest::parse(diff_id);
    if (!digest) {
      throw Error(ErrorKind::corrupt,
                  format("{} has a bad diff ID '{}': {}", what, diff_id, digest.error()));
    }
    result.diff_ids.push_back(*digest);
  }
  return result;
}

} // namespace nixbuild::oci
