#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::doctor {

// Of the file system that a path is on.
struct Disk {
  std::uint64_t bytes = 0;
  std::uint64_t free_bytes = 0;
};

// A line of /proc/mounts (proc(5)).
struct MountPoint {
  std::string path;
  std::string type;
  bool read_only = false;
};

// A program that the kernel starts programs of another kind with (Linux binfmt_misc).
struct Emulator {
  std::string name; // "rosetta", "qemu-x86_64"
  std::string interpreter;
  bool enabled = false;
  bool fixed =
      false; // the flag F: opened when it was registered, so that sandboxes need not see it
};

// How a binary cache answered when it was asked from where Nix runs.
struct CacheAnswer {
  std::string url;
  int status = 0;    // of HTTP; 0 when there was no answer
  std::string words; // of curl, when there was none
};

// What the guest script (guest_script.hpp) found where Nix runs.
struct Guest {
  std::string machine; // `uname -m`
  std::string user;
  std::map<std::string, Disk> disks; // "/", "/nix"
  std::vector<MountPoint> mounts;
  std::vector<Emulator> emulators;
  std::string engine_id;

  std::string nix;                             // the program; empty when there is none
  std::string nix_version;                     // as it prints it
  std::map<std::string, std::string> settings; // some of nix.conf, as Nix understands them
  std::string store_error;                     // why Nix does not reach its store
  std::string daemon_unit; // what systemctl says of nix-daemon.socket; empty without systemd
  std::vector<CacheAnswer> caches;
  std::vector<std::string> netrc_machines; // that the daemon's netrc knows a password for

  int user_id = -1;
  int store_owner = -1;
  std::optional<unsigned> tmp_permissions; // 01777
  std::optional<bool> trusted;             // by the store, where it says
  bool nix_in_path = false;
  bool nix_commands = true; // the feature is on in nix.conf
  bool daemon_socket = false;
  bool store_writable = false;
  bool kvm = false;
  bool xz = false;
  bool source_seen = false;
  bool source_writable = false;
  bool cachix_netrc = false; // the user's own netrc has a password of Cachix
  bool token_in_argv = false;

  // The value of a setting; empty when it is not known.
  [[nodiscard]] std::string setting(const std::string& name) const;
  // Whether one of its words is `word`.
  [[nodiscard]] bool setting_has(const std::string& name, std::string_view word) const;
  // The file system that holds `path`; nothing when the mounts are not known.
  [[nodiscard]] const MountPoint* mount_of(std::string_view path) const;
};

// Reads what the script printed. Lines that it does not know are passed over.
[[nodiscard]] Guest parse_guest_report(std::string_view text);

} // namespace nixbuild::doctor
