#include "vm/probe.hpp"

#include "nix/discovery.hpp"
#include "progress/text.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "vm/edits.hpp"
#include "vm/settings.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

namespace nixbuild::vm {

namespace {

constexpr std::string_view script = R"sh(
say() { printf "%s=%s\n" "$1" "$2"; }
have() { command -v "$1" >/dev/null 2>&1; }
exists() { if [ -e "$2" ]; then say "$1" yes; fi; }
say probe begin; as_root=
say kernel "$(uname -s)"; say machine "$(uname -m)"; say user "$(id -un)"
[ -r /etc/os-release ] && sed -n "s/^\(ID\|PRETTY_NAME\)=/os.\1=/p" /etc/os-release
if [ -d /run/systemd/system ]; then say init systemd
elif [ -d /run/openrc ]; then say init openrc; else say init other; fi
if [ "$(id -u)" = 0 ]; then say rights root
elif have sudo && sudo -n true 2>/dev/null; then say rights sudo; as_root="sudo -n"
else say rights none; fi
root=
while read -r device point type rest; do
  case $point in
    /) root=$type;;
    /nix) say nix_mount "$device";;
    /mnt/lima-cidata | /mnt/lima-rosetta) ;;
    /mnt/lima-*) say data_disk "$point"; [ -d "$point/nix/store" ] && say store_on_disk "$point";;
  esac
done </proc/mounts
say root_type "$root"
exists ostree /run/ostree-booted; exists nixos /etc/NIXOS
exists kvm /dev/kvm; exists rosetta /mnt/lima-rosetta/rosetta
[ -e /proc/self/ns/mnt ] && [ -e /proc/self/ns/pid ] && say namespaces yes
if have curl; then say fetcher curl; elif have wget; then say fetcher wget; fi
place=/nix; [ -d /nix ] || place=/
set -- $(df -Pk "$place" 2>/dev/null | tail -n 1); say free_kib "${4:-}"
for file in /proc/sys/fs/binfmt_misc/*; do
  case ${file##*/} in register | status | "*") continue;; esac
  say emulator "${file##*/} $(head -n 1 "$file") $(sed -n "s/^flags: *//p" "$file")"
done
exists store /nix/store; exists installer /nix/nix-installer; exists receipt /nix/receipt.json
exists openrc_service /etc/init.d/nix-daemon
if [ -d /run/systemd/system ]; then
  systemctl cat nix-daemon.socket >/dev/null 2>&1 && say socket_unit yes
  systemctl is-active nix-daemon.socket >/dev/null 2>&1 && say socket_active yes
fi
for file in /etc/nix/nix.conf /etc/nix/nix.custom.conf; do
  [ -e "$file" ] && $as_root sed -n "s|^ *!*include .*|include=$file &|p" "$file"
done
[ -e "$settings" ] && $as_root sed "s/^/setting=/" "$settings"
[ -e "$journal" ] && $as_root sed "s/^/journal=/" "$journal"
[ -d "$saved" ] && $as_root find "$saved" -type f -o -type l | sed "s|^$saved|saved=|"
if [ -n "$nix" ]; then
  say nix "$nix"; say nix_version "$("$nix" --version 2>/dev/null | head -n 1)"
  ask() { answer=$("$nix" --extra-experimental-features nix-command store "$1" 2>&1); }
  if ask info || ask ping; then
    say nix_works yes
  else
    say nix_failure "$(printf "%s\n" "$answer" | grep -v "^warning" | head -n 1)"
  fi
  case $answer in *"Trusted: 1"*) say nix_trusted yes;; esac
fi
say probe end
)sh";

using Values = std::function<void(std::string_view)>;

std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  return std::string(value);
}

Values flag(bool& into) {
  return [&into](std::string_view value) { into = value == "yes"; };
}

Values text(std::string& into) {
  return [&into](std::string_view value) { into = unquoted(value); };
}

Values text(std::optional<std::string>& into) {
  return [&into](std::string_view value) { into = std::string(value); };
}

Values list(std::vector<std::string>& into) {
  return [&into](std::string_view value) { into.emplace_back(value); };
}

// "NAME enabled FLAGS".
Emulator emulator_of(std::string_view value) {
  const std::size_t first = std::min(value.find(' '), value.size());
  const std::string_view rest = value.substr(std::min(first + 1, value.size()));
  const std::size_t second = std::min(rest.find(' '), rest.size());
  return {.name = std::string(value.substr(0, first)),
          .enabled = rest.substr(0, second) == "enabled",
          .flags = std::string(rest.substr(std::min(second + 1, rest.size())))};
}

