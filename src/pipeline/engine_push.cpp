#include "pipeline/engine_push.hpp"

#include "pipeline/connection.hpp"
#include "pipeline/registries.hpp"
#include "registry/credentials.hpp"
#include "registry/url.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

// As moby's api/pkg/authconfig has it: JSON without what is empty, in base64 with the alphabet of
// URLs.
std::string header_of(const registry::Credentials& credentials, const oci::Reference& name) {
  json::object object;
  const auto put = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) object.emplace(key, value);
  };
  put("username", credentials.username);
  put("password", credentials.password);
  put("identitytoken", credentials.identity_token);
  put("registrytoken", credentials.registry_token);
  if (!object.empty()) put("serveraddress", registry::login_key(name.domain()));
  std::string text = registry::base64(json::serialize(object));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

// An engine does not say which digest it has pushed where that is its own ID of the image.
std::optional<oci::Digest> id_of(const oci::Reference& name, engine::Engine& engine,
                                 const CancelToken& cancel) {
  const auto image = engine.inspect_image(name.str(), cancel);
  if (!image) return std::nullopt;
  auto digest = oci::Digest::parse(image->id);
  if (!digest) return std::nullopt;
  return *std::move(digest);
}

} // namespace

BuildReport push_from_engine(const image::ImageSet& images,
                             const std::vector<oci::Reference>& names, const BuildRequest& request,
                             World& world, const CancelToken& cancel) {
  Connection connection = connect(request.docker, world);
  BuildReport report;
  for (const oci::Reference& name : names) {
    const std::string credentials =
        header_of(credentials_for(name, request.docker, world, cancel), name);
    progress::as_step(
        world.reporter, format("push {}", name.familiar()), [&](progress::Step& step) {
          const auto on_layer = [&](std::string_view layer, std::uint64_t current,
                                    std::uint64_t total) { step.advance(layer, current, total); };
          auto digest = connection.engine.push_image(name, credentials, on_layer, cancel);
          if (!digest) digest = id_of(name, connection.engine, cancel);
          report.pushed.push_back({.digest = digest.value_or(images.front().image.config_digest),
                                   .media_type = {},
                                   .config_digest = images.front().image.config_digest,
                                   .names = {name},
                                   .platforms = {}});
        });
  }
  return report;
}

} // namespace nixbuild::pipeline
