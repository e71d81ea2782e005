#!/bin/sh
# What NixOS/nix-installer does to a machine, with the machine's own Debian packages of Nix, which
# lie in /usr/lib/nix-payload, in place of the Nix that the real one carries with it.
# /etc/fail-installation makes it end in the middle, as the real one does: with a receipt.
set -eu

profile=/nix/var/nix/profiles/default/bin
unit=/etc/systemd/system/nix-daemon.socket

case $1 in
install)
  case $2 in linux | ostree) ;; *) echo "no planner $2" >&2; exit 1;; esac
  [ "$3" = --no-confirm ]
  if command -v nix-env >/dev/null; then echo "nix-env exists" >&2; exit 1; fi
  if [ -e /nix/receipt.json ]; then echo "found a receipt of another installation" >&2; exit 1; fi
  mkdir -p /nix/store /etc/nix "$profile"
  cp "$0" /nix/nix-installer
  echo '{"planner": "'"$2"'"}' >/nix/receipt.json
  if [ -e /etc/fail-installation ]; then echo "the installation fails as told" >&2; exit 1; fi
  for program in nix nix-store nix-build nix-daemon; do ln -sf /usr/lib/nix-payload/nix "$profile/$program"; done
  cat /usr/lib/nix-payload/nix.conf >/etc/nix/nix.conf
  echo '!include nix.custom.conf' >>/etc/nix/nix.conf
  : >/etc/nix/nix.custom.conf
  case "$*" in
    *"--init none"*) ;;
    *) mkdir -p "${unit%/*}"; echo "[Socket]" >"$unit"; systemctl enable --now nix-daemon.socket;;
  esac;;
uninstall)
  [ "$2" = --no-confirm ]
  if [ -e "$unit" ]; then systemctl disable --now nix-daemon.socket; rm "$unit"; fi
  rm -rf /etc/nix
  chmod -R u+w /nix/store
  find /nix -mindepth 1 -delete
  mountpoint -q /nix || rmdir /nix;;
*) echo "unknown: $1" >&2; exit 1;;
esac
