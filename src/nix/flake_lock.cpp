#include "nix/flake_lock.hpp"

#include "oci/json.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::nix {

namespace json = boost::json;

namespace {

constexpr std::string_view what = "flake.lock";

std::string text_of(const json::object& locked, std::string_view key) {
  return oci::string_member(locked, key, what);
}

std::string address_of(const json::object& locked) {
  const std::string type = text_of(locked, "type");
  const std::string owner = text_of(locked, "owner");
  const std::string repo = text_of(locked, "repo");
  std::string host = text_of(locked, "host");
  if (type == "github" || type == "gitlab") {
    if (host.empty()) host = type + ".com";
    return format("https://{}/{}/{}", host, owner, repo);
  }
  if (type == "sourcehut")
    return format("https://{}/{}/{}", host.empty() ? "git.sr.ht" : host, owner, repo);
  std::string url = text_of(locked, "url");
  if (!url.empty()) return url;
  const std::string path = text_of(locked, "path");
  return path.empty() ? type : format("path:{}", path);
}

} // namespace

std::vector<LockedInput> parse_flake_lock(std::string_view text) {
  std::vector<LockedInput> inputs;
  const json::value file = oci::parse_json(text, what);
  const json::value* const nodes = oci::as_object(file, what).if_contains("nodes");
  if (nodes == nullptr) return inputs;
  for (const auto& node : oci::as_object(*nodes, what)) {
    const json::value* const found = oci::as_object(node.value(), what).if_contains("locked");
    if (found == nullptr) continue;
    const json::object& locked = oci::as_object(*found, what);
    inputs.push_back({.node = node.key(),
                      .address = address_of(locked),
                      .revision = text_of(locked, "rev"),
                      .nar_hash = text_of(locked, "narHash")});
  }
  return inputs;
}

} // namespace nixbuild::nix
