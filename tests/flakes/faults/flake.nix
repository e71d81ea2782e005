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

      packagesOf = system: {
        broken = shell system "broken" ''
          echo "first line of the log"
          echo "the last words of the builder" >&2
          exit 3
        '' { };

        dependencyBroken = shell system "dependency-broken" "cat $input > $out" {
          input = shell system "broken-dependency" "echo 'the dependency gives up'; exit 1" { };
        };

        notAnImage = shell system "not-an-image" "echo 'only text' > $out" { };

        notAnImageFolder = shell system "not-an-image-folder" "mkdir $out; echo text > $out/file" { };

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
