# The toplevel of a system, with the files and links of nixpkgs' top-level.nix that matter here.
{ guest, greeting }:
let
  inherit (guest) system triple loader runShell script bash busybox glibc libraries systemd tools;

  osRelease = runShell "os-release" ''printf '%s\n' "$lines" > $out'' {
    lines = "ID=nixos\nNAME=NixOS-like\nPRETTY_NAME=\"NixOS-like, made of Debian\"\nVERSION_ID=\"25.11\"";
  };

  greetingFile = runShell "greeting" ''printf %s "$text" > $out'' { text = greeting; };

  etc = runShell "etc" ''
    mkdir -p $out/etc
    ln -s ${osRelease} $out/etc/os-release
    ln -s ${greetingFile} $out/etc/greeting
    echo 'passwd: files' > $out/etc/nsswitch.conf
    echo 'export NIXOS_LIKE=1' > $out/etc/profile
    : > $out/etc/fstab
  '' { };

  nixLd = runShell "nix-ld-2.0.4" ''
    mkdir -p $out/libexec
    cp ${script ./nix-ld} $out/libexec/nix-ld
    chmod +x $out/libexec/nix-ld
  '' { };

  # As programs.nix-ld.enable has it; only where a test has put such a program here.
  nixLdLibraries =
    if builtins.pathExists ./nix-ld then
      ''
        mkdir -p $out/share/nix-ld/lib
        ln -s ${libraries}/lib/${triple}/*.so* $out/share/nix-ld/lib/
        ln -s ${glibc}/lib/${loader} $out/share/nix-ld/lib/ld.so
        ln -s ${nixLd} $out/share/nix-ld/program
      ''
    else
      "";

  systemPath = runShell "system-path" ''
    ${nixLdLibraries}
    mkdir -p $out/bin
    for path in ${bash} ${busybox} ${tools}; do
      for program in $path/bin/*; do
        [ -e $out/bin/''${program##*/} ] || ln -s $program $out/bin/
      done
    done
  '' { };

  user = name: uid: group: more: {
    inherit name uid group;
    autoSubUidGidRange = false;
    createHome = false;
    description = "";
    expires = null;
    hashedPassword = null;
    hashedPasswordFile = null;
    home = "/var/empty";
    homeMode = "700";
    initialHashedPassword = null;
    initialPassword = null;
    isSystemUser = true;
    password = null;
    shell = "/run/current-system/sw/bin/nologin";
    subGidRanges = [ ];
    subUidRanges = [ ];
  } // more;
  group = name: gid: members: { inherit name gid members; };

  accounts = runShell "users-groups.json" ''printf %s "$json" > $out'' {
    json = builtins.toJSON {
      mutableUsers = true;
      users = [
        (user "dev" null "users" {
          isSystemUser = false;
          createHome = true;
          home = "/home/dev";
          shell = "/run/current-system/sw/bin/bash";
        })
        (user "messagebus" 4 "messagebus" { })
        (user "nobody" 65534 "nogroup" { })
        (user "root" 0 "root" {
          isSystemUser = false;
          home = "/root";
          shell = "/run/current-system/sw/bin/bash";
        })
        (user "systemd-network" 152 "systemd-network" { })
        (user "systemd-timesync" 154 "systemd-timesync" { })
      ];
      groups = [
        (group "adm" 55 [ ])
        (group "kvm" 302 [ ])
        (group "messagebus" 4 [ ])
        (group "nogroup" 65534 [ ])
        (group "render" 303 [ ])
        (group "root" 0 [ ])
        (group "shadow" 318 [ ])
        (group "systemd-journal" 62 [ ])
        (group "systemd-network" 152 [ ])
        (group "systemd-timesync" 154 [ ])
        (group "tty" 3 [ ])
        (group "users" 100 [ ])
        (group "utmp" 29 [ ])
        (group "wheel" 1 [ "dev" ])
      ];
    };
  };

  activate = runShell "activate" ''
    { echo "#!${bash}/bin/bash"; cat ${script ./scripts/activate.sh}; } > $out
    substitute() { sed -i "s|@$1@|$2|g" $out; }
    substitute busybox ${busybox}
    substitute libraries ${libraries}/lib/${triple}
    substitute systemd ${systemd}
    substitute tools ${tools}
    substitute triple ${triple}
    substitute accounts ${accounts}
    substitute glibc ${glibc}
    chmod +x $out
  '' { };
in
runShell "nixos-system-demo-25.11.20260101" ''
  mkdir -p $out
  { echo "#!${bash}/bin/bash"; cat ${script ./scripts/init.sh}; } > $out/init
  sed -i "s|@busybox@|${busybox}|g; s|@systemConfig@|$out|g" $out/init
  cp ${activate} $out/activate
  sed -i "s|@systemConfig@|$out|g" $out/activate
  chmod +x $out/init $out/activate
  ln -s ${etc}/etc $out/etc
  ln -s ${systemPath} $out/sw
  ln -s ${systemd} $out/systemd
  echo -n 25.11.20260101 > $out/nixos-version
  echo -n ${system} > $out/system
  echo -n "systemd 2" > $out/init-interface-version
'' { }
