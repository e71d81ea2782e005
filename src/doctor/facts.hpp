#pragma once

#include "context/colima.hpp"
#include "context/context.hpp"
#include "context/machine.hpp"
#include "doctor/guest_report.hpp"
#include "doctor/machine_list.hpp"
#include "engine/engine.hpp"
#include "support/environment.hpp"
#include "support/error.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nixbuild::doctor {

// What is asked, each beside the others, and may fail to answer.
enum class Probe {
  nobody, // known without asking
  engine,
  containers,
  guest,
  colima,
  lima,
  client_nix,
  determinate,
  git,
};

// A file that only its owner may be able to read.
struct FileState {
  bool exists = false;
  bool for_others = false; // others than its owner and group may read it
};

// A Determinate Nix, as its own program tells of itself.
struct Determinate {
  std::string version; // `determinate-nixd version`
  std::string status;  // `determinate-nixd status`
  std::string config;  // /etc/determinate/config.json; empty when there is none
};

// The work tree that we are called in.
struct SourceTree {
  std::vector<std::string> untracked;
  std::vector<std::string> changed;
  std::string refusal; // of git, because somebody else owns it
};

// This machine beside the engine's.
struct Client {
  bool is_mac = false;
  std::optional<std::vector<context::ColimaProfile>> colima; // nothing: Colima is not installed
  std::string lima_version;                                  // `limactl --version`
  bool limactl_missing = false;

  bool has_nix = false;
  std::string nix_version;
  std::map<std::string, std::string> nix_settings; // `nix config show`
  std::vector<RemoteMachine> machines;             // that Nix here may build on
  bool machines_file = false;                      // /etc/nix/machines has some
  bool linux_builder_alias = false;                // ssh knows the host linux-builder
  bool rosetta_builder_alias = false;              // and rosetta-builder
  std::map<std::string, FileState> keys;           // of `machines`, and the linux-builder's
  std::set<int> listening;                         // ports of the loopback device
  std::optional<Disk> linux_builder_disk;          // its image's file here
  std::optional<Determinate> determinate;          // nothing: it is not installed
  bool darwin_has_nix = false;                     // nix-darwin writes nix.conf

  std::optional<SourceTree> source; // nothing: no git work tree
  std::string folder;               // the current one
  bool source_asked = false;        // whether the guest sees it
  bool flake = false;               // it has a flake.nix
  bool cachix_token = false;        // by variable or in cachix.dhall
};

// A container that the engine has, as far as it matters here.
struct Container {
  std::string name;
  std::string image; // what its image was called when it was made
  bool running = false;
  int exit_code = 0;           // of its program, once that has ended
  std::string runtime = {};    // what runs it: "runc"
  bool outdated = false;       // that name has another image now
  bool ours = false;           // its image has store paths
  std::optional<unsigned> tmp; // permissions of /tmp
  bool devcontainer = false;   // of the current folder
  bool loader = true;          // has what VS Code's server is started by
  bool libraries = true;       // and its libstdc++
};

// A builder container whose store was filled from another image than it is made from now.
struct BuilderContainer {
  std::string name;
  std::string volume_image;
  std::string image;
};

// Everything that was found out. What nobody answered is left out and told in `silent`.
struct Facts {
  Environment environment;
  std::optional<context::Context> context;
  std::optional<Error> context_error;
  std::string wanted_context;                   // by whatever names one; empty: none
  std::string configured_context;               // of config.json
  std::vector<std::string> docker = {"docker"}; // argv of its CLI, for the same engine
  context::Machine machine;
  std::optional<engine::Facts> engine;
  std::optional<Error> engine_error;
  std::vector<Container> containers;
  std::optional<BuilderContainer> builder_container;

  std::string builder; // "host", "ssh", "container"; empty when none could be chosen
  std::optional<Error> builder_error;
  std::vector<std::string> to_guest; // argv up to the command there; empty when nobody goes there
  std::string peer;                  // what is there: "Colima default", "this machine"
  std::optional<Guest> guest;
  std::optional<Error> guest_error;

  Client client;
  std::map<Probe, std::string> silent; // what is said of it
  std::string log;                     // of a failed command, that the user gave

  [[nodiscard]] bool builds_here() const { return builder == "host"; }
  // Whether Nix runs on another machine than we.
  [[nodiscard]] bool builds_elsewhere() const { return !builder.empty() && !builds_here(); }
  // `remedy`, and that `vm setup` is the short way where Nix is in the machine of the engine.
  [[nodiscard]] std::string or_by_setup(const std::string& remedy) const {
    return builder == "ssh" ? remedy + " `docker nixbuild vm setup` does that." : remedy;
  }
};

} // namespace nixbuild::doctor
