#include "devcontainer/compose_project.hpp"

#include "compose/project.hpp"
#include "oci/json.hpp"
#include "oci/reference.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace nixbuild::devcontainer {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view what = "docker compose config";
constexpr std::size_t largest_answer = std::size_t{16} << 20U;

std::string ask_compose(const Configuration& configuration, const std::vector<std::string>& docker,
                        process::Runner& processes, const CancelToken& cancel) {
  process::Command command{.argv = docker, .directory = {}, .environment = {}};
  command.argv.emplace_back("compose");
  for (const fs::path& file : configuration.compose_files)
    command.argv.insert(command.argv.end(), {"-f", file.string()});
  // As the devcontainer CLI does, since a service behind a profile may be meant.
  command.argv.insert(command.argv.end(), {"--profile", "*", "config", "--format", "json"});
  process::Captured answer = process::capture(processes, command, cancel, largest_answer);
  if (answer.status.success()) return std::move(answer.out);
  throw Error(ErrorKind::failed,
              format("Compose cannot read the files of {}", configuration.file.string()))
      .with_detail(std::move(answer.err));
}

} // namespace

const ComposeService* ComposeProject::find(std::string_view service) const {
  const auto found = std::ranges::find(services, service, &ComposeService::name);
  return found == services.end() ? nullptr : &*found;
}

namespace {

bool has_tag(const json::object& build, const std::string& image) {
  const auto wanted = oci::Reference::parse(image);
  const auto is_it = [&](const json::value& tag) {
    if (!tag.is_string()) return false;
    const auto name = oci::Reference::parse(tag.get_string());
    return wanted && name && *name == *wanted;
  };
  const json::value* tag = build.if_contains("tag");
  if (tag == nullptr) return false;
  return tag->is_array() ? std::ranges::any_of(tag->get_array(), is_it) : is_it(*tag);
}

} // namespace

ComposeProject parse_compose_project(std::string_view text) {
  const json::value value = oci::parse_json(text, what);
  const json::object& file = oci::as_object(value, what);
  ComposeProject project{.name = oci::string_member(file, "name", what), .services = {}};
  if (const json::value* services = file.if_contains("services")) {
    for (const auto& [name, service] : oci::as_object(*services, what)) {
      const json::object& content = oci::as_object(service, what);
      project.services.push_back({.name = std::string(name),
                                  .image = oci::string_member(content, "image", what),
                                  .content = std::make_shared<const json::object>(content)});
    }
  }
  for (const compose::NixService& nix : compose::parse_project(text).services)
    for (ComposeService& service : project.services)
      if (service.name == nix.name)
        service.build = std::make_shared<const json::object>(json::parse(nix.options).as_object());
  return project;
}

const ComposeService* builder_of(const ComposeService& service, const ComposeProject& project) {
  if (service.build != nullptr) return &service;
  const auto found = std::ranges::find_if(project.services, [&](const ComposeService& other) {
    return other.image.empty() && other.build != nullptr && has_tag(*other.build, service.image);
  });
  return found == project.services.end() ? nullptr : &*found;
}

ComposeProject read_compose_project(const Configuration& configuration,
                                    const std::vector<std::string>& docker,
                                    process::Runner& processes, const CancelToken& cancel) {
  return parse_compose_project(ask_compose(configuration, docker, processes, cancel));
}

const ComposeService& service_of(const Configuration& configuration,
                                 const ComposeProject& project) {
  const ComposeService* service = project.find(configuration.service);
  if (service == nullptr) {
    throw Error(ErrorKind::not_found,
                format("{} wants the service \"{}\", which its Compose files do not have",
                       configuration.file.string(), configuration.service));
  }
  if (service->image.empty()) {
    throw Error(ErrorKind::invalid_input,
                format("the service {} has no image", configuration.service))
        .with_hint("Give it one, such as image: localhost/my-project:dev, and pull_policy: never; "
                   "the image that Nix builds gets that name.");
  }
  return *service;
}

} // namespace nixbuild::devcontainer
