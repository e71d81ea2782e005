#include "devcontainer/compose_project.hpp"

#include "oci/json.hpp"
#include "oci/reference.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace nixbuild::devcontainer {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view what = "docker compose config";
constexpr std::string_view extension = "x-nixbuild";
constexpr std::string_view provider_type = "nixbuild";
constexpr std::string_view installable = "installable";
constexpr std::size_t largest_file = std::size_t{4} << 20U;
constexpr std::size_t largest_answer = std::size_t{16} << 20U;

json::object services_in(std::string_view text) {
  const json::value value = oci::parse_json(text, what);
  const json::value* services = oci::as_object(value, what).if_contains("services");
  return services == nullptr ? json::object() : oci::as_object(*services, what);
}

// Whether it is worth to ask for extensions.
bool mention_extension(const std::vector<fs::path>& files) {
  return std::ranges::any_of(files, [](const fs::path& file) {
    return read_file(file, largest_file).contains(extension);
  });
}

std::string ask_compose(const Configuration& configuration, const std::vector<std::string>& docker,
                        const std::vector<std::string>& flags, process::Runner& processes,
                        const CancelToken& cancel) {
  process::Command command{.argv = docker, .directory = {}, .environment = {}};
  command.argv.emplace_back("compose");
  for (const fs::path& file : configuration.compose_files)
    command.argv.insert(command.argv.end(), {"-f", file.string()});
  // As the devcontainer CLI does, since a service behind a profile may be meant.
  command.argv.insert(command.argv.end(), {"--profile", "*", "config", "--format", "json"});
  command.argv.insert(command.argv.end(), flags.begin(), flags.end());
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

// `x-nixbuild: {web: ".#web"}` is short for {web: {installable: ".#web"}}.
json::object options_in(const json::value& value, std::string_view service) {
  if (value.is_string()) return {{installable, value}};
  return oci::as_object(value, format("{} of the service {}", extension, service));
}

// Compose makes a list of each option of a provider.
json::object provider_options(const json::object& provider) {
  const json::value* options = provider.if_contains("options");
  json::object all = options == nullptr ? json::object() : oci::as_object(*options, what);
  json::value* built = all.if_contains(installable);
  if (built != nullptr && built->is_array() && built->get_array().size() == 1) {
    const json::value one = built->get_array().front();
    *built = one;
  }
  return all;
}

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

// What the file itself says of the service, or its provider; `extensions` may be null.
std::shared_ptr<const json::object> build_of(std::string_view service, const json::object& content,
                                             const json::value* extensions) {
  const json::object* by_name = extensions == nullptr ? nullptr : extensions->if_object();
  const json::value* own = by_name == nullptr ? nullptr : by_name->if_contains(service);
  if (own != nullptr) return std::make_shared<const json::object>(options_in(*own, service));
  const json::value* value = content.if_contains("provider");
  const json::object* provider = value == nullptr ? nullptr : value->if_object();
  if (provider == nullptr || oci::string_member(*provider, "type", what) != provider_type)
    return nullptr;
  return std::make_shared<const json::object>(provider_options(*provider));
}

} // namespace

ComposeProject parse_compose_project(std::string_view text) {
  const json::value value = oci::parse_json(text, what);
  const json::object& file = oci::as_object(value, what);
  ComposeProject project{.name = oci::string_member(file, "name", what), .services = {}};
  const json::value* extensions = file.if_contains(extension);
  for (const auto& [name, service] : services_in(text)) {
    const json::object& content = oci::as_object(service, what);
    project.services.push_back({.name = std::string(name),
                                .image = oci::string_member(content, "image", what),
                                .content = std::make_shared<const json::object>(content),
                                .build = build_of(name, content, extensions)});
  }
  return project;
}

void add_compose_builds(ComposeProject& project, std::string_view uninterpolated) {
  const json::object services = services_in(uninterpolated);
  for (ComposeService& service : project.services) {
    const json::value* found = services.if_contains(service.name);
    const json::object* content = found == nullptr ? nullptr : found->if_object();
    const json::value* build = content == nullptr ? nullptr : content->if_contains(extension);
    if (build == nullptr) continue;
    service.build = std::make_shared<const json::object>(options_in(*build, service.name));
  }
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
  const bool has_extensions = mention_extension(configuration.compose_files);
  ComposeProject project =
      parse_compose_project(ask_compose(configuration, docker, {}, processes, cancel));
  if (has_extensions) {
    add_compose_builds(project,
                       ask_compose(configuration, docker, {"--no-interpolate"}, processes, cancel));
  }
  return project;
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
