# What nix2container's buildImage gives: JSON that tells how to make the layers.
{ tools, architecture, contents }:
let
  # A root file system as a layer that is ready.
  rootLayer = tools.runShell "root-layer.tar" ''
    mkdir -p root/etc root/tmp
    echo 'root:x:0:0::/:/bin/sh' > root/etc/passwd
    chmod 1777 root/tmp
    tar --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner -C root -cf $out .
  '' { };

  # What copyToRoot puts at the root, and what perms change.
  rootEnv = tools.runShell "root-env" ''
    mkdir -p $out/bin $out/srv
    ln -s ${contents.busybox}/bin/* ${contents.hello}/bin/* $out/bin/
    echo 'for its owner only' > $out/srv/secret
  '' { };

  imageOf = extra: tools.runPython "image-nix2container.json" (tools.script ./scripts/nix2container_image.py)
    ({
      inherit architecture;
      config = builtins.toJSON {
        cmd = [ "/bin/hello" ];
        Env = [ "PATH=/bin" "MARKUP=<&>" ];
        WorkingDir = "/srv";
        ExposedPorts = { "8080/tcp" = { }; };
      };
      layers = builtins.toJSON [
        { layer-path = rootLayer; }
        { paths = map (path: { inherit path; }) [ contents.busybox contents.greeting contents.hello ]; }
        {
          paths = [{
            path = rootEnv;
            options = {
              rewrite = { regex = "^${rootEnv}"; repl = ""; };
              perms = [{ regex = "/srv/secret$"; mode = "0600"; uid = 1000; gid = 1000; uname = "app"; gname = "app"; }];
            };
          }];
        }
      ];
    } // extra)
  // { imageName = "nixbuild-n2c"; imageTag = "1.0"; };
in
{
  image = imageOf { };
  imageWithFalseDigests = imageOf { falseDigests = "1"; };
}
