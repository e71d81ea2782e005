#include "plugin/bake_source.hpp"

#include "compose/project.hpp"
#include "compose/project_directory.hpp"
#include "plugin/ask_compose.hpp"
#include "plugin/plugin_program.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <array>
#include <filesystem>
#include <string_view>

namespace nixbuild::plugin {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::array usual_names{"nixbuild.json", "docker-bake.json"};

bool exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_compose_file(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

// The options of a service as those of a target. Which engine it is for says the command line.
std::string target_of(const compose::NixService& service, const fs::path& folder) {
  json::object options = json::parse(service.options).as_object();
  options.erase("context");
  if (options.contains("installable") && options["installable"].is_array() &&
      options["installable"].get_array().size() == 1) {
    json::value only = options["installable"].get_array().front();
    options["installable"] = std::move(only);
  }
  json::object target = json::parse(bake::canonical_target(json::serialize(options))).as_object();
  if (!service.image.empty()) {
    json::array tags{json::string(service.image)};
    if (const json::value* more = target.if_contains("tags"); more != nullptr && more->is_array())
      tags.insert(tags.end(), more->get_array().begin(), more->get_array().end());
    target["tags"] = std::move(tags);
  }
  target["context"] = folder.string();
  return json::serialize(target);
}

void add_project(bake::Definition& definition, const std::vector<std::string>& files,
                 const context::GlobalFlags& docker, World& world) {
  const fs::path folder = compose::project_directory({.directory = {}, .files = files},
                                                     world.environment, fs::current_path());
  std::vector<std::string> program = plugin_program("compose", docker, world.environment);
  for (const std::string& file : files)
    program.insert(program.end(), {"-f", file});
  for (const compose::NixService& service : ask_compose(program, {}, world).services)
    definition.targets[service.name] = target_of(service, folder);
}

bake::Definition of_files(const std::vector<std::string>& names, const context::GlobalFlags& docker,
                          World& world) {
  std::vector<bake::File> files;
  std::vector<std::string> compose_files;
  for (const std::string& name : names) {
    if (is_compose_file(name)) {
      compose_files.push_back(name);
    } else if (name.ends_with(".hcl")) {
      throw Error(ErrorKind::invalid_input, format("{} is in HCL, which is not read here", name))
          .with_hint(format(
              "`docker buildx bake -f {} --print > docker-bake.json` makes JSON of it", name));
    } else {
      files.push_back({.name = name, .content = read_file(name)});
    }
  }
  bake::Definition definition = bake::read_files(files, world.environment);
  if (!compose_files.empty()) add_project(definition, compose_files, docker, world);
  return definition;
}

// The last name of a path, or all of it where another one ends so, too. "default" is mostly
// another name of one of the others.
bake::Definition of_flake(const std::vector<std::string>& paths) {
  bake::Definition definition;
  for (const std::string& path : paths) {
    const std::string name = path.substr(path.find_last_of('.') + 1);
    if (name == "default" && paths.size() > 1) continue;
    definition.targets[name] = json::serialize(json::object{{"installable", ".#" + path}});
  }
  return definition;
}

} // namespace

bake::Definition find_definition(const std::vector<std::string>& files,
                                 const context::GlobalFlags& docker, World& world,
                                 pipeline::World& inner) {
  if (!files.empty()) return of_files(files, docker, world);
  for (const char* name : usual_names)
    if (exists(name)) return of_files({name}, docker, world);
  if (compose::has_project(fs::current_path())) {
    bake::Definition definition;
    add_project(definition, {}, docker, world);
    if (!definition.targets.empty()) return definition;
  }
  if (exists("flake.nix")) return of_flake(world.find_images(".", docker, inner, world.cancel));
  throw Error(ErrorKind::not_found, "there is nothing here that says what to bake")
      .with_hint(
          "that is a file nixbuild.json or docker-bake.json, a Compose file with services of "
          "Nix, or a flake.nix with images");
}

std::set<fs::path> definition_files(const std::vector<std::string>& files,
                                    const Environment& environment) {
  std::set<fs::path> all(files.begin(), files.end());
  if (!all.empty()) return all;
  all.insert(usual_names.begin(), usual_names.end());
  all.merge(compose::project_files({}, environment, fs::current_path()));
  return all;
}

} // namespace nixbuild::plugin
