{
  description = "A NixOS system as far as its image can tell: Debian's systemd in store paths, laid out as a toplevel";

  outputs = { self }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      forEach = function:
        builtins.listToAttrs (map (name: { inherit name; value = function name; }) systems);
      systemOf = system: import ./system.nix {
        guest = import ./guest.nix { inherit system; };
        greeting = builtins.readFile ./greeting;
      };
      configurationOf = system: { config.system.build.toplevel = systemOf system; };
    in
    {
      packages = forEach (system: { default = systemOf system; toplevel = systemOf system; });
      # NixOS names its configurations after hosts, not systems.
      nixosConfigurations = {
        demo = configurationOf "x86_64-linux";
        demo-arm = configurationOf "aarch64-linux";
      };
    };
}
