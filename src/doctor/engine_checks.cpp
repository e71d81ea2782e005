#include "doctor/check.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>

namespace nixbuild::doctor {

namespace {

using context::MachineKind;
using context::Origin;
using Look = std::optional<Outcome>;

bool is_named_by_variable(const context::Context& context) {
  return context.origin == Origin::docker_host || context.origin == Origin::docker_context;
}

Look context_exists(const Facts& facts) {
  if (facts.context)
    return fine(format("'{}', at {}", facts.context->name, facts.context->endpoint.host));
  if (!facts.context_error) return std::nullopt;
  std::string remedy = facts.context_error->hint();
  const std::string profile = context::colima_profile_of_context(facts.wanted_context);
  if (!profile.empty()) {
    remedy += format("{}Colima removes its context when it stops: colima start {}",
                     remedy.empty() ? "" : "; ", profile);
  }
  return failed(facts.context_error->message(), std::move(remedy));
}

Look context_is_not_overridden(const Facts& facts) {
  if (!facts.context || !is_named_by_variable(*facts.context)) return std::nullopt;
  const std::string variable = context::to_string(facts.context->origin);
  const std::string& configured = facts.configured_context;
  if (configured.empty() || configured == facts.context->name)
    return fine(format("{} names the engine", variable));
  return warned(format("{} is set and wins over the context '{}' that docker context use has "
                       "chosen",
                       variable, configured),
                format("Unset {}, or pass --context.", variable));
}

Look engine_answers(const Facts& facts) {
  if (facts.engine) {
    return fine(format("{} {}, for {}", facts.engine->product, facts.engine->version,
                       facts.engine->platform.str()));
  }
  if (!facts.engine_error) return std::nullopt;
  const std::string& hint = facts.engine_error->hint();
  return failed(facts.engine_error->message(), hint.substr(0, hint.find('\n')));
}

// What the tools call their contexts.
struct Named {
  std::string_view prefix;
  MachineKind kind;
};
constexpr std::array usual_names{
    Named{"colima", MachineKind::colima},
    Named{"lima-", MachineKind::lima},
    Named{"rancher-desktop", MachineKind::rancher_desktop},
    Named{"orbstack", MachineKind::orbstack},
    Named{"desktop-linux", MachineKind::docker_desktop},
};

Look engine_is_the_one_meant(const Facts& facts) {
  if (!facts.context) return std::nullopt;
  const std::string& name = facts.context->name;
  if (const auto instance = facts.environment.get("COLIMA_INSTANCE")) {
    const std::string profile = instance->starts_with("colima-") ? instance->substr(7) : *instance;
    const bool is_default = profile == "default" || profile == "colima";
    const std::string wanted = is_default ? "colima" : "colima-" + profile;
    if (name != wanted) {
      return warned(format("COLIMA_INSTANCE is {}, and the context is '{}'", *instance, name),
                    format("docker context use {}", wanted));
    }
  }
  for (const Named& usual : usual_names) {
    if (!name.starts_with(usual.prefix) || facts.machine.kind == usual.kind) continue;
    // The endpoint of a tunnel or of another machine's Colima says nothing.
    if (facts.machine.kind == MachineKind::ssh_host || facts.machine.kind == MachineKind::tcp_host)
      continue;
    return warned(format("the endpoint {} belongs to {}, although the context is called '{}'",
                         facts.context->endpoint.host, to_string(facts.machine.kind), name),
                  "Choose another context: docker context ls shows them.");
  }
  return fine(format("{}{}{}", to_string(facts.machine.kind), facts.machine.name.empty() ? "" : " ",
                     facts.machine.name));
}

Look one_engine_only(const Facts& facts) {
  if (!facts.guest || !facts.engine || facts.guest->engine_id.empty() || facts.engine->id.empty())
    return std::nullopt;
  if (facts.guest->engine_id == facts.engine->id)
    return fine(format("docker on {} reaches the same engine", facts.peer));
  return failed(format("docker on {} reaches another engine than docker here", facts.peer),
                "The context leads elsewhere than to that machine's engine: see `docker context "
                "inspect`, and DOCKER_HOST there.");
}

Look engine_is_near(const Facts& facts) {
  if (facts.machine.kind != MachineKind::ssh_host && facts.machine.kind != MachineKind::tcp_host)
    return std::nullopt;
  return fine("the engine is on another machine: sources are sent there");
}

// Enhanced Container Isolation runs all containers by Sysbox.
Look containers_may_have_the_socket(const Facts& facts) {
  if (facts.machine.kind != MachineKind::docker_desktop || facts.builder != "container" ||
      std::ranges::find(facts.containers, "sysbox-runc", &Container::runtime) ==
          facts.containers.end())
    return std::nullopt;
  return warned("Enhanced Container Isolation is on: the builder's container may not have the "
                "engine's socket",
                "Ask the administrator for dockerSocketMount.imageList, or build with --builder "
                "host.");
}

Look folders_are_shared(const Facts& facts) {
  if (facts.machine.kind != MachineKind::docker_desktop || facts.builder != "container")
    return std::nullopt;
  return fine("sources are sent into the builder's container, whatever is shared");
}

Look engine_has_its_rights(const Facts& facts) {
  if (!facts.engine || !facts.engine->rootless) return std::nullopt;
  if (facts.builder == "container") {
    return warned("the engine is rootless: privileged does not give a container real rights",
                  "Nix there may have no sandbox; build with --builder host or ssh instead.");
  }
  return fine("the engine is rootless, and Nix does not run in it");
}

constexpr std::array checks{
    Check{"X1", "the context exists", Probe::nobody, context_exists,
          "docker context ls shows the contexts; Colima removes its own when it stops."},
    Check{"X2", "the context is not overridden", Probe::nobody, context_is_not_overridden,
          "Unset DOCKER_HOST and DOCKER_CONTEXT, which win over docker context use."},
    Check{"X3", "the engine answers", Probe::engine, engine_answers,
          "Start the engine; add yourself to the group docker where permission is denied."},
    Check{"X4", "the engine is the one that is meant", Probe::nobody, engine_is_the_one_meant,
          "Choose the context that leads to the wanted engine: docker context use NAME."},
    Check{"X5", "there is one engine only", Probe::guest, one_engine_only,
          "See with `docker context inspect` where the context leads."},
    Check{"X6", "the engine's machine is this one or a VM of it", Probe::nobody, engine_is_near,
          "Sources are sent to engines of other machines; that is slower."},
    Check{"D1", "containers may have the engine's socket", Probe::containers,
          containers_may_have_the_socket,
          "Enhanced Container Isolation may forbid it: dockerSocketMount.imageList allows it."},
    Check{"D2", "the engine sees the folder", Probe::nobody, folders_are_shared,
          "Docker Desktop: Settings, Resources, File sharing."},
    Check{"D4", "the engine has its rights", Probe::engine, engine_has_its_rights,
          "The socket of a rootless engine is /run/user/UID/docker.sock."},
};

} // namespace

std::span<const Check> engine_checks() {
  return checks;
}

} // namespace nixbuild::doctor
