#pragma once

#include <string>

// What the probe's script prints in machines as they are.
namespace nixbuild::vm::testing {

// Colima 0.8 after its first start: Ubuntu 24.04, a data disk, Rosetta.
inline const std::string colima = "Welcome to Ubuntu!\n"
                                  "probe=begin\n"
                                  "kernel=Linux\n"
                                  "machine=aarch64\n"
                                  "user=me\n"
                                  "os.PRETTY_NAME=\"Ubuntu 24.04.2 LTS\"\n"
                                  "os.ID=ubuntu\n"
                                  "init=systemd\n"
                                  "rights=sudo\n"
                                  "data_disk=/mnt/lima-colima\n"
                                  "root_type=ext4\n"
                                  "kvm=yes\n"
                                  "rosetta=yes\n"
                                  "namespaces=yes\n"
                                  "fetcher=curl\n"
                                  "free_kib=16384000\n"
                                  "emulator=python3.12 enabled \n"
                                  "emulator=qemu-i386 enabled POCF\n"
                                  "emulator=rosetta enabled OCF\n"
                                  "probe=end\n"
                                  "logout\n";

// The same with a Nix of NixOS/nix-installer, set up by us.
inline const std::string set_up_colima =
    "probe=begin\nkernel=Linux\nmachine=aarch64\nuser=me\nos.ID=ubuntu\ninit=systemd\nrights=sudo\n"
    "data_disk=/mnt/lima-colima\nroot_type=ext4\nrosetta=yes\nnamespaces=yes\nfetcher=curl\n"
    "free_kib=16384000\nemulator=rosetta enabled OCF\n"
    "store=yes\ninstaller=yes\nreceipt=yes\nsocket_unit=yes\nsocket_active=yes\n"
    "include=/etc/nix/nix.conf !include nix.custom.conf\n"
    "include=/etc/nix/nix.custom.conf !include docker-nixbuild.conf\n"
    "journal=installed\njournal=made the store\njournal=made /etc/nix\n"
    "saved=/etc/nix/docker-nixbuild.conf.absent\nsaved=/etc/nix/nix.custom.conf\n"
    "nix=/nix/var/nix/profiles/default/bin/nix\nnix_version=nix (Nix) 2.33.1\nnix_works=yes\n"
    "nix_trusted=yes\nprobe=end\n";

// Rancher Desktop's and Lima's Alpine.
inline const std::string alpine =
    "probe=begin\nkernel=Linux\nmachine=x86_64\nuser=me\nos.ID=alpine\n"
    "os.PRETTY_NAME=\"Alpine Linux v3.20\"\ninit=openrc\nrights=sudo\nroot_type=tmpfs\n"
    "namespaces=yes\nfetcher=wget\nfree_kib=1000000\nprobe=end\n";

} // namespace nixbuild::vm::testing
