#include "pipeline/builders.hpp"

#include "nix/nix.hpp"
#include "pipeline/builder_choice.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/directories.hpp"
#include "support/format.hpp"

#include <chrono>
#include <utility>

namespace nixbuild::pipeline {

using builder::BuilderStore;
using builder::Driver;
using builder::NamedBuilder;

namespace {

constexpr std::chrono::seconds patience{5};

BuilderStore store_of(const World& world) {
  return BuilderStore(builders_directory(world.environment));
}

NamedBuilder unnamed_in(const context::Context& context) {
  return {.name = builder::unnamed_builder,
          .driver = Driver::container,
          .context = context.name,
          .endpoint = context.endpoint.host};
}

// To the engine that the builder is for: the one that `docker` means, or that of its context.
Connection connect_to(const NamedBuilder& builder, const context::GlobalFlags& docker,
                      World& world) {
  Connection connection = connect(docker, world, patience);
  if (connection.context.endpoint.host == builder.endpoint) return connection;
  const context::GlobalFlags its{.config_directory = docker.config_directory,
                                 .context = builder.context};
  Connection other = connect(its, world, patience);
  if (other.context.endpoint.host == builder.endpoint) return other;
  throw Error(ErrorKind::not_found,
              format("the context {} no longer leads to {}, where the builder {} is",
                     builder.context, builder.endpoint, builder.name));
}

std::string version_in(const Connection& connection, const std::string& container, World& world,
                       const CancelToken& cancel) {
  process::Command command{.argv = connection.docker};
  command.argv.insert(command.argv.end(), {"exec", container, "nix", "--version"});
  const auto answer = process::capture(world.processes, command, cancel);
  const auto version = nix::parse_version(answer.out);
  return version ? version->text : "";
}

std::string version_here(World& world, const CancelToken& cancel) {
  try {
    return nix::Nix(world.processes, world.environment).version(cancel).text;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return {};
  }
}

enum class Depth { status, with_nix };

void look_at(BuilderState& state, Connection& connection, Depth depth, World& world,
             const CancelToken& cancel) {
  state.engine = connection.engine.facts(cancel);
  state.status = "ready";
  const bool wants_nix = depth == Depth::with_nix;
  if (state.builder.driver == Driver::host && wants_nix)
    state.nix_version = version_here(world, cancel);
  if (state.builder.driver != Driver::container) return;
  const std::string container = builder::container_of(state.builder.name);
  const auto details = connection.engine.inspect_container(container, cancel);
  state.status = details ? details->status : "absent";
  if (details && state.builder.container.image.empty())
    state.builder.container.image = builder::chosen_image(details->labels);
  if (details && details->running && wants_nix)
    state.nix_version = version_in(connection, container, world, cancel);
}

BuilderState state_of(NamedBuilder builder, Depth depth, const context::GlobalFlags& docker,
                      World& world, const CancelToken& cancel) {
  BuilderState state{.builder = std::move(builder), .status = "unreachable"};
  try {
    Connection connection = connect_to(state.builder, docker, world);
    look_at(state, connection, depth, world, cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    state.error = error;
  }
  return state;
}

// The first that is free of NAME, NAME-2, …
std::string free_name(const context::Context& context, const BuilderStore& store) {
  const std::string base = builder::why_no_name(context.name) ? "builder" : context.name;
  std::string name = base;
  for (int number = 2; store.find(name); ++number)
    name = format("{}-{}", base, number);
  return name;
}

void check_new_name(const std::string& name, const BuilderStore& store) {
  if (const auto reason = builder::why_no_name(name)) {
    throw Error(ErrorKind::invalid_input,
                format("a builder cannot be called \"{}\": {}", name, *reason));
  }
  if (store.find(name)) {
    throw Error(ErrorKind::invalid_input, format("there is a builder {} already", name))
        .with_hint(format("`docker nixbuild builder rm {}` removes it", name));
  }
}

Error no_such_builder(const std::string& name) {
  return Error(ErrorKind::not_found, format("there is no builder \"{}\"", name))
      .with_hint("`docker nixbuild builder ls` lists them");
}

NamedBuilder find_builder(const std::string& name, const context::GlobalFlags& docker,
                          World& world) {
  if (name == builder::unnamed_builder) return unnamed_in(connect(docker, world).context);
  auto found = store_of(world).find(name);
  if (!found) throw no_such_builder(name);
  return *std::move(found);
}

void remove_container(const NamedBuilder& builder, bool keep_state,
                      const context::GlobalFlags& docker, World& world, const CancelToken& cancel) {
  Connection connection = connect_to(builder, docker, world);
  const bool removed = builder::remove_builder_container(connection.engine, builder.name,
                                                         builder.container, keep_state, cancel);
  if (!removed && builder.name == builder::unnamed_builder) throw no_such_builder(builder.name);
}

} // namespace

std::vector<BuilderState> list_builders(const context::GlobalFlags& docker, World& world,
                                        const CancelToken& cancel) {
  std::vector<BuilderState> states;
  for (NamedBuilder& builder : store_of(world).all())
    states.push_back(state_of(std::move(builder), Depth::status, docker, world, cancel));
  const NamedBuilder unnamed = unnamed_in(connect(docker, world).context);
  BuilderState state = state_of(unnamed, Depth::status, docker, world, cancel);
  if (!state.error && state.status != "absent") states.push_back(std::move(state));
  return states;
}

BuilderState inspect_builder(const std::optional<std::string>& name,
                             const context::GlobalFlags& docker, World& world,
                             const CancelToken& cancel) {
  NamedBuilder builder;
  if (name) {
    builder = find_builder(*name, docker, world);
  } else {
    const context::Context context = connect(docker, world).context;
    builder = store_of(world).current_of(context.endpoint.host).value_or(unnamed_in(context));
  }
  return state_of(std::move(builder), Depth::with_nix, docker, world, cancel);
}

std::string create_builder(const NewBuilder& wanted, const context::GlobalFlags& docker,
                           World& world, const CancelToken& cancel) {
  const BuilderStore store = store_of(world);
  Connection connection = connect(docker, world);
  const NamedBuilder builder{.name =
                                 wanted.name ? *wanted.name : free_name(connection.context, store),
                             .driver = wanted.driver,
                             .context = connection.context.name,
                             .endpoint = connection.context.endpoint.host,
                             .current = wanted.use,
                             .container = wanted.container};
  check_new_name(builder.name, store);
  if (wanted.bootstrap && builder.driver == Driver::container) {
    builder::run_builder_container(
        connection.engine, builder.name,
        with_socket(builder.container, connection.context.endpoint, world.environment),
        world.reporter, cancel);
  }
  store.save(builder);
  return builder.name;
}

void remove_builder(const RemovedBuilder& wanted, const context::GlobalFlags& docker, World& world,
                    const CancelToken& cancel) {
  const NamedBuilder builder = find_builder(wanted.name, docker, world);
  if (builder.driver == Driver::container) {
    try {
      remove_container(builder, wanted.keep_state, docker, world, cancel);
    } catch (Error& error) {
      if (error.kind() == ErrorKind::cancelled || !wanted.force) throw;
    }
  }
  store_of(world).remove(builder.name);
}

} // namespace nixbuild::pipeline
