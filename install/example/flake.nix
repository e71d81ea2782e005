# An image without nixpkgs, so that it builds anywhere without a download. In a project of your own
# this would be
#   packages.x86_64-linux.default = pkgs.dockerTools.buildLayeredImage {
#     name = "hello"; tag = "latest"; config.Cmd = [ "${pkgs.hello}/bin/hello" ];
#   };
{
  description = "An example image for docker-nixbuild";

  outputs = { self }:
    let
      systems = {
        x86_64-linux = "amd64";
        aarch64-linux = "arm64";
      };

      # A docker-archive by hand: a layer, the image's config, and the manifest that names them.
      image = system: architecture: derivation {
        inherit system;
        name = "nixbuild-example.tar";
        imageName = "nixbuild-example";
        imageTag = "latest";
        builder = "/bin/sh";
        PATH = "/usr/bin:/usr/sbin";
        config = builtins.toJSON {
          inherit architecture;
          os = "linux";
          created = "1970-01-01T00:00:01Z";
          config.Cmd = [ "/bin/hello" ];
          rootfs = { type = "layers"; diff_ids = [ "sha256:@layer@" ]; };
        };
        manifest = builtins.toJSON [{
          Config = "@config@.json";
          RepoTags = [ "nixbuild-example:latest" ];
          Layers = [ "@layer@/layer.tar" ];
        }];
        hello = ''
          #!/bin/sh
          echo "Hello from an image that Nix built and docker nixbuild loaded."
        '';
        args = [ "-euc" ''
          tar="tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1"

          mkdir -p root/bin root/lib root/lib64
          cp /bin/sh root/bin/sh
          printf %s "$hello" >root/bin/hello
          chmod 755 root/bin/hello
          # A shell that is linked dynamically needs its loader and its libraries.
          LD_TRACE_LOADED_OBJECTS=1 /bin/sh | grep -o '/[^ ]*' | while read -r library; do
            mkdir -p "root''${library%/*}"
            cp -L "$library" "root$library"
          done

          $tar -cf layer.tar -C root .
          layer=$(sha256sum layer.tar | cut -d' ' -f1)
          printf %s "$config" | sed "s/@layer@/$layer/" >config.json
          config=$(sha256sum config.json | cut -d' ' -f1)

          mkdir -p archive/$layer
          mv layer.tar archive/$layer/layer.tar
          mv config.json archive/$config.json
          printf %s "$manifest" | sed "s/@layer@/$layer/g; s/@config@/$config/" >archive/manifest.json
          $tar -cf "$out" -C archive $layer $config.json manifest.json

          # Nix kills a builder whose output has closed, and a shell that became tar closes it early.
          exit 0
        '' ];
      };
    in
    {
      packages = builtins.mapAttrs (system: architecture: { default = image system architecture; })
        systems;
    };
}
