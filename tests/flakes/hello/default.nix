# The same images for Nix without flakes.
{ system ? builtins.currentSystem }:
((import ./flake.nix).outputs { self = { }; }).packages.${system}
