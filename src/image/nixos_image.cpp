#include "image/nixos_image.hpp"

#include "image/image_assembly.hpp"
#include "image/nixos_accounts.hpp"
#include "nix/registration.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr std::size_t config_limit = std::size_t{4} << 20U;
constexpr std::string_view current_system = "/run/current-system/sw";
constexpr std::string_view registration_file = "/nix-path-registration";

// A system and where its parts are.
struct System {
  const ClosureSource& source;
  StoreView store;
  std::string toplevel;
  std::string software; // what /run/current-system/sw will lead to
};

System system_of(const ClosureSource& source) {
  StoreView store = store_of(source);
  const std::string& toplevel = root_path(source);
  std::string software = store.resolve(toplevel + "/sw").value_or(toplevel + "/sw");
  return {.source = source,
          .store = std::move(store),
          .toplevel = toplevel,
          .software = std::move(software)};
}

// Where init is a bare systemd, stage 2 of the boot is in a file of its own.
std::string stage_2(const System& system) {
  const std::string prepare_root = system.toplevel + "/prepare-root";
  return system.store.is_program(prepare_root) ? prepare_root : system.toplevel + "/init";
}

// A program of the system, by a path that exists before the activation; empty when there is none.
std::string program(const System& system, std::string_view name) {
  std::string installed = format("{}/bin/{}", system.software, name);
  if (system.store.is_program(installed)) return installed;
  return lowest_program(system.source, system.store, format("bin/{}", name));
}

// The content of the file in the closure whose name ends so.
std::optional<std::string> find_file(const System& system, std::string_view name_end) {
  for (const nix::ClosurePath& path : system.source.closure.paths)
    if (nix::store_name(path.path).ends_with(name_end))
      if (auto content = system.store.read(path.path, config_limit)) return content;
  return {};
}

NixosAccounts accounts_of(const System& system) {
  for (const char* name : {"users-groups.json", "userborn.json"}) {
    const auto content = find_file(system, name);
    if (!content) continue;
    if (auto accounts = parse_nixos_accounts(*content)) return std::move(*accounts);
  }
  return minimal_accounts(format("{}/bin/bash", current_system));
}

// Shells are declared below /run/current-system, which only the activation makes.
void make_shells_exist(const System& system, std::vector<User>& users) {
  for (User& user : users) {
    if (!user.shell.starts_with(format("{}/", current_system))) continue;
    const std::string existing = system.software + user.shell.substr(current_system.size());
    if (system.store.is_program(existing)) user.shell = existing;
  }
}

void add_accounts(const System& system, RootFiles& files) {
  NixosAccounts accounts = accounts_of(system);
  make_shells_exist(system, accounts.users);
  files.file("/etc/passwd", passwd_text(accounts.users));
  files.file("/etc/group", group_text(accounts.groups));
  if (!accounts.shadow.empty()) {
    files.file("/etc/shadow", accounts.shadow, 0640, {.uid = 0, .gid = accounts.shadow_gid});
  }
  files.directory("/root", 0700);
  for (const HomeFolder& home : accounts.homes)
    files.directory(home.path, home.mode, {.uid = home.uid, .gid = home.gid});
}

void add_programs(const System& system, RootFiles& files) {
  files.link("/sbin/init", stage_2(system));
  files.link("/init", stage_2(system));
  using Place = std::pair<const char*, const char*>;
  for (const auto& [place, name] :
       {Place{"/bin/sh", "sh"}, Place{"/bin/bash", "bash"}, Place{"/usr/bin/env", "env"}})
    if (std::string found = program(system, name); !found.empty()) files.link(place, found);
}

