# shellcheck shell=sh disable=SC2154
# What the hooks share. Sourced with `here` (their folder) set.
root=${NIXBUILD_FEATURE_ROOT:-} # for tests

say() {
  echo "nixbuild: $*"
}

# The value of an option, as install.sh wrote it.
option() {
  cat "$here/options/$1" 2>/dev/null || true
}

is_nixos() {
  for file in "$root/etc/os-release" "$root/usr/lib/os-release"; do
    [ -r "$file" ] || continue
    grep -q -E '^ID="?nixos"?$' "$file"
    return
  done
  return 1
}

has_nix() {
  command -v nix >/dev/null 2>&1 || command -v nix-channel >/dev/null 2>&1
}

# Status 126 where the user may not become root without being asked.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif sudo -n true >/dev/null 2>&1; then
    sudo -n "$@"
  else
    return 126
  fi
}

# In single quotes, for a shell.
quoted() {
  printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

# A script of this folder, as the user of option userName, in the folder where this runs.
as_user() {
  user=$(option userName)
  if [ -z "$user" ] || [ "$user" = "$(id -un)" ]; then
    "$here/$1"
  elif ! id "$user" >/dev/null 2>&1; then
    say "there is no user $user: $1 is left out. Declare users.users.$user, or change the option userName."
  elif [ "$(id -u)" -eq 0 ]; then
    su - "$user" -s /bin/sh -c "cd $(quoted "$(pwd)") && exec $(quoted "$here/$1")"
  else
    as_root su - "$user" -s /bin/sh -c "cd $(quoted "$(pwd)") && exec $(quoted "$here/$1")" || {
      status=$?
      [ "$status" -eq 126 ] || return "$status"
      say "$(id -un) may not become $user: $1 is left out."
    }
  fi
}

# Where programs that Nix did not build have their loader.
loader_place() {
  case $(uname -m) in
  aarch64) echo /lib/ld-linux-aarch64.so.1 ;;
  *) echo /lib64/ld-linux-x86-64.so.2 ;;
  esac
}

has_libstdcxx() {
  triple=$(uname -m)-linux-gnu
  folders=$(printf '%s' "${NIX_LD_LIBRARY_PATH:-}" | tr ':' ' ')
  # shellcheck disable=SC2086 # a list; store paths have no blanks
  for folder in $folders /run/current-system/sw/share/nix-ld/lib "/usr/lib/$triple" /usr/lib64 /usr/lib "/lib/$triple" /lib64 /lib; do
    [ -e "$root$folder/libstdc++.so.6" ] && return
  done
  return 1
}

# The server of VS Code begins to run before the boot has finished, so these must be in the image.
report_missing_for_server() {
  if [ ! -e "$root$(loader_place)" ]; then
    say "the server of VS Code cannot run yet: there is no $(loader_place). Set programs.nix-ld.enable = true."
  elif ! has_libstdcxx; then
    say "the server of VS Code may not run yet: its libstdc++.so.6 is not found. Set programs.nix-ld.enable = true."
  fi
}
