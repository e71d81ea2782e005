#include "image/provenance.hpp"

#include "image/utc_time.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace nixbuild::image {

namespace json = boost::json;

namespace {

// Says what the parameters mean; need not lead anywhere.
constexpr const char* build_type = "urn:docker-nixbuild:build:v1";

void add(json::object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

// `address` without user, password and query, which may hold secrets.
std::string without_secrets(std::string address) {
  const std::size_t scheme = address.find("://");
  if (scheme == std::string::npos) return address;
  const std::size_t start = scheme + 3;
  const std::size_t host_end = std::min(address.find_first_of("/?#", start), address.size());
  const std::size_t at = address.rfind('@', host_end);
  if (at != std::string::npos && at >= start && at < host_end) address.erase(start, at + 1 - start);
  return address.substr(0, address.find('?'));
}

// A ResourceDescriptor of in-toto. Nothing where it would have no digest.
std::optional<json::object> resource(const std::string& name, const std::string& address,
                                     const char* algorithm, const std::string& digest) {
  if (digest.empty()) return std::nullopt;
  json::object object;
  add(object, "name", name);
  add(object, "uri", without_secrets(address));
  object["digest"] = json::object{{algorithm, digest}};
  return object;
}

json::array dependencies_of(const ProvenanceFacts& facts) {
  json::array dependencies;
  const auto add_resource = [&dependencies](std::optional<json::object> object) {
    if (object) dependencies.push_back(*std::move(object));
  };
  add_resource(resource("source", facts.source, "gitCommit", facts.revision));
  add_resource(resource("flake.lock", "", "sha256", facts.lock_digest));
  if (!facts.derivation.empty())
    dependencies.push_back(json::object{{"name", "derivation"}, {"uri", facts.derivation}});
  for (const nix::LockedInput& input : facts.inputs) {
    auto object = resource(input.node, input.address, "gitCommit", input.revision);
    if (!object)
      object = json::object{{"name", input.node}, {"uri", without_secrets(input.address)}};
    if (!input.nar_hash.empty())
      (*object)["annotations"] = json::object{{"narHash", input.nar_hash}};
    dependencies.push_back(*std::move(object));
  }
  return dependencies;
}

json::object definition_of(const ProvenanceFacts& facts) {
  json::object external;
  add(external, "installable", without_secrets(facts.installable));
  add(external, "platform", facts.platform);
  json::object internal{{"dirty", facts.dirty}};
  add(internal, "attribute", facts.attribute);
  return {{"buildType", build_type},
          {"externalParameters", std::move(external)},
          {"internalParameters", std::move(internal)},
          {"resolvedDependencies", dependencies_of(facts)}};
}

json::object details_of(const ProvenanceFacts& facts) {
  json::object version;
  add(version, "docker-nixbuild", facts.tool_version);
  add(version, "nix", facts.nix_version);
  json::object builder{{"id", facts.builder_id}};
  if (!version.empty()) builder["version"] = std::move(version);
  json::object metadata;
  if (facts.started) metadata["startedOn"] = utc_time(*facts.started);
  if (facts.finished) metadata["finishedOn"] = utc_time(*facts.finished);
  json::object details{{"builder", std::move(builder)}};
  if (!metadata.empty()) details["metadata"] = std::move(metadata);
  return details;
}

} // namespace

Attestation provenance_of(const ProvenanceFacts& facts) {
  const json::object predicate{{"buildDefinition", definition_of(facts)},
                               {"runDetails", details_of(facts)}};
  return {.predicate_type = "https://slsa.dev/provenance/v1",
          .predicate = json::serialize(predicate)};
}

} // namespace nixbuild::image