// Where programs of other distributions have their loader (the ABI's PT_INTERP).
std::string_view loader_place(const oci::Platform& platform) {
  if (platform.architecture == "amd64") return "/lib64/ld-linux-x86-64.so.2";
  if (platform.architecture == "arm64") return "/lib/ld-linux-aarch64.so.1";
  if (platform.architecture == "arm") return "/lib/ld-linux-armhf.so.3";
  if (platform.architecture == "386") return "/lib/ld-linux.so.2";
  if (platform.architecture == "riscv64") return "/lib/ld-linux-riscv64-lp64d.so.1";
  return {};
}

void add_loader(const System& system, RootFiles& files, ContainerConfig& config) {
  const std::string place(loader_place(system.source.platform));
  if (place.empty()) return;
  const std::string glibc_loader =
      lowest_program(system.source, system.store, format("lib{}", place.substr(place.rfind('/'))));
  const std::string nix_ld = lowest_program(system.source, system.store, "libexec/nix-ld");
  if (nix_ld.empty()) {
    if (!glibc_loader.empty()) files.link(place, glibc_loader);
    return;
  }
  files.link(place, nix_ld);
  // Its own defaults lie below /run/current-system.
  const std::string libraries = system.software + "/share/nix-ld/lib";
  const std::string loader = libraries + "/ld.so";
  if (system.store.exists(loader)) {
    set_variable(config.env, format("NIX_LD={}", loader));
  } else if (!glibc_loader.empty()) {
    set_variable(config.env, format("NIX_LD={}", glibc_loader));
  }
  if (system.store.is_directory(libraries)) {
    set_variable(config.env, format("NIX_LD_LIBRARY_PATH={}", libraries));
  }
}

// nixpkgs' docker profile fills the container's Nix database from this file at the first boot.
void add_registration(const System& system, RootFiles& files) {
  const auto commands = find_file(system, "local-cmds"); // boot.postBootCommands
  if (!commands || commands->find(registration_file) == std::string::npos) return;
  files.file(std::string(registration_file), nix::registration_text(system.source.closure));
}

std::string search_path(const System& system) {
  std::string path = "/run/wrappers/bin";
  for (const std::string_view software : {current_system, std::string_view(system.software)})
    for (const char* folder : {"/bin", "/sbin"})
      if (system.store.is_directory(system.software + folder))
        path += format(":{}{}", software, folder);
  return path;
}

} // namespace

bool is_nixos_toplevel(const std::string& path, const std::string& store_root) {
  const StoreView store(path.substr(0, path.rfind('/')), store_root);
  return store.is_program(path + "/init") &&
         (store.exists(path + "/nixos-version") ||
          (store.is_directory(path + "/etc") && store.is_directory(path + "/systemd")));
}

Image nixos_image(const ClosureSource& source, const ClosureImageOptions& options,
                  DigestTrust trust, DigestCache& cache, progress::Reporter& reporter,
                  const CancelToken& cancel) {
  if (!options.user.empty()) {
    throw Error(ErrorKind::invalid_input,
                format("--user {}: a NixOS system starts as root", options.user))
        .with_hint("leave it out; `docker exec --user` and a dev container's remoteUser choose "
                   "who works in the container");
  }
  const System system = system_of(source);
  RootFiles files;
  ContainerConfig config{.entrypoint = {"/sbin/init"}, .stop_signal = "SIGRTMIN+3"};
  config.env = {format("PATH={}", search_path(system)), "container=docker"};

  files.directory("/tmp", 01777);
  files.directory("/var/tmp", 01777);
  files.directory("/var/empty", 0555);
  add_programs(system, files);
  add_accounts(system, files);
  if (const auto release = system.store.resolve(system.toplevel + "/etc/os-release")) {
    files.link("/etc/os-release", *release);
  }
  add_certificates(source, system.store, files, config);
  add_loader(system, files, config);
  add_registration(system, files);
  apply_options(options, config);

  Image image = assemble_image(source, options, files, config, trust, cache, reporter, cancel);
  image.names = {image_name(options, package_of(nix::store_name(system.toplevel)))};
  return image;
}

} // namespace nixbuild::image