std::optional<std::uint64_t> bytes_of_kib(std::string_view value) {
  std::uint64_t kib = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), kib);
  constexpr std::uint64_t limit = UINT64_MAX / 1024;
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() || kib > limit)
    return std::nullopt;
  return kib * 1024;
}

void add_include(GuestFiles& files, std::string_view value) {
  const std::size_t space = std::min(value.find(' '), value.size());
  files.includes[std::string(value.substr(0, space))].emplace_back(
      value.substr(std::min(space + 1, value.size())));
}

void add_saved(GuestJournal& journal, std::string_view file) {
  constexpr std::string_view absent = absent_suffix;
  if (file.ends_with(absent)) file.remove_suffix(absent.size());
  journal.saved.emplace_back(file);
}

std::map<std::string_view, Values> readers(Guest& guest) {
  GuestFiles& files = guest.files;
  return {
      {"kernel", text(guest.kernel)},
      {"machine", text(guest.machine)},
      {"user", text(guest.user)},
      {"os.ID", text(guest.os_id)},
      {"os.PRETTY_NAME", text(guest.os_name)},
      {"init",
       [&guest](std::string_view value) {
         guest.init = value == "systemd"  ? Init::systemd
                      : value == "openrc" ? Init::openrc
                                          : Init::other;
       }},
      {"rights",
       [&guest](std::string_view value) {
         guest.rights = value == "root"   ? Rights::root
                        : value == "sudo" ? Rights::sudo
                                          : Rights::none;
       }},
      {"root_type", text(guest.root_type)},
      {"ostree", flag(guest.ostree)},
      {"nixos", flag(guest.nixos)},
      {"namespaces", flag(guest.namespaces)},
      {"kvm", flag(guest.kvm)},
      {"rosetta", flag(guest.rosetta)},
      {"fetcher", text(guest.fetcher)},
      {"data_disk", list(guest.data_disks)},
      {"nix_mount", text(guest.nix_mount)},
      {"store_on_disk", text(guest.store_on_disk)},
      {"free_kib", [&guest](std::string_view value) { guest.free_bytes = bytes_of_kib(value); }},
      {"emulator",
       [&guest](std::string_view value) { guest.emulators.push_back(emulator_of(value)); }},
      {"store", flag(files.store)},
      {"installer", flag(files.installer)},
      {"receipt", flag(files.receipt)},
      {"socket_unit", flag(files.socket_unit)},
      {"socket_active", flag(files.socket_active)},
      {"openrc_service", flag(files.openrc_service)},
      {"include", [&files](std::string_view value) { add_include(files, value); }},
      {"setting",
       [&guest](std::string_view value) { guest.settings += std::string(value) + "\n"; }},
      {"journal", list(guest.journal.entries)},
      {"saved", [&guest](std::string_view value) { add_saved(guest.journal, value); }},
      {"nix", text(guest.nix.program)},
      {"nix_version", text(guest.nix.version)},
      {"nix_works", flag(guest.nix.works)},
      {"nix_failure", text(guest.nix.failure)},
      {"nix_trusted", flag(guest.nix.trusted)},
  };
}

} // namespace

std::vector<std::string> probe_command() {
  return {"sh", "-c",
          format("settings={} journal={} saved={}\n{}\n{}", settings_file, journal_file,
                 saved_folder, nix::find_nix_in_shell(), script)};
}

Guest parse_probe(std::string_view answer) {
  Guest guest;
  const auto known = readers(guest);
  bool begun = false;
  while (!answer.empty()) {
    std::string_view raw = answer.substr(0, answer.find('\n'));
    answer.remove_prefix(std::min(answer.size(), raw.size() + 1));
    if (raw.ends_with('\r')) raw.remove_suffix(1);
    const std::string clean = progress::printable(raw); // it will be shown to people
    const std::string_view line = clean;
    if (line == "probe=begin") begun = true;
    if (line == "probe=end" && begun) return guest;
    const std::size_t equals = line.find('=');
    if (!begun || equals == std::string_view::npos) continue;
    const auto reader = known.find(line.substr(0, equals));
    if (reader != known.end()) reader->second(line.substr(equals + 1));
  }
  throw Error(ErrorKind::corrupt, "the machine does not say what it is");
}

} // namespace nixbuild::vm
