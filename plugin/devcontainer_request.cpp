#include "plugin/devcontainer_request.hpp"

#include "devcontainer/compose_project.hpp"
#include "devcontainer/metadata_label.hpp"
#include "pipeline/connection.hpp"
#include "plugin/build_options.hpp"
#include "plugin/display.hpp"
#include "plugin/named_options.hpp"
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

#include <unistd.h>

namespace nixbuild::plugin {

namespace json = boost::json;

using devcontainer::Configuration;

namespace {

// The image goes into the engine and, with its local name, nowhere else.
constexpr std::array<std::string_view, 5> not_for_dev_containers{"dry-run", "load", "output",
                                                                 "push", "quiet"};

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
BuildCall call_for(const json::object& named, const oci::Reference& image, std::string_view where,
                   const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  BuildCall call = with_frame(format("reading {}", where), [&] {
    ParsedOptions all = parse_named_options(option_table(), named);
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
  call.request.tags.insert(call.request.tags.begin(), image);
  return call;
}

bool is_person(const std::string& user) {
  return !user.empty() && user != "root" &&
         user.find_first_not_of("0123456789") != std::string::npos;
}

// Elsewhere than on Linux a VM's file sharing sees to it.
std::optional<image::AccountNumbers> numbers_of_host(const std::string& user) {
#ifdef __linux__
  if (const uid_t uid = ::getuid(); uid != 0)
    return image::AccountNumbers{.user = user, .uid = uid, .gid = ::getgid()};
#else
  (void)user;
#endif
  return std::nullopt;
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

} // namespace

std::vector<BuildCall> devcontainer_calls(const Configuration& configuration,
                                          const ParsedOptions& options,
                                          const context::GlobalFlags& docker, World& world) {
  const std::string where = format("customizations.nixbuild of {}", configuration.file.string());
  const auto own_call = [&](const std::string& image, std::string_view said_by) {
    BuildCall call = call_for(*configuration.settings.options, image_name(image, said_by), where,
                              options, docker, world);
    call.request.amendments = devcontainer::dev_container_amendments(
        configuration.settings, remote_user(configuration), std::string(version));
    return call;
  };
  if (!configuration.is_compose()) {
    if (configuration.image.empty()) refuse_form(configuration);
    return {own_call(configuration.image, configuration.file.string())};
  }
  const devcontainer::ComposeProject project = without_display(world, [&](pipeline::World& inner) {
    return devcontainer::read_compose_project(
        configuration, pipeline::connect(docker, inner).docker, world.processes, world.cancel);
  });
  const devcontainer::ComposeService& own = devcontainer::service_of(configuration, project);
  std::vector<BuildCall> calls{own_call(own.image, format("the service {}", own.name))};
  for (const devcontainer::ComposeService& service : project.services) {
    if (service.build == nullptr || service.name == own.name) continue;
    const std::string said_by = format("the service {}", service.name);
    calls.push_back(call_for(*service.build, image_name(service.image, said_by),
                             format("x-nixbuild of {}", said_by), options, docker, world));
  }
  return calls;
}

} // namespace nixbuild::plugin
