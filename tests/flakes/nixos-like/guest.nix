# Store paths made of a Debian with systemd, which the lab mounts at /usr/lib/debian-guest.
# Debian's programs look for each other below /usr, so the activation links these paths there.
{ system }:
let
  debian = "/usr/lib/debian-guest/usr";
  triple = { x86_64-linux = "x86_64-linux-gnu"; aarch64-linux = "aarch64-linux-gnu"; }.${system};
  loader = { x86_64-linux = "ld-linux-x86-64.so.2"; aarch64-linux = "ld-linux-aarch64.so.1"; }.${system};
in
rec {
  inherit system triple loader;

  runShell = name: script: environment:
    derivation ({
      inherit name system;
      builder = "/bin/sh";
      # Not to become its last command, which Nix may kill: see ../hello/tools.nix.
      args = [ "-euc" "${script}\nexit 0" ];
      PATH = "/usr/bin";
    } // environment);

  # A path of its own, so that editing one script rebuilds only what uses it.
  script = path: builtins.path { inherit path; name = baseNameOf path; };

  # What Nix makes of references inside binaries, which Debian's do not have.
  noteReferences = ''
    mkdir -p $out/nix-support
    echo $references > $out/nix-support/references
  '';

  glibc = runShell "glibc-2.36" ''
    mkdir -p $out/lib
    for library in ${loader} libc.so.6 libm.so.6 libresolv.so.2; do
      cp ${debian}/lib/${triple}/$library $out/lib/
    done
    chmod +x $out/lib/${loader}
  '' { };

  libraries = runShell "debian-libraries" ''
    mkdir -p $out/lib
    cp -dR ${debian}/lib/${triple} $out/lib/
    rm -r $out/lib/${triple}/gconv $out/lib/${triple}/perl*
    ${noteReferences}
  '' { references = [ glibc ]; };

  bash = runShell "bash-5.2" ''
    mkdir -p $out/bin
    cp /usr/bin/bash-static $out/bin/bash
    ln -s bash $out/bin/sh
  '' { };

  # Static, so that it works before there is anything in /usr.
  busybox = runShell "busybox-1.35" ''
    mkdir -p $out/bin
    cp /usr/bin/busybox $out/bin/busybox
    for applet in $(/usr/bin/busybox --list); do
      case $applet in sh|ash|init|busybox) ;; *) ln -s busybox $out/bin/$applet ;; esac
    done
  '' { };

  tools = runShell "debian-tools" ''
    mkdir -p $out/bin
    for folder in bin sbin; do
      cp -dR ${debian}/$folder/. $out/bin/
    done
    ${noteReferences}
  '' { references = [ libraries ]; };

  systemd = runShell "systemd-252" ''
    mkdir -p $out/lib $out/share
    cp -dR ${debian}/lib/systemd ${debian}/lib/tmpfiles.d $out/lib/
    cp -dR ${debian}/share/dbus-1 $out/share/
    chmod -R u+w $out
    # There is nothing to log in at and no disk to look after, and accounts are the system's affair.
    rm -f $out/lib/systemd/system/getty.target.wants/* $out/lib/systemd/system/timers.target.wants/* \
      $out/lib/systemd/system/sysinit.target.wants/systemd-sysusers.service
    ${noteReferences}
  '' { references = [ libraries tools ]; };
}
