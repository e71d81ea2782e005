#include "builder/agent_files.hpp"
#include "pipeline/builders.hpp"
#include "pipeline/directories.hpp"
#include "plugin/confirmation.hpp"
#include "plugin/display.hpp"
#include "plugin/vm_commands.hpp"
#include "plugin/vm_setup.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "vm/set_up.hpp"

#include <string_view>
#include <utility>

namespace nixbuild::plugin {

namespace {

std::string guest_text(const vm::Guest& guest) {
  const char* const init = guest.init == vm::Init::systemd  ? "systemd"
                           : guest.init == vm::Init::openrc ? "OpenRC"
                                                            : "no service manager that we know";
  return format("{}, {}, {}, as {}", guest.os_name.empty() ? guest.kernel : guest.os_name,
                guest.machine, init, guest.user);
}

std::string indented(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    result += format("      {}\n", line);
  }
  return result;
}

vm::SetupWish wish_of(const VmSetup& wanted, const vm::Guest& guest, World& world) {
  vm::SetupWish wish{.installer = {}, .persist = wanted.persist};
  if (wanted.installer)
    wish.installer = vm::open_installer(*wanted.installer, guest.system());
  else
    wish.installer = vm::find_installer(
        builder::agent_folders(world.environment, builder::own_program()), guest.system());
  return wish;
}

int nothing_to_do(std::string_view text, World& world) {
  world.out.write(text);
  return 0;
}

// Whether the steps are to be done: shows them, and asks.
bool shown_and_wanted(const std::string& text, const VmSetup& wanted, World& world) {
  world.out.write(text);
  if (wanted.dry_run) return false;
  if (wanted.may_go_on()) return true;
  world.out.write("Nothing was changed.\n");
  return false;
}

// The machine behind a context that Nix cannot be put into: a container does it.
class ContainerSetup {
public:
  ContainerSetup(const VmSetup& wanted, const context::GlobalFlags& docker,
                 const MachineBehind& behind, World& world)
      : wanted_(wanted)
      , docker_(docker)
      , world_(world)
      , context_(behind.connection.context)
      , current_(builder::BuilderStore(pipeline::builders_directory(world.environment))
                     .current_of(context_.endpoint.host)) {}

  int run(const std::string& reason) {
    const bool is_there = current_ && current_->driver == builder::Driver::container;
    if (wanted_.uninstall) return is_there ? remove() : nothing_to_do(nothing_was_done, world_);
    if (wanted_.persist) {
      throw Error(
          ErrorKind::invalid_input,
          format("--persist has no meaning: {}, and its builder container has a volume", reason));
    }
    if (is_there)
      return nothing_to_do(format("The builder container {} is there already.\n", current_->name),
                           world_);
    return create(reason);
  }

  static constexpr std::string_view nothing_was_done = "Nothing was done to this machine by us.\n";

private:
  int create(const std::string& reason) {
    const std::string text = format("Nix cannot be put into this machine: {}.\n"
                                    "This will:\n"
                                    "  create a builder container beside the engine, with a volume "
                                    "for its /nix, and use it from now on\n",
                                    reason);
    if (!shown_and_wanted(text, wanted_, world_)) return 0;
    const std::string name = with_display(
        wanted_.mode, progress::Activity::building, docker_, world_, [&](pipeline::World& inner) {
          return pipeline::create_builder({.name = {},
                                           .container = {.image = wanted_.builder_image},
                                           .use = true,
                                           .bootstrap = true},
                                          docker_, inner, world_.cancel);
        });
    world_.out.write(format("The builder container {} is ready.\n", name));
    return 0;
  }

  int remove() {
    const std::string text = format("This will:\n  remove the builder container {}, and the volume "
                                    "with all that is in its store\n",
                                    current_->name);
    if (!shown_and_wanted(text, wanted_, world_)) return 0;
    without_display(world_, [&](pipeline::World& inner) {
      pipeline::remove_builder({.name = current_->name}, docker_, inner, world_.cancel);
    });
    world_.out.write("All that was done is taken back.\n");
    return 0;
  }

