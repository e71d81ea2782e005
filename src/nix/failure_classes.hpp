#pragma once

#include "support/error.hpp"

#include <array>
#include <string_view>

namespace nixbuild::nix {

// One thing that goes wrong, by what Nix says of it. Sentences of 2.8, 2.26 and 2.34 were recorded
// (tests/nix/fixtures); the exit status does not tell such things apart.
struct FailureClass {
  std::array<std::string_view, 2> marks; // both occur; the empty one always does
  ErrorKind kind;
  std::string_view remedy;     // one sentence
  std::string_view check = {}; // of `docker nixbuild doctor`, that tells more; empty: none
};

// How Nix 2.34 says it.
inline constexpr std::string_view platform_mismatch = "Reason: platform mismatch";
inline constexpr std::string_view missing_features = "Reason: missing system features";
// Ours, added to its text where a feature that is missing is "kvm".
inline constexpr std::string_view needs_kvm = "(KVM is missing)";

inline constexpr std::string_view ssh_connection = "SSH connection to '";
// How all say that they know no such kind of store.
inline constexpr std::string_view unknown_store = "don't know how to open Nix store";

inline constexpr std::string_view without_s3 =
    "This Nix is built without S3, as Debian's is before 2.33: use that of "
    "https://nixos.org/download, or copy to `file:///FOLDER` and send that with a program of S3.";
inline constexpr std::string_view refused_by_s3 =
    "Are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set where Nix runs, or is there a "
    "~/.aws/credentials, of somebody who may do that? A Nix that is built without AWS support, as "
    "Debian's is, tells nobody who it is.";

// The first that fits counts: what is more telling stands before what is only its consequence.
inline constexpr std::array failure_classes{
    FailureClass{{"No space left on device", ""},
                 ErrorKind::no_space,
                 "Free some space where Nix builds, for instance with `nix-collect-garbage`.",
                 "N9"},
    FailureClass{{"Disk quota exceeded", ""},
                 ErrorKind::no_space,
                 "Free some space where Nix builds, for instance with `nix-collect-garbage`.",
                 "N9"},
    FailureClass{{"hash mismatch in fixed-output derivation", ""},
                 ErrorKind::failed,
                 "Put the hash after `got:` into the Nix expression if the new content is wanted.",
                 "B2"},

    FailureClass{{platform_mismatch, ""},
                 ErrorKind::unavailable,
                 "Build for this machine's platform (`--platform`), or name a builder of the "
                 "other one with `--builders`.",
                 "A1"},
    // Before the missing feature that it is, for its own remedy.
    FailureClass{
        {missing_features, needs_kvm},
        ErrorKind::unavailable,
        "This image is made inside a virtual machine (`runAsRoot`): use `fakeRootCommands` "
        "instead, or a builder that has KVM.",
        "B1"},
    FailureClass{{missing_features, ""},
                 ErrorKind::unavailable,
                 "Add the feature to `system-features` in nix.conf if this machine has it, or name "
                 "a builder that has it with `--builders`."},
    // libseccomp under an emulator of another architecture.
    FailureClass{{"unable to load seccomp BPF program", ""},
                 ErrorKind::unavailable,
                 "Nix itself runs under an emulator here: use the Nix of the machine's own "
                 "architecture, or set `filter-syscalls = false` in nix.conf.",
                 "A5"},
    FailureClass{{"Exec format error", ""},
                 ErrorKind::unavailable,
                 "A program for another architecture was started: build on a machine of that "
                 "architecture, or install QEMU's user emulation (binfmt).",
                 "A2"},
    FailureClass{{"failed due to signal 9", ""},
                 ErrorKind::failed,
                 "The builder was killed, mostly for want of memory: give the machine more, or "
                 "build less at once with `--max-jobs 1 --cores 1`."},

    FailureClass{{"cannot connect to socket at", "daemon-socket"},
                 ErrorKind::unavailable,
                 "Start the Nix daemon, for instance with `sudo systemctl start nix-daemon`.",
                 "N4"},
    FailureClass{{"cannot open connection to remote store 'daemon'", ""},
                 ErrorKind::unavailable,
                 "Start the Nix daemon, for instance with `sudo systemctl start nix-daemon`.",
                 "N4"},
    FailureClass{{"experimental Nix feature", "is disabled"},
                 ErrorKind::unavailable,
                 "Add `experimental-features = nix-command flakes` to nix.conf.",
                 "N6"},

    // Before 2.4, which says nothing more of what it does not know.
    FailureClass{{"unrecognised flag '--", ""},
                 ErrorKind::unavailable,
                 "Nix is too old where it builds: 2.8 is needed, `nix --version` says what it is."},

    FailureClass{{"is not owned by current user", ""},
                 ErrorKind::refused,
                 "Run as the owner of the folder, or give the flake as `path:.` to copy it as it "
                 "is.",
                 "B5"},
    FailureClass{{"program 'git' failed with exit code 129", ""},
                 ErrorKind::refused,
                 "Git refuses the folder, mostly because somebody else owns it: run as the owner, "
                 "or give the flake as `path:.` to copy it as it is.",
                 "B5"},
    FailureClass{{"is not tracked by Git", ""},
                 ErrorKind::not_found,
                 "Nix sees only what Git knows: `git add` the file.",
                 "B6"},
    FailureClass{{"could not find a flake.nix file", ""},
                 ErrorKind::not_found,
                 "Run the command inside a flake, or name one, such as `path/to/flake#image`."},
    // A missing flake.nix, as the versions say it.
    FailureClass{{"-source/flake.nix': No such file or directory", ""},
                 ErrorKind::not_found,
                 "Name a folder with a flake.nix; if there is one, `git add` it, since Nix sees "
                 "only what Git knows.",
                 "B6"},
    FailureClass{{"/flake.nix' does not exist", ""},
                 ErrorKind::not_found,
                 "Name a folder with a flake.nix; if there is one, `git add` it, since Nix sees "
                 "only what Git knows.",
                 "B6"},
    FailureClass{{"cannot find flake 'flake:", "in the flake registries"},
                 ErrorKind::not_found,
                 "A name alone is looked up in the flake registries: write `.#NAME` for an "
                 "attribute of the flake in this folder."},
    FailureClass{{"in selection path", "not found"},
                 ErrorKind::not_found,
                 "Name an attribute that the file has."},
    FailureClass{{"does not provide attribute", ""},
                 ErrorKind::not_found,
                 "`nix flake show` lists what the flake provides."},

    FailureClass{{"forbidden in pure eval", ""},
                 ErrorKind::invalid_input,
                 "Pass `--impure` if the flake may read files and variables of this machine."},
    FailureClass{{"has an unfree license", "refusing to evaluate"},
                 ErrorKind::refused,
                 "Allow it in the flake (`config.allowUnfree`), or set NIXPKGS_ALLOW_UNFREE=1 and "
                 "pass `--impure`."},
    FailureClass{{"is marked as broken, refusing to evaluate", ""},
                 ErrorKind::refused,
                 "Use another version of the package, or set NIXPKGS_ALLOW_BROKEN=1 and pass "
                 "`--impure`."},
    FailureClass{{"is not available on the requested hostPlatform", ""},
                 ErrorKind::invalid_input,
                 "Choose another platform with `--platform`, or leave the package out for this "
                 "one."},
    FailureClass{{"'--arg' and '--argstr' are incompatible with flakes", ""},
                 ErrorKind::invalid_input,
                 "Use `--arg` and `--argstr` with `--file` only."},
    FailureClass{{"cached failure of attribute", ""},
                 ErrorKind::failed,
                 "Pass `--option eval-cache false` to see the cause."},
    FailureClass{{"requires lock file changes but they're not allowed", ""},
                 ErrorKind::refused,
                 "Run `nix flake lock` first, or leave out `--no-write-lock-file`."},

    // What ssh says, which Nix starts.
    FailureClass{{ssh_connection, "REMOTE HOST IDENTIFICATION HAS CHANGED"},
                 ErrorKind::refused,
                 "If that machine was set up anew, remove the old key where Nix runs with "
                 "`ssh-keygen -R HOST`."},
    FailureClass{{ssh_connection, "Host key verification failed"},
                 ErrorKind::refused,
                 "Where Nix runs, connect once by hand with ssh, compare the key, and accept it; a "
                 "daemon connects as root."},
    FailureClass{{ssh_connection, "Permission denied ("},
                 ErrorKind::refused,
                 "Add the key of who connects with `ssh-copy-id`; a daemon connects as root."},
    FailureClass{{ssh_connection, "Connection refused"},
                 ErrorKind::unavailable,
                 "No ssh server answers there: is the machine running, and is the port right?"},
    FailureClass{{ssh_connection, "Could not resolve hostname"},
                 ErrorKind::unavailable,
                 "Check the name, or say in ~/.ssh/config where it is."},
    FailureClass{{ssh_connection, ""},
                 ErrorKind::unavailable,
                 "Is the machine running, and does `ssh HOST nix-store --version` work where Nix "
                 "runs?"},
    FailureClass{{unknown_store, "'s3"}, ErrorKind::unavailable, without_s3},

    FailureClass{{"lacks a signature by a trusted key", ""},
                 ErrorKind::refused,
                 "Add the cache's key to `trusted-public-keys` in nix.conf.",
                 "C4"},
    FailureClass{{"not signed by any of the keys in 'trusted-public-keys'", ""},
                 ErrorKind::refused,
                 "Add the cache's key to `trusted-public-keys` in nix.conf.",
                 "C4"},
    FailureClass{{"you are not a trusted user", ""},
                 ErrorKind::refused,
                 "Set it in the nix.conf of the daemon, or add yourself to `trusted-users` there.",
                 "N7"},
    FailureClass{{"ignoring untrusted substituter", ""},
                 ErrorKind::refused,
                 "Add it to `trusted-substituters` in the nix.conf of the daemon.",
                 "N7"},
    FailureClass{{"ignoring untrusted flake configuration setting", ""},
                 ErrorKind::refused,
                 "Pass `--accept-flake-config` to trust the flake's settings."},

    FailureClass{{"Could not resolve host", ""},
                 ErrorKind::unavailable,
                 "Check the network, or pass `--offline` to do without it.",
                 "N10"},
    FailureClass{{"Couldn't resolve host", ""},
                 ErrorKind::unavailable,
                 "Check the network, or pass `--offline` to do without it.",
                 "N10"},
    FailureClass{{"unable to download", ""},
                 ErrorKind::unavailable,
                 "Check the network and the address, or pass `--offline` to do without it.",
                 "N10"},
    FailureClass{{"don't know how to build these paths", ""},
                 ErrorKind::not_found,
                 "Build it from its flake, or name a cache that has it with `--option "
                 "substituters URL`."},
    FailureClass{{"there is no substituter that can build it", ""},
                 ErrorKind::not_found,
                 "Build it from its flake, or name a cache that has it with `--option "
                 "substituters URL`."},

    FailureClass{{"are not valid, so checking is not possible", ""},
                 ErrorKind::failed,
                 "Build it once without checking first.",
                 "B3"},
    FailureClass{{"may not be deterministic", ""},
                 ErrorKind::failed,
                 "The build gives other output each time: look for dates and random names in it."},
    FailureClass{{"is not a derivation", ""},
                 ErrorKind::invalid_input,
                 "Name a package or an image of the flake."},
    FailureClass{{"to be a derivation or path but found", ""},
                 ErrorKind::invalid_input,
                 "Name a package or an image of the flake."},
    FailureClass{{"infinite recursion encountered", ""},
                 ErrorKind::failed,
                 "Pass `--show-trace` to see where the expression uses itself."},
    FailureClass{{"cannot create symlink", "already exists"},
                 ErrorKind::refused,
                 "Remove what is in the way, or choose another link with `--out-link`."},
    FailureClass{{"failed to produce output path", ""},
                 ErrorKind::failed,
                 "The builder ended well but did not make $out."},
};

// What a build logs may tell more than that it failed.
inline constexpr std::array marks_in_build_logs{std::string_view("No space left on device"),
                                                std::string_view("Disk quota exceeded"),
                                                std::string_view("Exec format error")};

} // namespace nixbuild::nix
