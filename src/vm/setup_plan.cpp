#include "vm/setup_plan.hpp"

#include "nix/discovery.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "vm/edits.hpp"
#include "vm/settings.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace nixbuild::vm {

namespace {

// Entries of the journal.
constexpr const char* installed = "installed";
constexpr const char* socket_enabled = "enabled nix-daemon.socket";
constexpr const char* service_added = "added service";
constexpr const char* made_store = "made the store";
constexpr const char* persisted = "persisted";

constexpr const char* installer_there = "/var/lib/docker-nixbuild/nix-installer";
constexpr const char* own_installer = "/nix/nix-installer";
constexpr const char* mount_unit = "/etc/systemd/system/docker-nixbuild-nix.service";
constexpr const char* openrc_script = "/etc/init.d/nix-daemon";

constexpr std::uint64_t scarce = std::uint64_t{10} << 30U;

// The disk is mounted by Lima after the boot, when it gets to it, so nothing else can be ordered
// behind this; and the daemon's units are links into the store.
std::string unit_text(const std::string& disk) {
  return format("[Unit]\n"
                "Description=/nix on the data disk (docker nixbuild vm setup --persist)\n"
                "[Service]\n"
                "Type=oneshot\n"
                "RemainAfterExit=yes\n"
                "ExecStart=/bin/sh -c 'until mountpoint -q {0}; do sleep 1; done'\n"
                "ExecStart=/bin/mkdir -p {0}/nix /nix\n"
                "ExecStart=/bin/sh -c 'mountpoint -q /nix || mount --bind {0}/nix /nix'\n"
                "ExecStart=-/bin/systemctl daemon-reload\n"
                "ExecStart=-/bin/systemctl restart nix-daemon.socket\n"
                "[Install]\n"
                "WantedBy=multi-user.target\n",
                disk);
}

constexpr const char* openrc_text = "#!/sbin/openrc-run\n"
                                    "description=\"Nix daemon\"\n"
                                    "command=/nix/var/nix/profiles/default/bin/nix-daemon\n"
                                    "command_background=yes\n"
                                    "pidfile=/run/nix-daemon.pid\n";

// With the arguments of the installer. Nothing of it stays but what it has installed.
constexpr const char* run_installer = "chmod 755 \"$0\" && \"$0\" \"$@\" && rm -f \"$0\"";

// $1 is its size. Whole, or not there.
constexpr const char* receive = "set -eu; umask 022; mkdir -p \"${0%/*}\"; "
                                "head -c \"$1\" >\"$0.new\"; "
                                "[ \"$(wc -c <\"$0.new\")\" -eq \"$1\" ]; mv \"$0.new\" \"$0\"";

constexpr const char* fetch_by_curl =
    "mkdir -p \"${0%/*}\" && curl -sSfL -o \"$0.new\" \"$1\" && mv \"$0.new\" \"$0\"";
constexpr const char* fetch_by_wget =
    "mkdir -p \"${0%/*}\" && wget -q -O \"$0.new\" \"$1\" && mv \"$0.new\" \"$0\"";

constexpr const char* restart_systemd =
    "systemctl daemon-reload; systemctl try-restart nix-daemon.service || :";
constexpr const char* restart_openrc = "rc-service --ifstarted nix-daemon restart";

constexpr const char* remove_store =
    "find /nix -mindepth 1 -delete; mountpoint -q /nix || rmdir /nix";

class Planner {
public:
  Planner(const Guest& guest, const SetupWish& wish) : guest_(guest), wish_(wish) {}

  SetupPlan plan() {
    plan_.approach = approach_for(guest_);
    switch (plan_.approach) {
    case Approach::container:
    case Approach::managed:
      refuse_persistence();
      return std::move(plan_);
    case Approach::present:
      refuse_persistence();
      break;
    case Approach::daemon:
    case Approach::root_only:
    case Approach::ostree:
      persist();
      take_away_the_unfinished();
      install();
      break;
    }
    configure();
    start_daemon();
    add_notes();
    return std::move(plan_);
  }

private:
  void add(std::string what, Words argv, std::string text = {}) {
    plan_.steps.push_back(
        {.what = std::move(what), .argv = std::move(argv), .upload = {}, .text = std::move(text)});
  }

  void refuse_persistence() const {
    if (!wish_.persist || guest_.journal.has(std::string(persisted) + " " + data_disk())) return;
    if (plan_.approach == Approach::present) {
      throw Error(ErrorKind::invalid_input,
                  "this machine's Nix is on its root disk already, and --persist does not move it")
          .with_hint("take it away first, with all that it has built: `docker nixbuild vm setup "
                     "--uninstall`, if that put it there");
    }
    throw Error(ErrorKind::invalid_input, "--persist has no meaning for this machine");
  }

