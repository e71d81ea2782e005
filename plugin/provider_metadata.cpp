#include "plugin/provider_metadata.hpp"

#include "plugin/service_options.hpp"

#include <boost/json.hpp>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

json::object parameter(std::string_view name, std::string_view help, std::string_view type) {
  return {{"name", name}, {"description", help}, {"required", false}, {"type", type}};
}

json::object parameters() {
  json::array list;
  list.push_back(
      parameter("installable", "What nix build takes; relative to the project", "string"));
  for (const Option& option : service_options())
    if (!option.hidden)
      list.push_back(
          parameter(option.name, option.help, option.is_switch() ? "boolean" : "string"));
  return {{"parameters", std::move(list)}};
}

} // namespace

std::string provider_metadata() {
  return json::serialize(json::object{
             {"description", "Builds the image of a service with Nix and loads it into the engine"},
             {"up", parameters()},
             {"down", parameters()}}) +
         "\n";
}

} // namespace nixbuild::plugin
