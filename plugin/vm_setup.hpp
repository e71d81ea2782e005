#pragma once

#include "pipeline/world.hpp"
#include "plugin/parsed_options.hpp"
#include "plugin/vm_place.hpp"
#include "plugin/world.hpp"
#include "progress/mode.hpp"
#include "vm/guest.hpp"
#include "vm/setup_plan.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace nixbuild::plugin {

struct VmSetup {
  std::optional<std::filesystem::path> installer; // else beside the plugin, or the internet's
  std::string builder_image;                      // of a builder container; empty: the usual
  bool persist = false;
  bool dry_run = false;
  bool uninstall = false;
  // Whether to go on, after the user has seen what will be done.
  std::function<bool()> may_go_on = [] { return true; };
  progress::Mode mode = progress::Mode::automatic;
};

// What the options of setup and create ask for. Throws an Error of kind invalid_input.
[[nodiscard]] VmSetup parse_vm_setup(const ParsedOptions& options);

// Puts Nix into the machine behind the context that `docker` means, or takes it away; prints what
// it does and did, and returns the exit status. Throws an Error.
int set_up_vm(const VmSetup& wanted, const context::GlobalFlags& docker, World& world);

// What a plan says to people: what the machine is, the steps, the notes.
[[nodiscard]] std::string plan_text(const vm::SetupPlan& plan, const vm::Guest& guest,
                                    const std::string& peer);

} // namespace nixbuild::plugin