  const VmSetup& wanted_;
  const context::GlobalFlags& docker_;
  World& world_;
  const context::Context& context_;
  std::optional<builder::NamedBuilder> current_;
};

std::string why_container(const vm::Guest& guest) {
  if (guest.root_in_memory())
    return format("its root is in memory ({}), where nothing stays", guest.root_type);
  return guest.rights == vm::Rights::none
             ? format("{} may not become root there (sudo -n)", guest.user)
             : format("nothing there can start a daemon for {}", guest.user);
}

int take_back(const VmSetup& wanted, const vm::Guest& guest, const vm::GuestPlace& place,
              const context::GlobalFlags& docker, World& world) {
  const vm::SetupPlan plan = vm::plan_removal(guest);
  if (plan.steps.empty()) return nothing_to_do(ContainerSetup::nothing_was_done, world);
  if (!shown_and_wanted(plan_text(plan, guest, place.peer), wanted, world)) return 0;
  with_display(wanted.mode, progress::Activity::building, docker, world,
               [&](pipeline::World& inner) {
                 vm::carry_out(plan, guest, place, inner.processes, inner.reporter, world.cancel);
               });
  world.out.write("All that was done is taken back.\n");
  return 0;
}

// What was done has to be seen there.
void require_nothing_left(const vm::SetupPlan& plan, const std::string& peer) {
  if (plan.steps.empty()) return;
  throw Error(ErrorKind::failed, format("\"{}\" was done on {}, and nothing came of it",
                                        plan.steps.front().what, peer))
      .with_hint("does something there write this file anew?");
}

int put_in(const VmSetup& wanted, const vm::SetupPlan& plan, const vm::Guest& guest,
           const vm::GuestPlace& place, const context::GlobalFlags& docker, World& world) {
  if (plan.steps.empty())
    world.out.write(plan_text(plan, guest, place.peer));
  else if (!shown_and_wanted(plan_text(plan, guest, place.peer), wanted, world))
    return 0;
  if (wanted.dry_run) return 0;
  const vm::Guest now = with_display(
      wanted.mode, progress::Activity::building, docker, world, [&](pipeline::World& inner) {
        vm::carry_out(plan, guest, place, inner.processes, inner.reporter, world.cancel);
        vm::Guest tried = vm::try_out(place, inner.processes, inner.reporter, world.cancel);
        require_nothing_left(vm::plan_setup(tried, {.persist = wanted.persist}), place.peer);
        return tried;
      });
  world.out.write(format("{} is ready on {}: {}\n", now.nix.version, place.peer, now.nix.program));
  return 0;
}

} // namespace

std::string plan_text(const vm::SetupPlan& plan, const vm::Guest& guest, const std::string& peer) {
  std::string text = format("{}: {}\n", peer, guest_text(guest));
  if (plan.approach == vm::Approach::managed)
    text += guest.nixos ? "This is NixOS, whose settings are in its configuration.\n"
                        : format("It has Nix, and {} may not change its settings.\n", guest.user);
  else if (plan.steps.empty())
    text += "There is nothing to do.\n";
  else
    text += "This will:\n";
  for (const vm::Step& step : plan.steps)
    text += format("  {}\n{}", step.what, indented(step.text));
  for (const std::string& note : plan.notes)
    text += format("Note: {}.\n", note);
  return text;
}

VmSetup parse_vm_setup(const ParsedOptions& options) {
  VmSetup wanted{.installer = {},
                 .builder_image = options.value("builder-image").value_or(""),
                 .persist = options.is_on("persist"),
                 .dry_run = options.is_on("dry-run"),
                 .uninstall = options.is_on("uninstall"),
                 .mode = progress_mode_of(options)};
  if (const auto file = options.value("installer")) wanted.installer = *file;
  return wanted;
}

int set_up_vm(const VmSetup& wanted, const context::GlobalFlags& docker, World& world) {
  return without_display(world, [&](pipeline::World& inner) {
    MachineBehind behind = machine_behind(docker, inner, world.cancel);
    ContainerSetup container(wanted, docker, behind, world);
    if (!behind.place) {
      (void)behind.connection.engine.facts(world.cancel); // one that is gone is told as such
      return container.run(format("no command gets into it ({})", to_string(behind.machine.kind)));
    }
    const vm::GuestPlace& place = *behind.place;
    const vm::Guest guest = vm::probe(place, world.processes, world.cancel);
    if (vm::approach_for(guest) == vm::Approach::container && guest.journal.empty())
      return container.run(why_container(guest));
    if (wanted.uninstall) return take_back(wanted, guest, place, docker, world);
    const vm::SetupPlan plan = vm::plan_setup(guest, wish_of(wanted, guest, world));
    return put_in(wanted, plan, guest, place, docker, world);
  });
}

int run_vm_setup(const ParsedOptions& options, const context::GlobalFlags& docker, World& world) {
  VmSetup wanted = parse_vm_setup(options);
  if (!options.is_on("force")) wanted.may_go_on = [&world] { return confirmed(world); };
  return set_up_vm(
      wanted, options.words.empty() ? docker : with_context(docker, options.words.front()), world);
}

} // namespace nixbuild::plugin
