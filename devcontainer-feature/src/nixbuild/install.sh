#!/bin/sh
# Runs in a `docker build` on top of the image: as root, before the system has ever booted.
# Takes the options as variables (devcontainers' specification of features, "Option Resolution").
set -eu

source_folder=$(cd "$(dirname "$0")" && pwd)
root=${NIXBUILD_FEATURE_ROOT:-} # for tests
target=$root/usr/local/share/nixbuild

fail() {
  echo "nixbuild: $*" >&2
  exit 1
}

user=${USERNAME:-}
[ -n "$user" ] || user=${_REMOTE_USER:-root}
timeout=${BOOTTIMEOUT:-120}
case $user in *[!A-Za-z0-9._-]* | -*) fail "userName \"$user\" is no name of a user" ;; esac
case $timeout in *[!0-9]* | "") fail "bootTimeout \"$timeout\" is no number of seconds" ;; esac

mkdir -p "$target/options"
for file in "$source_folder"/hooks/*; do
  cp "$file" "$target/"
done
chmod 0755 "$target"/*

# One file each: whatever an option holds, nothing evaluates it.
printf '%s\n' "$user" >"$target/options/userName"
printf '%s\n' "$timeout" >"$target/options/bootTimeout"
printf '%s\n' "${HOMEMANAGER:-}" >"$target/options/homeManager"
printf '%s\n' "${CHANNELS-update}" >"$target/options/channels"

# A plugin that was packed with the feature, see README.
plugin=$source_folder/bin/docker-nixbuild-linux-$(uname -m)
if [ -f "$plugin" ]; then
  mkdir -p "$target/bin"
  cp "$plugin" "$target/bin/docker-nixbuild"
  chmod 0755 "$target/bin" "$target/bin/docker-nixbuild"
fi

here=$target
# shellcheck source-path=SCRIPTDIR/hooks source=common.sh
. "$target/common.sh"

if is_nixos; then
  # Images that docker nixbuild made have this link already.
  loader=$root$(loader_place)
  if [ ! -e "$loader" ]; then
    for nix_ld in "$root"/nix/store/*-nix-ld-*/libexec/nix-ld; do
      [ -x "$nix_ld" ] || continue
      mkdir -p "${loader%/*}"
      ln -sf "${nix_ld#"$root"}" "$loader"
      break
    done
  fi
  report_missing_for_server
else
  say "this image is not NixOS. Its hooks do no harm: they wait for systemd only where it is process 1."
fi
if ! has_nix; then
  say "this image has no Nix: channels and home-manager are left out."
fi

say "a feature cannot set these; they belong into devcontainer.json:"
say '  "initializeCommand": "docker nixbuild devcontainer build"   so that Rebuild Container rebuilds the image'
say '  "overrideCommand": false                                   so that systemd is process 1'
