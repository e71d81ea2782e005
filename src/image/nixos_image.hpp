#pragma once

#include "image/closure_image.hpp"

#include <string>

namespace nixbuild::image {

// Whether the store path is the toplevel of a NixOS system (nixpkgs
// nixos/modules/system/activation/top-level.nix), told from what is in it. On disk the store is
// found below `store_root`, which is empty unless it is elsewhere than its paths say.
[[nodiscard]] bool is_nixos_toplevel(const std::string& path, const std::string& store_root = {});

// The image of a NixOS system: its closure, and a layer on top with what must be there before the
// activation, which makes a system's /bin, /etc and accounts, has run for the first time:
//   /sbin/init, /init    the system's stage 2; the first is the name by which Podman knows systemd
//   /bin/sh, /bin/bash, /usr/bin/env
//   /etc/passwd, group, shadow, and the folders of people's homes (image/nixos_accounts.hpp)
//   /etc/os-release, /etc/ssl/certs
//   the loader that programs not built by Nix ask for: nix-ld, or else glibc's own
//   /tmp, /var/tmp, /root
//   /nix-path-registration   for systems that look for it (profiles/docker-container.nix)
// Containers boot: Entrypoint is /sbin/init, PID 1 becomes systemd, SIGRTMIN+3 stops it; the
// environment says container=docker and has a PATH that names real store folders too.
// Throws an Error as closure_image; invalid_input for a user, since PID 1 must be root.
[[nodiscard]] Image nixos_image(const ClosureSource& source, const ClosureImageOptions& options,
                                DigestTrust trust, DigestCache& cache, progress::Reporter& reporter,
                                const CancelToken& cancel);

} // namespace nixbuild::image
