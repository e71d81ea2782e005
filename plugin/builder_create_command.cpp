#include "plugin/builder_commands.hpp"
#include "plugin/display.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <string_view>

namespace nixbuild::plugin {

namespace {

constexpr std::string_view variable_prefix = "env.";

[[noreturn]] void refuse(std::string message) {
  throw Error(ErrorKind::invalid_input, std::move(message))
      .with_hint("the options of a container are image, volume, socket, network and env.NAME, "
                 "written KEY=VALUE");
}

void set_option(builder::ContainerOptions& container, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) refuse(format("the driver option \"{}\" has no value", text));
  const std::string key = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  if (key == "image")
    container.image = value;
  else if (key == "volume")
    container.volume = value;
  else if (key == "socket")
    container.socket = value;
  else if (key == "network")
    container.network = value;
  else if (key.starts_with(variable_prefix) && key.size() > variable_prefix.size())
    container.environment.push_back(text.substr(variable_prefix.size()));
  else
    refuse(format("there is no driver option \"{}\"", key));
}

builder::Driver driver_of(const ParsedOptions& options) {
  const std::string text = options.value("driver").value_or("container");
  const auto driver = builder::parse_driver(text);
  if (!driver || *driver == builder::Driver::automatic) {
    throw Error(ErrorKind::invalid_input, format("there is no driver \"{}\"", text))
        .with_hint("the drivers are container, ssh and host");
  }
  return *driver;
}

} // namespace

pipeline::NewBuilder parse_new_builder(const ParsedOptions& options) {
  pipeline::NewBuilder wanted{.name = options.value("name"),
                              .driver = driver_of(options),
                              .container = {},
                              .use = options.is_on("use"),
                              .bootstrap = options.is_on("bootstrap")};
  const auto driver_options = options.all("driver-opt");
  if (!driver_options.empty() && wanted.driver != builder::Driver::container)
    refuse(format("the driver {} has no options", to_string(wanted.driver)));
  for (const auto& values : driver_options)
    set_option(wanted.container, values.front());
  return wanted;
}

int run_builder_create(const ParsedOptions& options, const context::GlobalFlags& docker,
                       World& world) {
  const pipeline::NewBuilder wanted = parse_new_builder(options);
  const std::string name =
      with_display(progress_mode_of(options), progress::Activity::building, docker, world,
                   [&](pipeline::World& inner) {
                     return pipeline::create_builder(wanted, docker, inner, world.cancel);
                   });
  world.out.write(name + "\n");
  return 0;
}

} // namespace nixbuild::plugin
