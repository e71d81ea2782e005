#include "builder/any_shell.hpp"
#include "doctor/check.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace nixbuild::doctor {

namespace {

using Look = std::optional<Outcome>;

constexpr unsigned usual_tmp = 01777;

template <class Wanted>
std::vector<const Container*> those(const Facts& facts, Wanted&& wanted) {
  std::vector<const Container*> found;
  for (const Container& container : facts.containers)
    if (wanted(container)) found.push_back(&container);
  return found;
}

std::string names_of(const std::vector<const Container*>& containers) {
  std::vector<std::string> names;
  names.reserve(containers.size());
  for (const Container* container : containers)
    names.push_back(container->name);
  return format("{}", fmt::join(names, ", "));
}

Look containers_are_of_their_images(const Facts& facts) {
  if (facts.containers.empty()) return std::nullopt;
  const auto old = those(facts, [](const Container& container) { return container.outdated; });
  if (old.empty()) return fine("all containers are of the images that have their names now");
  return warned(format("of an older image than {} is now: {}", old.front()->image, names_of(old)),
                "A load changes no container: make them anew (docker compose up -d, docker rm and "
                "run, Rebuild Container).");
}

Fix mend_tmp(const Facts& facts, const Container& container) {
  Fix fix{.what = format("let everybody write to /tmp in {}", container.name),
          .argv = facts.docker};
  fix.argv.insert(fix.argv.end(), {"exec", "--user", "0", container.name, "sh", "-c",
                                   "mkdir -p /tmp && chmod 1777 /tmp"});
  return fix;
}

Look tmp_is_for_everybody(const Facts& facts) {
  if (facts.guest && facts.guest->tmp_permissions && *facts.guest->tmp_permissions != usual_tmp) {
    const std::string command = "sudo chmod 1777 /tmp";
    Fix fix{.what = format("{} on {}", command, facts.peer), .argv = facts.to_guest};
    fix.argv.push_back(
        builder::for_any_shell("if [ $(id -u) = 0 ]; then chmod 1777 /tmp; else sudo -n "
                               "chmod 1777 /tmp; fi"));
    return failed(format("/tmp on {} has the permissions {:o} and not 1777", facts.peer,
                         *facts.guest->tmp_permissions),
                  command, std::move(fix));
  }
  const auto bad = those(facts, [](const Container& container) {
    return (container.ours || container.devcontainer) && container.tmp.value_or(0) != usual_tmp;
  });
  if (bad.empty()) {
    if (!facts.guest) return std::nullopt;
    return fine("everybody may write to /tmp");
  }
  std::optional<Fix> fix;
  if (bad.front()->running) fix = mend_tmp(facts, *bad.front());
  return warned(format("not everybody can write to /tmp in {}", names_of(bad)),
                "mkdir -p -m 1777 tmp in extraCommands or fakeRootCommands of the image; in a "
                "container that is there already: chmod 1777 /tmp, and setfacl -k /tmp.",
                std::move(fix));
}

Look builder_is_of_its_image(const Facts& facts) {
  if (!facts.builder_container) return std::nullopt;
  const BuilderContainer& builder = *facts.builder_container;
  if (builder.volume_image == builder.image)
    return fine(format("{} is of its image", builder.name));
  return warned(format("the store of {} was filled from another image", builder.name),
                "The next build fills it anew. To have that now: docker nixbuild builder rm "
                "default");
}

Look editors_find_their_libraries(const Facts& facts) {
  const auto here = those(facts, [](const Container& container) { return container.devcontainer; });
  if (here.empty()) return std::nullopt;
  const auto bad = std::ranges::find_if(
      here, [](const Container* container) { return !container->loader || !container->libraries; });
  if (bad == here.end()) return fine("VS Code's server finds its loader and libraries");
  return warned(format("{} has no {}, by which VS Code's server is started", (*bad)->name,
                       (*bad)->loader ? "libstdc++.so.6" : "loader of foreign programs"),
                "Enable programs.nix-ld in NixOS, or add the loader and stdenv.cc.cc.lib to the "
                "image; docker nixbuild devcontainer check tells more.");
}

// 130, 137 and 143: somebody stopped it.
bool failed_by_itself(const Container& container) {
  const int code = container.exit_code;
  return container.devcontainer && !container.running && code != 0 && code != 130 && code != 137 &&
         code != 143;
}

Look dev_containers_run(const Facts& facts) {
  const auto ended = those(facts, failed_by_itself);
  if (ended.empty()) return std::nullopt;
  return warned(
      format("{} ended by itself, with status {}", ended.front()->name, ended.front()->exit_code),
      format("docker logs {}; a NixOS system needs to be process 1: docker nixbuild "
             "devcontainer check tells more.",
             ended.front()->name));
}

constexpr std::array checks{
    Check{"B4", "containers are of their images", Probe::containers, containers_are_of_their_images,
          "docker load changes no container: make them anew."},
    Check{"B8", "everybody may write to /tmp", Probe::containers, tmp_is_for_everybody,
          "mkdir -p -m 1777 tmp in extraCommands or fakeRootCommands"},
    Check{"D3", "the builder's container is of its image", Probe::containers,
          builder_is_of_its_image, "docker nixbuild builder rm NAME"},
    Check{"V1", "VS Code finds its libraries", Probe::containers, editors_find_their_libraries,
          "programs.nix-ld in NixOS, or the loader and libstdc++ in the image"},
    Check{"V2", "dev containers run", Probe::containers, dev_containers_run,
          "docker logs CONTAINER says why it ended"},
};

} // namespace

std::span<const Check> container_checks() {
  return checks;
}

} // namespace nixbuild::doctor