  [[nodiscard]] std::string data_disk() const {
    return guest_.data_disks.empty() ? std::string() : guest_.data_disks.front();
  }

  void persist() {
    if (!wish_.persist) return;
    if (guest_.data_disks.empty() || guest_.init != Init::systemd) {
      throw Error(ErrorKind::invalid_input, "this machine has no data disk that /nix could be on")
          .with_hint("Colima's machines have one since 0.9; leave --persist out for the others");
    }
    if (guest_.nix_mount && guest_.journal.has(std::string(persisted) + " " + data_disk())) return;
    const std::string disk = data_disk();
    add(format("keep /nix on the data disk {}", disk), write_file(mount_unit, unit_text(disk)),
        unit_text(disk));
    add("mount it",
        journaled(
            format("{} {}", persisted, disk),
            {"sh", "-c",
             "systemctl daemon-reload && systemctl enable --now docker-nixbuild-nix.service"}));
    if (guest_.store_on_disk) {
      // Its receipt is of a system that is gone, and the installer would believe it.
      add("set aside the receipt of the installation that the data disk still has",
          {"sh", "-c",
           "rm -f /nix/receipt.json.old; "
           "if [ -e /nix/receipt.json ]; then mv /nix/receipt.json "
           "/nix/receipt.json.old; fi"});
    }
  }

  void take_away_the_unfinished() {
    if (!guest_.files.installer || !guest_.files.receipt) return;
    add("take away what is left of an installation that did not end",
        {own_installer, "uninstall", "--no-confirm"});
  }

  void bring_installer() {
    if (wish_.installer) {
      plan_.steps.push_back(
          {.what = format("copy the installer {} to the machine ({})",
                          wish_.installer->path.filename().string(),
                          format_bytes(wish_.installer->size)),
           .argv = {"sh", "-c", receive, installer_there, format("{}", wish_.installer->size)},
           .upload = wish_.installer,
           .text = {}});
      return;
    }
    if (!guest_.fetcher) {
      throw Error(ErrorKind::not_found,
                  "the machine has neither curl nor wget to fetch Nix's installer with")
          .with_hint(format("--installer names its file here: {} of "
                            "https://github.com/NixOS/nix-installer/releases",
                            installer_name(guest_.system())));
    }
    add(format("fetch {}", nix::installer_address),
        {"sh", "-c", *guest_.fetcher == "curl" ? fetch_by_curl : fetch_by_wget, installer_there,
         std::string(nix::installer_address)});
  }

  void install() {
    bring_installer();
    const bool is_ostree = plan_.approach == Approach::ostree;
    Words command{"sh",          "-c",
                  run_installer, installer_there,
                  "install",     is_ostree ? "ostree" : "linux",
                  "--no-confirm"};
    if (guest_.init != Init::systemd) command.insert(command.end(), {"--init", "none"});
    if (!guest_.files.store && !guest_.store_on_disk) command = journaled(made_store, command);
    add(plan_.approach == Approach::root_only ? "install Nix for root"
                                              : "install Nix for all users",
        journaled(installed, command));
  }

  [[nodiscard]] std::string including_file() const {
    // The installers leave nix.conf to themselves and include this one.
    for (const auto& [file, lines] : guest_.files.includes) {
      for (const std::string& line : lines)
        if (line.contains("nix.custom.conf")) return "/etc/nix/nix.custom.conf";
    }
    const bool installs = plan_.approach != Approach::present;
    return installs ? "/etc/nix/nix.custom.conf" : "/etc/nix/nix.conf";
  }

  [[nodiscard]] bool is_included() const {
    return std::ranges::any_of(guest_.files.includes, [](const auto& file) {
      return std::ranges::find(file.second, include_line) != file.second.end();
    });
  }

  void configure() {
    const std::string wanted = settings_for(guest_);
    const bool writes = guest_.settings != wanted;
    if (writes)
      add(format("write settings to {}", settings_file), write_file(settings_file, wanted), wanted);
    const bool includes = plan_.approach != Approach::present || !is_included();
    if (includes) {
      const std::string file = including_file();
      add(format("include them in {}", file), add_line(file, include_line));
    }
    if (!writes && !includes) return;
    if (guest_.init == Init::systemd)
      add("let the daemon read them", {"sh", "-c", restart_systemd});
    if (guest_.init == Init::openrc && guest_.files.openrc_service)
      add("let the daemon read them", {"sh", "-c", restart_openrc});
  }

  void start_daemon() {
    if (guest_.init == Init::openrc && plan_.approach == Approach::daemon) {
      add("write the daemon's service", write_file(openrc_script, openrc_text, "755"), openrc_text);
      add("start the daemon",
          journaled(
              service_added,
              {"sh", "-c", "rc-update add nix-daemon default && rc-service nix-daemon start"}));
    }
    const bool sleeps = guest_.init == Init::systemd && guest_.files.socket_unit &&
                        !guest_.files.socket_active && plan_.approach == Approach::present;
    if (sleeps) {
      add("start the daemon",
          journaled(socket_enabled, {"systemctl", "enable", "--now", "nix-daemon.socket"}));
    }
  }

