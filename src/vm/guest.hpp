#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::vm {

enum class Init { systemd, openrc, other };
enum class Rights { root, sudo, none }; // sudo: without a password

// How the guest's kernel runs programs of another architecture (kernel.org
// admin-guide/binfmt-misc).
struct Emulator {
  std::string name; // "qemu-x86_64", "rosetta"
  bool enabled = false;
  std::string flags; // F: works inside of Nix's sandbox, too
};

// The Nix that a guest has.
struct GuestNix {
  std::string program; // its path there; empty: none
  std::string version; // as `nix --version` says it
  bool works = false;  // its store answers the user
  std::string failure; // why not
  bool trusted = false;
};

// What lies in the guest for Nix, whether or not it works.
struct GuestFiles {
  bool store = false;     // /nix/store
  bool installer = false; // /nix/nix-installer, which can undo what it has done
  bool receipt = false;   // /nix/receipt.json, which that needs
  bool socket_unit = false;
  bool socket_active = false;
  bool openrc_service = false;
  // Lines of nix.conf and nix.custom.conf that include others, by file.
  std::map<std::string, std::vector<std::string>> includes;
};

// What we have done to a guest before, as it remembers it.
struct GuestJournal {
  std::vector<std::string> entries; // in order: "installed", "made /etc/nix", …
  std::vector<std::string> saved;   // files that were changed, or not there before
  [[nodiscard]] bool has(std::string_view entry) const;
  // What follows `key` in an entry that begins with it.
  [[nodiscard]] std::vector<std::string> all(std::string_view key) const;
  [[nodiscard]] bool empty() const { return entries.empty() && saved.empty(); }
};

// The machine that an engine runs on, as it showed itself to probe_script().
struct Guest {
  std::string kernel;  // "Linux"
  std::string machine; // "aarch64"
  std::string user;
  std::string os_id; // of os-release: "ubuntu"
  std::string os_name;
  Init init = Init::other;
  Rights rights = Rights::none;
  std::string root_type; // file system of /: "ext4", "tmpfs"
  bool ostree = false;
  bool nixos = false;
  bool namespaces = false; // the kernel has those that Nix's sandbox needs
  bool kvm = false;
  bool rosetta = false;                     // Lima has put Rosetta into it
  std::optional<std::string> fetcher;       // "curl", "wget"
  std::vector<std::string> data_disks;      // Lima's: "/mnt/lima-colima"
  std::optional<std::string> nix_mount;     // what is mounted at /nix
  std::optional<std::string> store_on_disk; // a data disk with a store on it
  std::optional<std::uint64_t> free_bytes;  // where /nix is or would be
  std::vector<Emulator> emulators;
  GuestNix nix;
  GuestFiles files;
  std::string settings; // our own file of them; empty: none
  GuestJournal journal;

  // Whether its Nix is one user's own, without a daemon. Of no meaning without a Nix.
  [[nodiscard]] bool single_user() const;
  // Whether what is written to / is gone after a restart.
  [[nodiscard]] bool root_in_memory() const;
  [[nodiscard]] std::string system() const; // Nix's: "aarch64-linux"
  // Other systems that it runs programs of inside of Nix's sandbox.
  [[nodiscard]] std::vector<std::string> emulated_systems() const;
};

} // namespace nixbuild::vm
