#include "devcontainer/flake_templates.hpp"

namespace nixbuild::devcontainer {

const std::string_view nixos_flake = R"({
  description = "A dev container: NixOS with systemd";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs = { nixpkgs, ... }:
    let
      systemFor = system: nixpkgs.lib.nixosSystem {
        inherit system;
        modules = [ ./.devcontainer/configuration.nix ];
      };
    in
    {
      packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: {
        devcontainer = (systemFor system).config.system.build.toplevel;
      });
    };
}
)";

const std::string_view image_flake = R"({
  description = "A dev container: an image of dockerTools";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs = { nixpkgs, ... }:
    let
      imageFor = pkgs: pkgs.dockerTools.streamLayeredImage {
        name = "devcontainer";
        contents = with pkgs; [
          # What editors need in any container.
          dockerTools.binSh
          dockerTools.usrBinEnv
          dockerTools.caCertificates
          dockerTools.fakeNss
          bashInteractive
          coreutils
          findutils
          git
          gnugrep
          gnused
          gnutar
          gzip
          procps
          # What is worked with.
        ];
        # The loader that programs of other distributions ask for, such as the server of VS Code.
        extraCommands = ''
          mkdir -m 1777 tmp
          mkdir -p root lib lib64
          ln -s ${pkgs.stdenv.cc.bintools.dynamicLinker} lib64/
          ln -s ${pkgs.stdenv.cc.bintools.dynamicLinker} lib/
        '';
        config = {
          Env = [
            "PATH=/bin:/usr/bin"
            "LD_LIBRARY_PATH=${pkgs.lib.makeLibraryPath [ pkgs.stdenv.cc.cc ]}"
          ];
          Cmd = [ "/bin/sh" ];
        };
      };
    in
    {
      packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: {
        devcontainer = imageFor nixpkgs.legacyPackages.${system};
      });
    };
}
)";

std::string nixos_configuration(const std::string& user) {
  std::string text = R"({ lib, pkgs, ... }:

{
  # What is worked with.
  environment.systemPackages = with pkgs; [ git vim ];

  users.users.USER = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
  };
  security.sudo.wheelNeedsPassword = false;

  # Programs of other distributions, such as the server of VS Code, find a loader and libraries.
  programs.nix-ld.enable = true;

  nix.settings.experimental-features = [ "nix-command" "flakes" ];

  # There is no machine: no kernel, no devices, no consoles.
  boot.isContainer = true;
  systemd.services.console-getty.enable = false;
  systemd.services."getty@".enable = false;
  systemd.services."autovt@".enable = false;
  services.udev.enable = false;
  services.journald.extraConfig = "Storage=volatile";

  # The engine has made these file systems and files already.
  boot.specialFileSystems = lib.mkForce { };
  boot.tmp.useTmpfs = false;
  environment.etc."resolv.conf".enable = false;
  environment.etc.hosts.enable = false;
  networking.hostName = "";
  networking.useDHCP = false;
  networking.resolvconf.enable = false;
  networking.firewall.enable = false;

  system.stateVersion = "25.11";
}
)";
  constexpr std::string_view placeholder = "USER";
  text.replace(text.find(placeholder), placeholder.size(), user);
  return text;
}

} // namespace nixbuild::devcontainer
