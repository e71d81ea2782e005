#include "devcontainer/check.hpp"
#include "devcontainer/image_look.hpp"
#include "devcontainer/metadata_label.hpp"
#include "devcontainer/workspace_containers.hpp"
#include "nix/discovery.hpp"
#include "pipeline/connection.hpp"
#include "plugin/devcontainer_commands.hpp"
#include "plugin/devcontainer_workspace.hpp"
#include "plugin/display.hpp"
#include "plugin/print_error.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <string_view>
#include <system_error>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

using devcontainer::Finding;
using devcontainer::Seen;

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20U;

// The contents of the files in `folder` whose names `is_wanted` likes; unreadable ones are left
// out.
template <class Wanted>
std::vector<std::string> contents_of(const fs::path& folder, const Wanted& is_wanted) {
  std::vector<std::string> contents;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (!is_wanted(entry.path())) continue;
    try {
      contents.push_back(read_file(entry.path(), largest_file));
    } catch (const Error&) {
      continue;
    }
  }
  return contents;
}

// What `git ls-files` with these arguments lists; nothing outside of git.
std::vector<std::string> git_files(const std::vector<std::string>& arguments, World& world) {
  std::vector<std::string> files;
  process::Command command{.argv = {"git", "ls-files"}, .directory = {}, .environment = {}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  try {
    const auto answer = process::capture(world.processes, command, world.cancel);
    if (!answer.status.success()) return {};
    std::string_view lines = answer.out;
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      if (end > 0) files.emplace_back(lines.substr(0, end));
      lines.remove_prefix(std::min(end + 1, lines.size()));
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
  }
  return files;
}

// Files of a flake that git does not know.
std::vector<std::string> untracked_files(World& world) {
  return git_files({"--others", "--exclude-standard", "--", "*.nix", "flake.lock"}, world);
}

// Those that git knows, as many as one reads in no time; outside of git the flake alone.
std::vector<devcontainer::NixFile> nix_files(World& world) {
  constexpr std::size_t most = 200;
  std::vector<std::string> names = git_files({"--cached", "--", "*.nix"}, world);
  if (names.empty()) names = {"flake.nix"};
  std::vector<devcontainer::NixFile> files;
  for (const std::string& name : names | std::views::take(most)) {
    std::error_code ignored;
    if (!fs::is_regular_file(name, ignored)) continue;
    try {
      files.push_back({.name = name, .text = read_file(name, largest_file)});
    } catch (const Error&) {
      continue;
    }
  }
  return files;
}

// "docker" of a line "Driver: docker" in what docker buildx inspect prints; empty when it fails.
std::string builder_driver(const std::vector<std::string>& docker, World& world) {
  process::Command command{.argv = docker, .directory = {}, .environment = {}};
  command.argv.insert(command.argv.end(), {"buildx", "inspect"});
  try {
    const auto answer = process::capture(world.processes, command, world.cancel);
    constexpr std::string_view key = "Driver:";
    const std::size_t found = answer.out.find(key);
    if (!answer.status.success() || found == std::string::npos) return {};
    const std::string_view rest = std::string_view(answer.out).substr(found + key.size());
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const std::size_t begin = line.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string() : std::string(line.substr(begin));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return {};
  }
}

bool has_nix(const Environment& environment) {
  try {
    (void)nix::find_nix(environment);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Asks `connection` about everything that it can tell.
void ask_engine(Seen& seen, pipeline::Connection& connection, World& world) {
  engine::Engine& engine = connection.engine;
  seen.engine = engine.facts(world.cancel);
  if (!seen.image_name.empty()) seen.image = engine.inspect_image(seen.image_name, world.cancel);
  if (seen.image)
    seen.image_files = devcontainer::look_into_image(engine, *seen.image, world.cancel);
  for (const auto& image : engine.images_with_label(devcontainer::version_label, world.cancel)) {
    if (image.named) continue;
    ++seen.untagged.images;
    seen.untagged.bytes += image.size;
  }
  seen.containers = devcontainer::workspace_containers(engine, fs::current_path(),
                                                       seen.configuration.file, world.cancel);
}

// What fails is told, and the rest is looked at all the same.
template <class Work>
void trying(World& world, Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    world.err.write(error_text(error));
  }
}

Seen look_at(const devcontainer::Configuration& configuration, const context::GlobalFlags& docker,
             World& world) {
  Seen seen{.configuration = configuration};
  seen.image_name = configuration.image;
  seen.untracked = untracked_files(world);
  seen.nix_files = nix_files(world);
  seen.workflows = contents_of(".github/workflows",
                               [](const fs::path& file) { return fs::is_regular_file(file); });
  seen.local_features = contents_of(configuration.file.parent_path(), [](const fs::path& file) {
    return file.filename() == "devcontainer-feature.json";
  });
  seen.codespace_without_nix = world.environment.get("CODESPACES") && !has_nix(world.environment);
#ifndef __linux__
  seen.host_is_linux = false;
#endif
  without_display(world, [&](pipeline::World& inner) {
    pipeline::Connection connection = pipeline::connect(docker, inner);
    seen.builder_driver = builder_driver(connection.docker, world);
    if (configuration.is_compose()) {
      trying(world, [&] {
        seen.compose = devcontainer::read_compose_project(configuration, connection.docker,
                                                          world.processes, world.cancel);
        seen.image_name = devcontainer::service_of(configuration, *seen.compose).image;
      });
    }
    trying(world, [&] { ask_engine(seen, connection, world); });
  });
  return seen;
}

std::string text_of(const Finding& finding) {
  const bool is_problem = finding.weight == Finding::Weight::problem;
  return format("{}: {}: {}\n  {}\n", is_problem ? "problem" : "warning", finding.id, finding.seen,
                finding.remedy);
}

} // namespace

int run_devcontainer_check(const ParsedOptions& options, const context::GlobalFlags& docker,
                           World& world) {
  const devcontainer::Configuration configuration = workspace_configuration(options, world);
  const Seen seen = look_at(configuration, docker, world);
  const std::vector<Finding> findings = devcontainer::check(seen);
  for (const Finding& finding : findings)
    world.out.write(text_of(finding));
  if (findings.empty()) world.out.write("Nothing stands in the way.\n");
  const bool has_problem = std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.weight == Finding::Weight::problem; });
  return has_problem ? 1 : 0;
}

} // namespace nixbuild::plugin
