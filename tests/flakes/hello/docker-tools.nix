# The functions of nixpkgs' dockerTools that make images, with the same outputs
# and the same attributes, as far as a reader of images can tell.
{ system, tools }:
let
  architecture = { x86_64-linux = "amd64"; aarch64-linux = "arm64"; }.${system};

  compressors = {
    none = { suffix = ""; command = "cat"; };
    gz = { suffix = ".gz"; command = "gzip -n -6"; };
    pigz = { suffix = ".gz"; command = "pigz -p$NIX_BUILD_CORES -nTR"; }; # what nixpkgs calls gz
    zstd = { suffix = ".zst"; command = "zstd -q -3"; };
    xz = { suffix = ".xz"; command = "xz -0"; };
  };

  customisationLayer = { name, rootLinks, ... }:
    tools.runShell "${name}-customisation-layer" ''
      mkdir -p root/bin root/etc root/tmp $out
      for content in $contents; do
        ln -s $content/bin/* root/bin/
      done
      echo 'root:x:0:0::/:/bin/sh' > root/etc/passwd
      chmod 1777 root/tmp
      tar --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner --hard-dereference \
        -C root -cf $out/layer.tar .
      sha256sum $out/layer.tar | cut -d ' ' -f 1 > $out/checksum
    '' { contents = rootLinks; };

  epoch = "1970-01-01T00:00:01+00:00";

  confAttributes = image@{ name, tag, storeLayers, config, fromImage ? null, created ? epoch, ... }: {
    inherit architecture config created;
    os = "linux";
    store_dir = builtins.storeDir;
    from_image = fromImage;
    store_layers = storeLayers;
    customisation_layer = customisationLayer image;
    repo_tag = "${name}:${tag}";
    mtime = epoch;
    uid = "0";
    gid = "0";
    uname = "root";
    gname = "root";
  };

  jsonFile = name: value: tools.runShell name ''printf %s "$json" > $out'' { json = builtins.toJSON value; };

  confOf = image: jsonFile "${image.name}-conf.json" (confAttributes image);

  streamOf = image: conf:
    tools.runShell "stream-${image.name}" ''
      printf '#! /bin/sh -e\nexec "%s"  %s  "$@"\n' ${streamScript} ${conf} > $out
      chmod +x $out
    '' { } // { imageName = image.name; imageTag = image.tag; isExe = true; };

  # As nixpkgs had them before 2021: times are those of creation, all files are root's.
  oldConfOf = image:
    jsonFile "${image.name}-conf.json"
      (removeAttrs (confAttributes image) [ "mtime" "uid" "gid" "uname" "gname" ]);

  streamScript = tools.runShell "stream" ''
    cp ${tools.script ./scripts/stream_layered_image.py} $out
    chmod +x $out
  '' { };
in
rec {
  inherit architecture;

  # An executable that writes an uncompressed archive to its standard output.
  streamLayeredImage = image:
    let conf = confOf image; in streamOf image conf // { inherit conf streamScript; };

  # The same without attributes that lead to conf.json.
  oldStreamLayeredImage = image: streamOf image (oldConfOf image);

  # The same of a script that does not show its conf.json, either.
  opaqueStream = image: streamOf image (jsonFile "description-of-${image.name}" (confAttributes image));

  # Comes out anew each time that it is built: a random number stands for the word "chance".
  randomStream = image:
    let
      conf = tools.runShell "${image.name}-conf.json" ''
        sed "s/chance/$(od -An -N8 -tu8 /dev/urandom | tr -d ' ')/" ${confOf image} > $out
      '' { };
    in
    streamOf image conf // { inherit conf streamScript; };

  # An archive of many layers.
  buildLayeredImage = image@{ name, tag, compressor, ... }:
    let
      stream = streamLayeredImage image;
      archive = tools.runShell "${name}.tar${compressors.${compressor}.suffix}" ''
        /usr/bin/python3 -B ${stream.streamScript} ${stream.conf} | ${compressors.${compressor}.command} > $out
      '' { };
    in
    archive // { inherit stream; imageName = name; imageTag = tag; };

  # An archive of one layer, in the old style: metadata of each layer in a folder of its own.
  buildImage = image@{ name, tag, ... }:
    let
      archive = tools.runPython "docker-image-${name}.tar.gz" (tools.script ./scripts/classic_image.py) {
        conf = confOf image;
        generator = streamScript;
      };
    in
    archive // { imageName = name; imageTag = tag; };

  # Several docker-archives as one.
  mergeImages = archives:
    tools.runPython "merged-images" (tools.script ./scripts/merged_images.py) { inherit archives; };

  # An OCI image layout of two platforms, as a folder. Not of dockerTools.
  ociLayout = name: archive:
    tools.runPython "oci-layout" (tools.script ./scripts/oci_layout.py) { inherit archive; imageName = name; };

  ociArchive = layout: tools.runShell "oci-archive.tar" "tar --sort=name -C ${layout} -cf $out ." { };
}
