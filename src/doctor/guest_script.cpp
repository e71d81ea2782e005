#include "doctor/guest_script.hpp"

#include "builder/any_shell.hpp"
#include "nix/discovery.hpp"
#include "support/format.hpp"

#include <string_view>

namespace nixbuild::doctor {

namespace {

// No single quote, no exclamation mark and no line break (builder/any_shell.hpp).

constexpr std::string_view begin = "has() { command -v \"$1\" >/dev/null 2>&1; }; "
                                   "say() { printf \"%s\\n\" \"$*\"; }; "
                                   "say machine $(uname -m); say user $(id -u) $(id -un); ";

// With $nix set: the program first, then what it says.
constexpr std::string_view about_nix =
    "[ -f \"$(command -v nix 2>/dev/null)\" ] && say nix-in-path; c=; if [ -n \"$nix\" ]; then "
    "say nix \"$nix\"; say nix-version \"$(\"$nix\" --version 2>&1 | tail -n 1)\"; "
    "with=\"--extra-experimental-features nix-command\"; "
    "c=$(\"$nix\" config show 2>/dev/null || \"$nix\" show-config 2>/dev/null); "
    "[ -n \"$c\" ] || { say no-nix-command; c=$(\"$nix\" $with config show 2>/dev/null || "
    "\"$nix\" $with show-config 2>/dev/null); }; "
    "printf \"%s\\n\" \"$c\" | grep -E \"^(experimental-features|extra-platforms|"
    "extra-sandbox-paths|external-builders|builders|filter-syscalls|max-jobs|netrc-file|sandbox|"
    "sandbox-fallback|sandbox-paths|substituters|system|system-features|trusted-public-keys|"
    "trusted-substituters|trusted-users) =\" | sed \"s/^/setting /\"; "
    "if i=$(\"$nix\" $with store info --json 2>/dev/null || "
    "\"$nix\" $with store ping --json 2>/dev/null); then say store-info $i; "
    "else e=$(\"$nix\" $with store ping 2>&1 >/dev/null) || "
    "say store-error \"$(printf \"%s\" \"$e\" | tail -n 1)\"; fi; fi; "
    "[ -S /nix/var/nix/daemon-socket/socket ] && say daemon-socket; "
    "[ -d /run/systemd/system ] && has systemctl && "
    "say daemon-unit $(systemctl is-active nix-daemon.socket 2>/dev/null); "
    "say store-owner $(stat -c %u /nix/store 2>/dev/null); "
    "[ -w /nix/store ] && say store-writable; ";

constexpr std::string_view about_the_machine =
    "for d in / /nix; do say disk \"$d\" $(df -Pk \"$d\" 2>/dev/null | tail -n 1); done; "
    "[ -r /proc/mounts ] && head -n 1000 /proc/mounts | sed \"s/^/mount /\"; "
    "for b in /proc/sys/fs/binfmt_misc/*; do case $b in */register | */status) continue ;; esac; "
    "[ -r \"$b\" ] && say binfmt \"${b##*/}\" $(head -n 4 \"$b\"); done; "
    "[ -r /dev/kvm ] && [ -w /dev/kvm ] && say kvm; has xz && say xz; "
    "say tmp $(stat -c %a /tmp 2>/dev/null); "
    "[ -r ~/.netrc ] && grep -q cachix ~/.netrc && say cachix-netrc; "
    // The brackets keep the pattern from finding itself.
    "ps -eo args 2>/dev/null | grep -q \"[C]ACHIX_AUTH_TOKEN=.\" && say token-in-argv; ";

// Caches whose address holds a password are left alone: it would be seen in argv.
constexpr std::string_view about_caches =
    "n=$(printf \"%s\\n\" \"$c\" | sed -n \"s/^netrc-file = //p\"); "
    "[ -r \"$n\" ] && grep -o \"machine[[:space:]]*[^[:space:]]*\" \"$n\" | "
    "sed \"s/^machine[[:space:]]*/netrc-machine /\"; [ -r \"$n\" ] || n=/dev/null; "
    "for u in $(printf \"%s\\n\" \"$c\" | sed -n \"s/^substituters = //p\"); do "
    "case $u in *@*) continue ;; http://* | https://*) ;; *) continue ;; esac; "
    "u=${u%%\\?*}; has curl && { r=$(curl -sS -m 4 --netrc-file \"$n\" -o /dev/null "
    "-w \" %{http_code}\" \"${u%/}/nix-cache-info\" 2>&1); say cache \"$u\" $r; } & done; wait; ";

// For printf: every byte in octal, so that no shell sees anything in it.
std::string in_octal(std::string_view text) {
  std::string result;
  for (const char c : text)
    result += format("\\{:03o}", static_cast<unsigned char>(c));
  return result;
}

} // namespace

std::string guest_script(const GuestQuestions& questions) {
  std::string script(begin);
  script += nix::find_nix_in_shell();
  script += about_nix;
  script += about_the_machine;
  if (!questions.mark.empty()) {
    script += format("[ -e \"$(printf \"{}\")\" ] && say source-seen; "
                     "[ -w \"$(printf \"{}\")\" ] && say source-writable; ",
                     in_octal(questions.mark), in_octal(questions.source));
  }
  if (questions.engine) {
    if (!questions.engine_socket.empty()) {
      script += format("DOCKER_HOST=unix://$(printf \"{}\"); export DOCKER_HOST; ",
                       in_octal(questions.engine_socket));
    }
    script += "has docker && say engine-id $(docker info --format \"{{.ID}}\" 2>/dev/null); ";
  }
  script += about_caches;
  script += "exit 0";
  return builder::for_any_shell(script);
}

} // namespace nixbuild::doctor
