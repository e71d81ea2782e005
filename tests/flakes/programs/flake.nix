{
  description = "Ordinary derivations, none of them an image";

  outputs = { self }:
    let
      runShell = system: name: script: environment:
        derivation ({
          inherit name system;
          builder = "/bin/sh";
          # Not to become its last command, which Nix may kill: see ../hello/tools.nix.
          args = [ "-euc" "${script}\nexit 0" ];
          PATH = "/usr/bin";
        } // environment);

      packagesOf = system:
        let
          run = runShell system;

          shell = run "bash-5.2" ''
            mkdir -p $out/bin
            cp /usr/bin/bash-static $out/bin/bash
            ln -s bash $out/bin/sh
          '' { };

          utilities = run "busybox-1.35" ''
            mkdir -p $out/bin
            cp /usr/bin/busybox $out/bin/busybox
            for applet in cat env id ls ps sleep stat; do ln -s busybox $out/bin/$applet; done
          '' { };

          certificates = run "nss-cacert-3.1" ''
            mkdir -p $out/etc/ssl/certs
            echo "not really a certificate" > $out/etc/ssl/certs/ca-bundle.crt
          '' { };

          greeting = run "greeting" ''echo "Hello from Nix" > $out'' { };

          program = name: script: run name ''
            mkdir -p $out/bin
            printf '#!%s/bin/sh\n%s\n' ${shell} "$script" > $out/bin/hello
            chmod +x $out/bin/hello
          '' { inherit script; };

          # What mkDerivation adds to a derivation.
          described = package: description: package // description;

          parts = builtins.genList
            (number: run "part-${toString number}" ''
              mkdir $out
              printf %s "$text" > $out/text
            '' { text = "part ${toString number}"; }) 120;
        in
        rec {
          default = hello;

          # A program that needs others: a script, its shell and what it calls.
          hello = described (program "hello-2.12" "exec ${utilities}/bin/cat ${greeting}") {
            pname = "hello";
            meta.mainProgram = "hello";
          };

          # The shell, tools and certificates that an image of it should offer.
          equipped = described
            (program "Equipped_App-1.0" "exec ${utilities}/bin/cat ${certificates}/etc/ssl/certs/ca-bundle.crt")
            { pname = "Equipped_App"; };

          # What images of others do not have in their PATH.
          inherit utilities;

          # One path, no shell, no bin folder; ends with its input.
          script = run "just-a-program" ''
            cp /usr/bin/bash-static $out
          '' { };

          # More paths than an image may have layers.
          manyPaths = program "many-paths-1.0" ''
            exec ${utilities}/bin/cat ${builtins.concatStringsSep " " (map (part: "${part}/text") parts)}
          '';

          # The same but for its own text.
          manyPathsEdited = program "many-paths-1.0" ''
            echo edited
            exec ${utilities}/bin/cat ${builtins.concatStringsSep " " (map (part: "${part}/text") parts)}
          '';
        };
    in
    {
      packages = builtins.listToAttrs (map
        (name: { inherit name; value = packagesOf name; })
        [ "x86_64-linux" "aarch64-linux" ]);
    };
}
