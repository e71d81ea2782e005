{
  description = "Images made without nixpkgs: every form that dockerTools gives, from Debian's own tools";

  outputs = { self }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      forEach = names: function:
        builtins.listToAttrs (map (name: { inherit name; value = function name; }) names);

      packagesOf = system:
        let
          tools = import ./tools.nix { inherit system; };
          dockerTools = import ./docker-tools.nix { inherit system tools; };
          contents = import ./contents.nix { inherit tools; };
          nix2container = import ./nix2container.nix {
            inherit tools contents;
            inherit (dockerTools) architecture;
          };

          hello = {
            name = "nixbuild-hello";
            tag = "1.0";
            storeLayers = [ [ contents.busybox ] [ contents.greeting contents.oddNames ] [ contents.hello ] ];
            rootLinks = [ contents.busybox contents.hello ];
            config = {
              Cmd = [ "/bin/hello" ];
              Env = [ "PATH=/bin" "GREETING_LANGUAGE=en" ];
              WorkingDir = "/";
              Labels = { "org.example.flake" = "hello"; };
            };
          };

          # Pure evaluation knows no environment; `--impure` makes the variable count.
          wantedSize = builtins.getEnv "NIXBUILD_BIG_MIB";
          big = name: mebibytes: {
            inherit name;
            tag = "1.0";
            storeLayers = [ [ contents.busybox ] ] ++ map (path: [ path ]) (contents.bulk mebibytes);
            rootLinks = [ contents.busybox ];
            config = { Cmd = [ "/bin/true" ]; };
          };
          bigDefault = big "nixbuild-big" (if wantedSize == "" then 64 else builtins.fromJSON wantedSize);
          bigGigabyte = big "nixbuild-big1g" 1024;

          # Of the size that real images have: 100 layers of store paths, 25,000 files, 1.1 GiB.
          libraries = contents.libraries (import ./large.nix);
          largeImage = {
            name = "nixbuild-large";
            tag = "1.0";
            storeLayers = [ [ contents.busybox ] ] ++ map (path: [ path ]) libraries ++ [ [ contents.application ] ];
            rootLinks = [ contents.busybox contents.application ];
            config = { Cmd = [ "/bin/application" ]; };
          };

          # Ten images that share nine tenths of what is in each.
          sizes = import ./large.nix;
          variants = builtins.genList (number: "variant${toString number}") 10;
          variant = name: dockerTools.streamLayeredImage {
            inherit name;
            tag = "1.0";
            storeLayers = [ [ contents.busybox ] ] ++ map (path: [ path ]) libraries
              ++ [ [ (contents.blob "own-${name}" (sizes.count * sizes.kibibytes / 9)) ] ];
            rootLinks = [ contents.busybox ];
            config = { Cmd = [ "/bin/true" ]; };
          };

          # Made on one machine for whatever platform, as cross compilers do.
          crossTools = import ./tools.nix { system = import ./builder.nix; };
          crossDockerTools = import ./docker-tools.nix { inherit system; tools = crossTools; };
          crossed = image: crossDockerTools.streamLayeredImage image // { stdenv.hostPlatform = { inherit system; }; };
          crossHello = hello // {
            name = "nixbuild-cross";
            storeLayers = [ [ crossContents.busybox ] [ crossContents.greeting ] [ crossContents.hello ] ];
            rootLinks = [ crossContents.busybox crossContents.hello ];
            config = hello.config // { Env = hello.config.Env ++ [ "SYSTEM=${system}" ]; };
          };
          crossContents = import ./contents.nix { tools = crossTools; };
          after = name: command: crossTools.runShell "${name}-${system}" command { };
          crossAfter = name: command: crossed (crossHello // {
            storeLayers = crossHello.storeLayers ++ [ [ (after name command) ] ];
          });

          # Evaluating this takes as long as slowness.nix says.
          pause = builtins.foldl' (text: _: builtins.hashString "sha256" text) ""
            (builtins.genList (number: number) (import ./slowness.nix));
        in
        rec {
          default = layeredImage;
          image = dockerTools.buildLayeredImage (hello // { compressor = "none"; });
          imageGz = dockerTools.buildLayeredImage (hello // { compressor = "gz"; });
          imageZstd = dockerTools.buildLayeredImage (hello // { compressor = "zstd"; });
          imageXz = dockerTools.buildLayeredImage (hello // { compressor = "xz"; });
          layeredImage = imageGz;
          streamImage = dockerTools.streamLayeredImage hello;
          oldStreamImage = dockerTools.oldStreamLayeredImage hello;
          opaqueStreamImage = dockerTools.opaqueStream hello;
          classicImage = dockerTools.buildImage (hello // { name = "nixbuild-classic"; });
          mergedImages = dockerTools.mergeImages [ image classicImage ];
          nowImage = dockerTools.buildLayeredImage (hello // { compressor = "gz"; created = "now"; });
          randomImage = dockerTools.randomStream (hello // {
            name = "nixbuild-random";
            config = hello.config // { Env = hello.config.Env ++ [ "NUMBER=chance" ]; };
          });
          onBaseImage = dockerTools.buildLayeredImage {
            name = "nixbuild-on-base";
            tag = "1.0";
            compressor = "gz";
            fromImage = classicImage;
            storeLayers = [ [ contents.oddNames ] ];
            rootLinks = [ contents.busybox contents.hello ];
            config = { Cmd = [ "/bin/hello" ]; Env = [ "GREETING_LANGUAGE=de" "ADDED=yes" ]; };
          };

          ociFolder = dockerTools.ociLayout "nixbuild-oci:1.0" image;
          ociArchive = dockerTools.ociArchive ociFolder;

          nix2containerImage = nix2container.image;
          nix2containerImageWithFalseDigests = nix2container.imageWithFalseDigests;

          # One layer of 40 MiB that cannot be compressed.
          largeLayer = dockerTools.streamLayeredImage {
            name = "nixbuild-large-layer";
            tag = "1.0";
            storeLayers = [ [ contents.busybox ] (contents.bulk 40) ];
            rootLinks = [ contents.busybox ];
            config = { Cmd = [ "/bin/true" ]; };
          };

          crossImage = crossed crossHello;
          crossSlow = crossAfter "slow" "sleep 5; cat ${./application.txt} > $out";
          crossBroken = crossAfter "broken" (
            if system == "aarch64-linux" then "echo no ${system} today; exit 1" else "sleep 600; echo > $out");

          big = dockerTools.buildLayeredImage (bigDefault // { compressor = "none"; });
          bigGz = dockerTools.buildLayeredImage (bigDefault // { compressor = "gz"; });
          big1G = dockerTools.buildLayeredImage (bigGigabyte // { compressor = "none"; });
          large = dockerTools.buildLayeredImage (largeImage // { compressor = "pigz"; });
          largeTar = dockerTools.buildLayeredImage (largeImage // { compressor = "none"; });
          slowlyEvaluated = builtins.seq pause layeredImage;
          big1GGz = dockerTools.buildLayeredImage (bigGigabyte // { compressor = "gz"; });
        } // forEach variants variant;
    in
    {
      packages = forEach systems packagesOf;
      # As nixpkgs has them: a package's licence stands beside its derivation.
      legacyPackages = forEach systems (system:
        let
          contents = import ./contents.nix { tools = import ./tools.nix { inherit system; }; };
        in
        {
          busybox = contents.busybox // {
            meta = {
              license = [ { spdxId = "GPL-2.0-only"; } { spdxId = "MIT"; } ];
              homepage = "https://busybox.example";
            };
          };
          greeting = contents.greeting // { meta.license = throw "nobody knows"; };
          hello = contents.busybox // { name = "hello"; };
        });
    };
}
