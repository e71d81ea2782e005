#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::compose {

// A service whose image Nix builds.
struct NixService {
  std::string name;
  bool provider = false; // `provider: {type: nixbuild}`: it has no container of its own
  std::string image;     // that its container is made of; of a provider empty
  std::string options;   // JSON: an object of build options, as the Compose file has them
};

// What we use of a Compose project.
struct Project {
  std::string name;
  std::vector<NixService> services;          // of Nix, in the order that Compose tells them
  std::map<std::string, std::string> images; // of all services that name one, by the service
};

// Reads what `docker compose config --format json` prints: the services that are chosen there, with
// their dependencies, those of inactive profiles left out. A service is Nix's by
//
//     services: {img: {provider: {type: nixbuild, options: {installable: ".#image", tag: a:1}}}}
//
// or by a member of the file's own `x-nixbuild: {web: {installable: ".#web"}}`, of which
// `x-nixbuild: {web: ".#web"}` is the short form; members for services that are not chosen are left
// out. (Compose does not tell x-… keys of services.) Throws an Error: corrupt for what is no
// project, invalid_input for a member of the wrong form and for a service without a name for its
// image.
[[nodiscard]] Project parse_project(std::string_view json);

} // namespace nixbuild::compose
