#include "builder/builder_container.hpp"
#include "builder/ssh_failure.hpp"
#include "doctor/guest_script.hpp"
#include "doctor/probes.hpp"
#include "process/carrier.hpp"
#include "source/local_flake.hpp"
#include "source/place_mark.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace nixbuild::doctor {

namespace {

using context::MachineKind;

constexpr std::size_t most_containers = 32;
constexpr std::string_view folder_label = "devcontainer.local_folder";
constexpr std::array library_places{"/lib/libstdc++.so.6",
                                    "/usr/lib/libstdc++.so.6",
                                    "/usr/lib64/libstdc++.so.6",
                                    "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
                                    "/usr/lib/aarch64-linux-gnu/libstdc++.so.6",
                                    "/run/current-system/sw/share/nix-ld/lib/libstdc++.so.6"};
constexpr std::array loader_places{"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1",
                                   "/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"};

class Containers {
public:
  Containers(engine::Engine& engine, const Asking& asking) : engine_(engine), asking_(asking) {}

  [[nodiscard]] std::vector<Container> all() {
    std::vector<Container> found;
    for (const engine::ListedContainer& listed : engine_.containers(asking_.cancel)) {
      if (listed.labels.contains(builder::builder_label)) continue;
      if (found.size() == most_containers) break;
      try {
        found.push_back(look_at(listed));
      } catch (const Error& error) { // it may be gone by now
        if (error.kind() == ErrorKind::cancelled) throw;
      }
    }
    return found;
  }

private:
  Container look_at(const engine::ListedContainer& listed) {
    const auto details = engine_.inspect_container(listed.id, asking_.cancel);
    Container container{.name = listed.name, .running = listed.running};
    if (details) {
      container.image = details->image;
      container.exit_code = details->exit_code;
      container.runtime = details->runtime;
    }
    const std::string now = id_of(container.image);
    container.outdated = !now.empty() && !engine::is_same_id(now, listed.image_id);
    container.ours = has(listed.id, "/nix/store");
    const auto tmp = engine_.stat_in_container(listed.id, "/tmp", asking_.cancel);
    if (tmp) container.tmp = tmp->permissions;
    const auto label = listed.labels.find(std::string(folder_label));
    container.devcontainer =
        label != listed.labels.end() && label->second == asking_.surroundings.folder.string();
    if (container.devcontainer) {
      const auto is_there = [&](const char* path) { return has(listed.id, path); };
      container.loader = std::ranges::any_of(loader_places, is_there);
      container.libraries = std::ranges::any_of(library_places, is_there);
    }
    return container;
  }

  [[nodiscard]] bool has(const std::string& container, const char* path) {
    return engine_.stat_in_container(container, path, asking_.cancel).has_value();
  }

  // Of the image that has a name now; empty for an ID and for a name that nothing has.
  const std::string& id_of(const std::string& name) {
    const auto known = ids_.find(name);
    if (known != ids_.end()) return known->second;
    std::string& id = ids_[name];
    if (name.empty() || name.starts_with("sha256:")) return id;
    if (const auto image = engine_.inspect_image(name, asking_.cancel)) id = image->id;
    return id;
  }

  engine::Engine& engine_;
  const Asking& asking_;
  std::map<std::string, std::string> ids_;
};

void ask_containers(Asking& asking, const ChosenWay& chosen) {
  asking.ask(Probe::containers, "the engine's list of containers", [&] {
    engine::Engine engine = asking.surroundings.engine->another_connection();
    asking.facts.containers = Containers(engine, asking).all();
    if (chosen.container_volume.empty()) return;
    const auto volume = engine.inspect_volume(chosen.container_volume, asking.cancel);
    const auto image = engine.inspect_image(chosen.container_image, asking.cancel);
    if (!volume || !image) return;
    asking.facts.builder_container =
        BuilderContainer{.name = chosen.container_volume,
                         .volume_image = builder::image_id_of(volume->labels),
                         .image = image->id};
  });
}

// Lets the guest look for a file that only we know of.
std::optional<source::PlaceMark> put_mark(const Asking& asking, GuestQuestions& questions) {
  try {
    const auto flake = source::local_flake(".", asking.surroundings.folder);
    if (!flake) return std::nullopt;
    auto mark = source::PlaceMark::put(*flake);
    if (mark) {
      questions.mark = mark->path().string();
      questions.source = flake->root.string();
    }
    return mark;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void ask_guest(Asking& asking, const ChosenWay& chosen) {
  Facts& facts = asking.facts;
  asking.ask(Probe::guest, facts.peer, [&] {
    GuestQuestions questions;
    const bool by_ssh = facts.builder == "ssh";
    const auto mark = by_ssh ? put_mark(asking, questions) : std::nullopt;
    facts.client.source_asked = mark.has_value();
    if (by_ssh) {
      questions.engine = true;
      questions.engine_socket = chosen.way->engine_socket.value_or("");
    }
    process::Command command = facts.builds_here() ? process::Command{.argv = facts.to_guest}
                                                   : process::carrier(facts.to_guest);
    command.argv.push_back(guest_script(questions));
    constexpr std::size_t most = std::size_t{4} << 20U;
    const auto answer =
        process::capture(asking.surroundings.processes, command, asking.cancel, most);
    if (answer.status.success()) {
      facts.guest = parse_guest_report(answer.out);
    } else {
      facts.guest_error = builder::start_failure(
          {.status = answer.status, .out = {}, .err = answer.err}, facts.peer);
    }
  });
}

void stay_here(Facts& facts) {
  facts.builder = "host";
  facts.to_guest = {"sh", "-c"};
  facts.peer = "this machine";
}

ChosenWay choose(Asking& asking) {
  Facts& facts = asking.facts;
  ChosenWay chosen;
  try {
    chosen = asking.surroundings.choose(asking.cancel);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    facts.builder_error = error;
    return chosen;
  }
  facts.builder = chosen.builder;
  if (chosen.way) {
    facts.to_guest = chosen.way->argv;
    facts.peer = chosen.way->peer;
  } else if (facts.builds_here()) {
    stay_here(facts);
  }
  return chosen;
}

// Without an engine nothing is chosen; on Linux Nix would be that of this machine.
void ask_this_machine_instead(Asking& asking) {
#ifdef __linux__
  Facts& facts = asking.facts;
  const MachineKind kind = facts.machine.kind;
  if (kind != MachineKind::this_machine && kind != MachineKind::rootless &&
      kind != MachineKind::wsl)
    return;
  stay_here(facts);
  ask_guest(asking, {.builder = facts.builder});
#else
  (void)asking;
#endif
}

} // namespace

void ask_engine(Asking& asking) {
  if (asking.surroundings.engine == nullptr) return;
  Facts& facts = asking.facts;
  ChosenWay chosen;
  asking.ask(Probe::engine, "the engine", [&] {
    try {
      facts.engine = asking.surroundings.engine->facts(asking.cancel);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      facts.engine_error = error;
      return;
    }
    facts.machine =
        context::confirm_machine(facts.machine, {.operating_system = facts.engine->operating_system,
                                                 .kernel = facts.engine->kernel});
    chosen = choose(asking);
  });
  if (!facts.engine) {
    if (facts.engine_error) ask_this_machine_instead(asking);
    return;
  }
  parallel_for(2, 2,
               [&](std::size_t index) {
                 if (index == 0) ask_containers(asking, chosen);
                 if (index == 1 && !facts.to_guest.empty()) ask_guest(asking, chosen);
               },
               {});
}

} // namespace nixbuild::doctor
