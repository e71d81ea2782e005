{
  description = "The smallest NixOS that a dev container can be";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs = { nixpkgs, ... }: {
    nixosConfigurations.demo = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [
        {
          boot.isContainer = true;
          networking.hostName = "";
          environment.etc.hosts.enable = false;
          networking.resolvconf.enable = false;
          networking.firewall.enable = false;
          programs.nix-ld.enable = true;
          users.users.dev = { isNormalUser = true; extraGroups = [ "wheel" ]; };
          security.sudo.wheelNeedsPassword = false;
          system.stateVersion = "25.11";
        }
      ];
    };
  };
}