  void add_notes() {
    if (plan_.steps.empty()) return;
    const auto note = [&](std::string text) { plan_.notes.push_back(std::move(text)); };
    if (trusts_user(guest_))
      note(
          format("Nix will trust the user {}, who is then as powerful as root there", guest_.user));
    if (guest_.free_bytes && *guest_.free_bytes < scarce)
      note(format("only {} are free for /nix; builds want 10GB and more",
                  format_bytes(*guest_.free_bytes)));
    if (!guest_.data_disks.empty() && !wish_.persist && plan_.approach == Approach::daemon)
      note("/nix will be on the root disk, and goes with `colima delete`; --persist keeps it on "
           "the data disk");
    if (guest_.single_user())
      note("this Nix is one user's own, without a daemon: its builds may have no sandbox");
    if (!guest_.namespaces) note("the kernel has no namespaces: Nix builds without a sandbox");
  }

  const Guest& guest_;
  const SetupWish& wish_;
  SetupPlan plan_;
};

// A Nix that is there for sure, though it may sleep.
bool has_nix(const Guest& guest) {
  if (guest.nix.program.empty()) return false;
  return guest.nix.works || (guest.files.socket_unit && !guest.files.socket_active);
}

[[noreturn]] void refuse_broken(const Guest& guest) {
  throw Error(ErrorKind::failed, format("the machine has a Nix, {}, that does not work: {}",
                                        guest.nix.program, guest.nix.failure))
      .with_hint("it was not installed by us, so it is left as it is: mend or remove it there");
}

} // namespace

Approach approach_for(const Guest& guest) {
  if (guest.kernel != "Linux") {
    throw Error(
        ErrorKind::invalid_input,
        format("Nix is put into machines with Linux only, and this one has {}", guest.kernel));
  }
  if (guest.nixos) return Approach::managed;
  if (guest.root_in_memory()) return Approach::container;
  if (has_nix(guest)) return guest.rights == Rights::none ? Approach::managed : Approach::present;
  if (guest.rights == Rights::none) return Approach::container;
  const bool can_be_mended = guest.files.installer || guest.journal.has(installed);
  if (!guest.nix.program.empty() && !can_be_mended) refuse_broken(guest);
  if (guest.ostree) return Approach::ostree;
  if (guest.init != Init::other) return Approach::daemon;
  return guest.rights == Rights::root ? Approach::root_only : Approach::container;
}

SetupPlan plan_setup(const Guest& guest, const SetupWish& wish) {
  return Planner(guest, wish).plan();
}

SetupPlan plan_removal(const Guest& guest) {
  SetupPlan plan;
  const GuestJournal& journal = guest.journal;
  if (journal.empty()) return plan;
  const auto add = [&](std::string what, Words argv) {
    plan.steps.push_back(
        {.what = std::move(what), .argv = std::move(argv), .upload = {}, .text = {}});
  };
  if (journal.has(service_added))
    add("stop the daemon",
        {"sh", "-c", "rc-service nix-daemon stop; rc-update del nix-daemon default"});
  if (journal.has(socket_enabled))
    add("stop the daemon", {"systemctl", "disable", "--now", "nix-daemon.socket"});
  const auto disks = journal.all(persisted);
  for (const std::string& file : journal.saved) {
    if (file == mount_unit) continue;
    const bool was_added_to = file != settings_file && file.ends_with(".conf");
    add(format("make {} what it was", file), restore_file(file, was_added_to ? include_line : ""));
  }
  if (journal.has(installed) && guest.files.installer)
    add("uninstall Nix, and all that is in its store",
        {own_installer, "uninstall", "--no-confirm"});
  else if (journal.has(made_store)) // it was interrupted before it could undo itself
    add("remove what is in /nix", {"sh", "-c", remove_store});
  for (const std::string& disk : disks) {
    add(format("take /nix off the data disk {}", disk),
        {"sh", "-c",
         "systemctl disable --now docker-nixbuild-nix.service; "
         "if mountpoint -q /nix; then umount /nix; fi && rm -rf \"$0/nix\" && "
         "if [ -d /nix ]; then rmdir /nix; fi",
         disk});
    add(format("make {} what it was", mount_unit), restore_file(mount_unit));
    add("let systemd know", {"systemctl", "daemon-reload"});
  }
  if (!journal.has(installed) && guest.init == Init::systemd && guest.files.socket_active)
    add("let the daemon read its settings", {"sh", "-c", restart_systemd});
  add("forget what was done", forget(journal.all("made")));
  return plan;
}

} // namespace nixbuild::vm
