#include "image/closure_image.hpp"

#include "image/accounts.hpp"
#include "image/image_assembly.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr std::uint32_t nobody = 65534;
constexpr std::uint32_t first_own = 1000;

struct Accounts {
  std::vector<User> users;
  std::vector<Group> groups;
};

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void require_account_name(const std::string& name, const std::string& option) {
  const bool sound = !name.empty() && !name.starts_with('-') && is_account_field(name) &&
                     name.find_first_of("/ \t,") == std::string::npos;
  if (!sound) {
    throw Error(ErrorKind::invalid_input, format("--user \"{}\" names no user", option))
        .with_hint("give NAME, UID, NAME:GROUP or UID:GID");
  }
}

// Engines look user and group names up in the image: a name that nobody else has made gets an
// entry, or the container could not be started.
void add_user(const std::string& option, const std::string& shell, Accounts& accounts) {
  const std::size_t colon = option.find(':');
  const std::string user = option.substr(0, colon);
  const std::string group = colon == std::string::npos ? user : option.substr(colon + 1);
  const auto is_known = [](const auto& list, const std::string& name) {
    return is_number(name) ||
           std::ranges::any_of(list, [&](const auto& entry) { return entry.name == name; });
  };
  if (!is_known(accounts.groups, group)) {
    require_account_name(group, option);
    accounts.groups.push_back({.name = group, .gid = first_own, .members = {}});
  }
  if (!is_known(accounts.users, user)) {
    require_account_name(user, option);
    accounts.users.push_back({.name = user,
                              .uid = first_own,
                              .gid = first_own,
                              .description = {},
                              .home = "/home/" + user,
                              .shell = shell});
  }
}

Accounts accounts_of(const ClosureImageOptions& options, const std::string& shell) {
  Accounts accounts{
      .users = {{.name = "root", .description = "root", .home = "/root", .shell = shell},
                {.name = "nobody",
                 .uid = nobody,
                 .gid = nobody,
                 .description = "nobody",
                 .home = "/var/empty",
                 .shell = "/sbin/nologin"}},
      .groups = {{.name = "root", .gid = 0, .members = {}},
                 {.name = "nobody", .gid = nobody, .members = {}}}};
  if (!options.user.empty()) add_user(options.user, shell, accounts);
  return accounts;
}

// What every image has.
RootFiles standard_files(const Accounts& accounts) {
  RootFiles files;
  files.directory("/tmp", 01777);
  files.directory("/var/tmp", 01777);
  files.directory("/var/empty", 0555);
  files.directory("/root", 0700);
  for (const User& user : accounts.users) {
    if (user.home.starts_with("/home/")) {
      files.directory(user.home, 0700, {.uid = user.uid, .gid = user.gid});
    }
  }
  files.file("/etc/passwd", passwd_text(accounts.users));
  files.file("/etc/group", group_text(accounts.groups));
  // Without it glibc asks the DNS before /etc/hosts, which is where engines write names.
  files.file("/etc/nsswitch.conf", "hosts: files dns\n");
  return files;
}

std::vector<std::string> programs_in(const StoreView& store, const std::string& folder) {
  std::vector<std::string> programs;
  for (const std::string& name : store.names_in(folder)) {
    // nixpkgs' wrappers keep the program itself beside them as ".name-wrapped".
    if (!name.starts_with('.') && store.is_program(format("{}/{}", folder, name)))
      programs.push_back(name);
  }
  return programs;
}

std::vector<std::string> default_command(const ClosureSource& source, const StoreView& store,
                                         const std::string& package) {
  const std::string& root = root_path(source);
  if (store.is_program(root)) return {root};
  const std::string folder = root + "/bin";
  const std::vector<std::string> programs = programs_in(store, folder);
  for (const std::string& name : {source.main_program, package})
    if (std::ranges::count(programs, name) > 0) return {format("{}/{}", folder, name)};
  if (programs.size() == 1) return {format("{}/{}", folder, programs.front())};
  return {};
}

void set_path(const std::string& root, const StoreView& store, ContainerConfig& config) {
  std::string folders;
  for (const char* folder : {"/bin", "/sbin"})
    if (store.is_directory(root + folder)) folders += root + folder + ":";
  if (!folders.empty()) set_variable(config.env, format("PATH={}/usr/bin:/bin", folders));
}

} // namespace

Image closure_image(const ClosureSource& source, const ClosureImageOptions& options,
                    DigestTrust trust, DigestCache& cache, progress::Reporter& reporter,
                    const CancelToken& cancel) {
  const StoreView store = store_of(source);
  const std::string& root = root_path(source);
  const std::string package =
      source.package.empty() ? std::string(package_of(nix::store_name(root))) : source.package;
  const std::string shell = lowest_program(source, store, "bin/sh");

  RootFiles files =
      standard_files(accounts_of(options, shell.empty() ? "/sbin/nologin" : "/bin/sh"));
  if (!shell.empty()) files.link("/bin/sh", shell);
  if (const std::string env = lowest_program(source, store, "bin/env"); !env.empty()) {
    files.link("/usr/bin/env", env);
  }

  ContainerConfig config;
  config.cmd = default_command(source, store, package);
  set_path(root, store, config);
  add_certificates(source, store, files, config);
  apply_options(options, config);

  Image image = assemble_image(source, options, files, config, trust, cache, reporter, cancel);
  image.names = {image_name(options, package)};
  return image;
}

} // namespace nixbuild::image
