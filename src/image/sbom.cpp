#include "image/sbom.hpp"

#include "image/utc_time.hpp"
#include "nix/store_path.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace nixbuild::image {

namespace json = boost::json;

namespace {

constexpr const char* unknown = "NOASSERTION";
constexpr const char* document_id = "SPDXRef-DOCUMENT";
constexpr const char* image_id = "SPDXRef-Image";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Annex D of the specification; anything else would make the whole document invalid.
bool is_licence(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view(" .+-():").contains(c);
  });
}

bool is_web_address(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

// One component of a package URL (github.com/package-url/purl-spec).
std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || std::string_view("._~-").contains(c))
      encoded += c;
    else
      encoded += format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

PackageFacts facts_of(const nix::ClosurePath& path, const SbomFacts& facts) {
  PackageFacts package = parse_package_name(nix::readable_name(path.path));
  const auto known = facts.packages.find(path.path);
  if (known == facts.packages.end()) return package;
  if (!known->second.name.empty()) package.name = known->second.name;
  if (!known->second.version.empty()) package.version = known->second.version;
  package.licence = known->second.licence;
  package.homepage = known->second.homepage;
  return package;
}

std::string id_of(const nix::ClosurePath& path) {
  return format("SPDXRef-{}", nix::store_hash(path.path));
}

json::object package_url(const PackageFacts& package) {
  std::string address = format("pkg:nix/{}", percent_encoded(package.name));
  if (!package.version.empty()) address += format("@{}", percent_encoded(package.version));
  return {{"referenceCategory", "PACKAGE-MANAGER"},
          {"referenceType", "purl"},
          {"referenceLocator", address}};
}

json::object package_of(const nix::ClosurePath& path, const SbomFacts& facts) {
  const PackageFacts package = facts_of(path, facts);
  json::object object{{"SPDXID", id_of(path)}, {"name", package.name}};
  if (!package.version.empty()) object["versionInfo"] = package.version;
  if (is_web_address(package.homepage)) object["homepage"] = package.homepage;
  object["downloadLocation"] = unknown;
  object["filesAnalyzed"] = false;
  object["licenseConcluded"] = unknown;
  object["licenseDeclared"] = is_licence(package.licence) ? package.licence : unknown;
  object["copyrightText"] = unknown;
  object["sourceInfo"] = path.path;
  object["checksums"] =
      json::array{json::object{{"algorithm", "SHA256"}, {"checksumValue", path.nar_hash}}};
  object["externalRefs"] = json::array{package_url(package)};
  return object;
}

json::object image_package(const SbomFacts& facts) {
  return {{"SPDXID", image_id},
          {"name", facts.image_name},
          {"versionInfo", facts.config_digest.str()},
          {"downloadLocation", unknown},
          {"filesAnalyzed", false},
          {"licenseConcluded", unknown},
          {"licenseDeclared", unknown},
          {"copyrightText", unknown},
          {"primaryPackagePurpose", "CONTAINER"}};
}

json::object relationship(std::string_view from, std::string_view type, std::string_view to) {
  return {{"spdxElementId", from}, {"relationshipType", type}, {"relatedSpdxElement", to}};
}

json::array packages_of(const nix::Closure& closure, const SbomFacts& facts) {
  json::array packages{image_package(facts)};
  for (const nix::ClosurePath& path : closure.paths)
    packages.push_back(package_of(path, facts));
  return packages;
}

json::array relationships_of(const nix::Closure& closure) {
  json::array relationships{relationship(document_id, "DESCRIBES", image_id)};
  for (const nix::ClosurePath& path : closure.paths)
    relationships.push_back(relationship(image_id, "CONTAINS", id_of(path)));
  for (const nix::ClosurePath& path : closure.paths)
    for (const std::size_t reference : path.references)
      relationships.push_back(
          relationship(id_of(path), "DEPENDS_ON", id_of(closure.paths.at(reference))));
  return relationships;
}

} // namespace

PackageFacts parse_package_name(std::string_view name) {
  for (std::size_t index = 0; index + 1 < name.size(); ++index) {
    if (name[index] != '-' || is_letter(name[index + 1])) continue;
    return {.name = std::string(name.substr(0, index)),
            .version = std::string(name.substr(index + 1)),
            .licence = {},
            .homepage = {}};
  }
  return {.name = std::string(name), .version = {}, .licence = {}, .homepage = {}};
}

Attestation sbom_of(const nix::Closure& closure, const SbomFacts& facts) {
  const json::object document{
      {"spdxVersion", "SPDX-2.3"},
      {"dataLicense", "CC0-1.0"},
      {"SPDXID", document_id},
      {"name", facts.image_name},
      // Need not lead anywhere, but must belong to this document alone.
      {"documentNamespace",
       format("https://spdx.org/spdxdocs/docker-nixbuild-{}", facts.config_digest.hex())},
      {"creationInfo", json::object{{"created", utc_time(facts.created)},
                                    {"creators", json::array{format("Tool: {}", facts.tool)}}}},
      {"packages", packages_of(closure, facts)},
      {"relationships", relationships_of(closure)}};
  return {.predicate_type = "https://spdx.dev/Document", .predicate = json::serialize(document)};
}

} // namespace nixbuild::image
