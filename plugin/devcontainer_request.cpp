#include "plugin/devcontainer_request.hpp"

#include "devcontainer/compose_project.hpp"
#include "devcontainer/metadata_label.hpp"
#include "pipeline/connection.hpp"
#include "plugin/build_options.hpp"
#include "plugin/devcontainer_options.hpp"
#include "plugin/display.hpp"
#include "plugin/service_options.hpp"
#include "plugin/version.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace nixbuild::plugin {

namespace json = boost::json;

using devcontainer::Configuration;

namespace {

// The image goes into the engine and, with its local name, nowhere else.
constexpr std::array<std::string_view, 6> not_for_dev_containers{"dry-run", "load",  "output",
                                                                 "push",    "quiet", "watch"};

OptionTable dev_container_options() {
  OptionTable table = build_options();
  std::erase_if(table, [](const Option& option) {
    return std::ranges::find(not_for_dev_containers, option.name) != not_for_dev_containers.end();
  });
  table.push_back({.name = "load", .help = "", .hidden = true});
  return table;
}

const OptionTable& option_table() {
  static const OptionTable table = dev_container_options();
  return table;
}

const Option& option_named(std::string_view name) {
  return *std::ranges::find(option_table(), name, &Option::name);
}

oci::Reference image_name(const std::string& text, std::string_view where) {
  auto name = oci::Reference::parse(text);
  if (!name) {
    throw Error(ErrorKind::invalid_input,
                format("{}: \"{}\" is no image name: {}", where, text, name.error()));
  }
  if (name->digest()) {
    throw Error(ErrorKind::invalid_input,
                format("{}: \"{}\" has a digest, so nothing can be given that name", where, text));
  }
  return *std::move(name);
}

// `named` as options of build, with what the command line says in their place.
BuildCall call_for(const json::object& named, std::string_view where, const ParsedOptions& options,
                   const context::GlobalFlags& docker, World& world) {
  return with_frame(format("reading {}", where), [&] {
    ParsedOptions all = parse_listed_options(option_table(), named);
    for (const ParsedOptions::Given& given : options.given) {
      const auto known = std::ranges::find(option_table(), given.option->name, &Option::name);
      if (known == option_table().end()) continue;
      std::erase_if(all.given, [&](const auto& one) { return one.option == &*known; });
      all.given.push_back({&*known, given.values});
    }
    all.given.push_back({&option_named("load"), {"true"}});
    add_from_environment(all, option_table(), world.environment);
    return parse_build_call(all, docker, world.environment);
  });
}

BuildCall named(BuildCall call, const oci::Reference& image) {
  std::erase(call.request.tags, image);
  call.request.tags.insert(call.request.tags.begin(), image);
  return call;
}

devcontainer::RemoteUser remote_user(const Configuration& configuration) {
  const std::string& name = configuration.remote_user;
  devcontainer::RemoteUser user{.name = name, .numbers = {}};
  if (!is_person(name)) return user;
  switch (configuration.settings.user_number) {
  case devcontainer::UserNumber::host:
    user.numbers = numbers_of_host(name);
    break;
  case devcontainer::UserNumber::given: {
    const std::uint32_t uid = configuration.settings.uid;
    user.numbers = {.user = name, .uid = uid, .gid = uid};
    break;
  }
  case devcontainer::UserNumber::image:
    break;
  }
  return user;
}

[[noreturn]] void refuse_form(const Configuration& configuration) {
  const std::string file = configuration.file.string();
  if (configuration.has_dockerfile) {
    throw Error(ErrorKind::invalid_input, format("{} has its image built by a Dockerfile", file))
        .with_hint("Give it an \"image\" in place of \"build\", such as "
                   "\"localhost/my-project:dev\": the image that Nix builds gets that name.");
  }
  throw Error(ErrorKind::invalid_input, format("{} has no \"image\"", file))
      .with_hint(
          "Give it one, such as \"localhost/my-project:dev\": the image that Nix builds gets "
          "that name.");
}

// Reads options of all calls in the same way.
class Calls {
public:
  Calls(const Configuration& configuration, const ParsedOptions& options,
        const context::GlobalFlags& docker, World& world)
      : configuration_(configuration)
      , options_(options)
      , docker_(docker)
      , world_(world) {}

  // Of the dev container itself, whose image `said_by` names.
  void add_own(const std::string& image, const std::string& said_by,
               const json::object* service_build) {
    const json::object& own = *configuration_.settings.options;
    const bool says_what = own.contains("installable") || service_build == nullptr;
    const std::string where =
        says_what ? format("customizations.nixbuild of {}", configuration_.file.string())
                  : format("the build of {}", said_by);
    BuildCall call =
        named(call_for(says_what ? own : *service_build, where, options_, docker_, world_),
              image_name(image, said_by));
    if (!call.request.amendments)
      call.request.amendments = devcontainer::dev_container_amendments(
          configuration_.settings, remote_user(configuration_), std::string(version));
    all_.push_back(std::move(call));
  }

  void add(const devcontainer::ComposeService& service) {
    const std::string said_by = format("the service {}", service.name);
    BuildCall call =
        call_for(*service.build, format("the build of {}", said_by), options_, docker_, world_);
    // A provider has no image of its own: its option tag names what it builds.
    if (!service.image.empty()) call = named(std::move(call), image_name(service.image, said_by));
    all_.push_back(std::move(call));
  }

  [[nodiscard]] std::vector<BuildCall> take() && { return std::move(all_); }

private:
  const Configuration& configuration_;
  const ParsedOptions& options_;
  const context::GlobalFlags& docker_;
  World& world_;
  std::vector<BuildCall> all_;
};

} // namespace

std::vector<BuildCall> devcontainer_calls(const Configuration& configuration,
                                          const ParsedOptions& options,
                                          const context::GlobalFlags& docker, World& world) {
  Calls calls(configuration, options, docker, world);
  if (!configuration.is_compose()) {
    if (configuration.image.empty()) refuse_form(configuration);
    calls.add_own(configuration.image, configuration.file.string(), nullptr);
    return std::move(calls).take();
  }
  const devcontainer::ComposeProject project = without_display(world, [&](pipeline::World& inner) {
    return devcontainer::read_compose_project(
        configuration, pipeline::connect(docker, inner).docker, world.processes, world.cancel);
  });
  const devcontainer::ComposeService& own = devcontainer::service_of(configuration, project);
  const devcontainer::ComposeService* builder = devcontainer::builder_of(own, project);
  calls.add_own(own.image, format("the service {}", own.name),
                builder == nullptr ? nullptr : builder->build.get());
  for (const devcontainer::ComposeService& service : project.services)
    if (service.build != nullptr && service.name != own.name && &service != builder)
      calls.add(service);
  return std::move(calls).take();
}

} // namespace nixbuild::plugin
