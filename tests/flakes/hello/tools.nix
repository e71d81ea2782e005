# How this flake runs Debian's own tools as builders: the sandbox offers /usr
# and a static shell as /bin/sh.
{ system }:
{
  inherit system;

  runShell = name: script: environment:
    derivation ({
      inherit name system;
      builder = "/bin/sh";
      # The shell would become its last command. Debian's tools close their output
      # before they end, and Nix kills a builder that has closed its output.
      args = [ "-euc" "${script}\nexit 0" ];
      PATH = "/usr/bin";
    } // environment);

  runPython = name: script: environment:
    derivation ({
      inherit name system;
      builder = "/usr/bin/python3";
      args = [ "-B" script ];
      PATH = "/usr/bin";
    } // environment);

  # A path of its own, so that editing one script rebuilds only what uses it.
  script = path: builtins.path { inherit path; name = baseNameOf path; };
}
