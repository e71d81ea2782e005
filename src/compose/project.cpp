#include "compose/project.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <optional>
#include <utility>

namespace nixbuild::compose {

namespace json = boost::json;

namespace {

constexpr std::string_view provider_type = "nixbuild";
constexpr std::string_view extension_key = "x-nixbuild";

[[noreturn]] void refuse(std::string message, std::string hint) {
  throw Error(ErrorKind::invalid_input, std::move(message)).with_hint(std::move(hint));
}

// nullptr when it is not there, or null.
const json::object* object_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string options_of(const std::string& service, const json::value& value) {
  if (value.is_object()) return json::serialize(value);
  if (value.is_string()) return json::serialize(json::object{{"installable", value}});
  refuse(format("{}.{} is neither an object of options nor an installable", extension_key, service),
         format("write it as `{}: {{{}: {{installable: \".#image\"}}}}`", extension_key, service));
}

std::optional<NixService> provider_service(const std::string& name, const json::object& service) {
  const json::object* provider = object_in(service, "provider");
  if (provider == nullptr || text_in(*provider, "type") != provider_type) return std::nullopt;
  const json::object* options = object_in(*provider, "options");
  return NixService{.name = name,
                    .provider = true,
                    .image = {},
                    .options = options == nullptr ? "{}" : json::serialize(*options)};
}

std::optional<NixService> extended_service(const std::string& name, const json::object& service,
                                           const json::object* extension) {
  const json::value* value = extension == nullptr ? nullptr : extension->if_contains(name);
  if (value == nullptr) return std::nullopt;
  NixService nix{.name = name,
                 .provider = false,
                 .image = text_in(service, "image"),
                 .options = options_of(name, *value)};
  if (nix.image.empty())
    refuse(format("the service {} has no name for its image", name),
           format("add `image: NAME` to it: {}.{} builds the image of that name", extension_key,
                  name));
  return nix;
}

json::object document(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object())
    throw Error(ErrorKind::corrupt, "Compose did not tell its project as a JSON object");
  return std::move(value.get_object());
}

} // namespace

Project parse_project(std::string_view text) {
  const json::object object = document(text);
  Project project{.name = text_in(object, "name"), .services = {}, .images = {}};
  const json::value* extension = object.if_contains(extension_key);
  if (extension != nullptr && !extension->is_null() && !extension->is_object())
    refuse(format("{} is no object of services", extension_key),
           format("write it as `{}: {{SERVICE: {{installable: \".#image\"}}}}`", extension_key));
  const json::object* services = object_in(object, "services");
  if (services == nullptr) return project;
  for (const auto& [key, value] : *services) {
    const std::string name(key);
    if (!value.is_object()) throw Error(ErrorKind::corrupt, format("service {} is odd", name));
    const json::object& service = value.get_object();
    auto nix = provider_service(name, service);
    if (!nix) nix = extended_service(name, service, object_in(object, extension_key));
    if (nix) project.services.push_back(*std::move(nix));
    if (std::string image = text_in(service, "image"); !image.empty())
      project.images[name] = std::move(image);
  }
  return project;
}

} // namespace nixbuild::compose
