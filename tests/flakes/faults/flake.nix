{
  description = "Everything that can go wrong before there is an image";

  outputs = { self }:
    let
      shell = system: name: script: extra:
        derivation ({
          inherit name system;
          builder = "/bin/sh";
          # Not to become its last command, which Nix may kill: see ../hello/tools.nix.
          args = [ "-euc" "${script}\nexit 0" ];
          PATH = "/usr/bin";
        } // extra);

      # Descriptions of images, each with one thing wrong.
      json = system: name: value: shell system name ''printf %s "$json" > $out'' { json = builtins.toJSON value; };

      architectures = { x86_64-linux = "amd64"; aarch64-linux = "arm64"; };
      gone = "/nix/store/00000000000000000000000000000000-gone";
      folder = system: "${shell system "folder" "mkdir $out; echo text > $out/file" { }}";

      customisation = system: shell system "customisation-layer" ''
        mkdir $out
        tar -cf $out/layer.tar -T /dev/null
        sha256sum $out/layer.tar | cut -d ' ' -f 1 > $out/checksum
      '' { };

      # dockerTools' conf.json.
      conf = system: fault: json system "faulty-conf.json" ({
        architecture = architectures.${system};
        os = "linux";
        config.Cmd = [ "/none" ];
        created = "1970-01-01T00:00:01+00:00";
        mtime = "1970-01-01T00:00:01+00:00";
        store_dir = builtins.storeDir;
        from_image = null;
        store_layers = [ [ (folder system) ] ];
        customisation_layer = "${customisation system}";
        repo_tag = "faulty:1";
        uid = "0";
        gid = "0";
        uname = "root";
        gname = "root";
      } // fault);

      # nix2container's image JSON.
      nix2container = system: paths: nix2containerOf system [ (layerOf { inherit paths; }) ];
      nix2containerOf = system: layers: json system "faulty-image.json" {
        version = 1;
        image-config.Cmd = [ "/none" ];
        arch = architectures.${system};
        created = "0001-01-01T00:00:00Z";
        inherit layers;
      } // { imageName = "faulty"; imageTag = "1"; };
      layerOf = content: rec {
        digest = "sha256:${builtins.hashString "sha256" "whatever"}";
        diff_ids = digest;
        size = 10240;
        mediatype = "application/vnd.oci.image.layer.v1.tar";
      } // content;

      packagesOf = system: {
        broken = shell system "broken" ''
          echo "first line of the log"
          echo "the last words of the builder" >&2
          exit 3
        '' { };

        dependencyBroken = shell system "dependency-broken" "cat $input > $out" {
          input = shell system "broken-dependency" "echo 'the dependency gives up'; exit 1" { };
        };

        hashMismatch = shell system "hash-mismatch" "echo 'other content' > $out" {
          outputHashMode = "flat";
          outputHashAlgo = "sha256";
          outputHash = "0000000000000000000000000000000000000000000000000000";
        };

        needsFeature = shell system "needs-feature" "echo > $out" {
          requiredSystemFeatures = [ "no-machine-has-this" ];
        };

        # Runs until it is stopped; tests of cancellation wait for its log line first.
        endless = shell system "endless" ''
          echo "the endless build has begun"
          while true; do sleep 1; done
        '' { };

        # Waits for a file of the machine, so only outside the sandbox.
        waiting = shell system "waiting" ''
          echo "waiting for a file"
          until [ -e /tmp/the-file-that-a-build-waits-for ]; do sleep 0.1; done
          mkdir $out
        '' { };

        # In the folder that Nix gives it for the time of the build.
        fillsDisk = shell system "fills-disk" "head -c 64000000 /dev/zero > fill; echo > $out" { };

        # Beside the faulty ones.
        whole = conf system { };

        confOutsideStore = conf system { store_layers = [ [ "/etc/passwd" ] ]; };
        confMissingPath = conf system { store_layers = [ [ gone ] ]; };
        confNoCustomisation = conf system { customisation_layer = "${shell system "empty" "mkdir $out" { }}"; };
        confLayersNoList = conf system { store_layers = "all"; };
        confPathNoText = conf system { store_layers = [ [ 7 ] ]; };
        confOwnerNoNumber = conf system { uid = "root"; };
        confTimeNoTime = conf system { created = "yesterday"; };
        confConfigNoObject = conf system { config = [ "Cmd" ]; };
        confOtherStore = conf system { store_dir = "/gnu/store"; };
        confManyLayers = conf system { store_layers = builtins.genList (_: [ (folder system) ]) 130; };

        nix2containerBadRegex = nix2container system [
          { path = folder system; options.rewrite = { regex = "(unclosed"; repl = ""; }; }
        ];
        nix2containerConflict = nix2container system (map
          (text: rec {
            path = "${shell system "conflict" "mkdir $out; printf %s $text > $out/file" { inherit text; }}";
            options.rewrite = { regex = "^${path}"; repl = ""; };
          }) [ "short" "much longer" ]);
        nix2containerMissingFile = nix2containerOf system [ (layerOf { layer-path = gone; }) ];

        evaluationError = throw "this attribute refuses to be evaluated";

        notADerivation = "a mere string";
      };
    in
    {
      packages.x86_64-linux = packagesOf "x86_64-linux" // {
        onlyX86 = shell "x86_64-linux" "only-x86" "echo > $out" { };
      };
      packages.aarch64-linux = packagesOf "aarch64-linux" // {
        onlyArm = shell "aarch64-linux" "only-arm" "echo > $out" { };
      };
    };
}
