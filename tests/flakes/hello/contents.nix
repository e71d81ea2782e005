# Store paths that the images are made of.
{ tools }:
rec {
  busybox = tools.runShell "busybox" ''
    mkdir -p $out/bin
    cp /usr/bin/busybox $out/bin/busybox
    for applet in sh cat echo env false id ls sleep stat true; do
      ln -s busybox $out/bin/$applet
    done
  '' { };

  greeting = tools.runShell "greeting" ''
    mkdir -p $out/share
    echo "Hello from Nix" > $out/share/greeting
  '' { };

  hello = tools.runShell "hello" ''
    mkdir -p $out/bin
    printf '#!%s/bin/sh\nexec cat %s/share/greeting\n' ${busybox} ${greeting} > $out/bin/hello
    chmod +x $out/bin/hello
  '' { };

  # What makes tar writers differ: long and non-ASCII names, odd orders, links.
  oddNames = tools.runPython "odd-names" (tools.script ./scripts/odd_names.py) { };

  # Incompressible store paths of that size in total.
  bulk = mebibytes:
    let
      parts = 16;
    in
    builtins.genList (number: blob' "bulk-${toString number}" "part ${toString number}" (mebibytes * 1024 / parts)) parts;

  # One path of that size.
  blob = name: blob' name name;
  blob' = name: seed: kibibytes: tools.runPython name (tools.script ./scripts/bulk.py) {
    inherit seed;
    kibibytes = toString kibibytes;
  };

  # Store paths of 250 files each, as a program's libraries might be.
  libraries = { count, kibibytes }: builtins.genList
    (number: tools.runPython "library-${toString number}" (tools.script ./scripts/library.py) {
      seed = toString number;
      files = "250";
      kibibytes = toString kibibytes;
    }) count;

  # The small part that is under development: a program, and what one edits.
  application = tools.runShell "application" ''
    mkdir -p $out/bin $out/share
    printf '#!%s/bin/sh\nexec cat %s/share/text\n' ${busybox} $out > $out/bin/application
    chmod +x $out/bin/application
    cp ${tools.script ./application.txt} $out/share/text
    head -c 100000 /usr/bin/busybox > $out/share/data
  '' { };
}
