{
  description = "What a flake is told about its own source";

  outputs = { self }:
    let
      fact = name: toString (self.${name} or "none");

      packagesOf = system: {
        # An image of all of it: the files with their kinds and contents, and the facts.
        default = derivation {
          name = "source-facts";
          inherit system;
          builder = "/bin/sh";
          args = [
            "-euc"
            ''
              mkdir $out
              cp -r --no-preserve=mode,timestamps $src $out/copy
              cd $src
              find . -printf '%P %y %#m %l\n' | LC_ALL=C sort > $out/files
              printf '%s\n' $facts > $out/facts
              exit 0
            ''
          ];
          PATH = "/usr/bin";
          src = self;
          facts = map (name: "${name}=${fact name}") [
            "rev" "shortRev" "revCount" "lastModified" "lastModifiedDate" "narHash"
          ];
        };
      };
    in
    {
      packages = builtins.listToAttrs (map
        (name: { inherit name; value = packagesOf name; })
        [ "x86_64-linux" "aarch64-linux" ]);
    };
}
