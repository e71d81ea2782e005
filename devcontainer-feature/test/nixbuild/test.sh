#!/bin/bash
# On an image that is not NixOS: `devcontainer features test` takes one of Ubuntu unless told otherwise.
set -e
source dev-container-features-test-lib

hooks=/usr/local/share/nixbuild

check "the hooks do no harm" sh -c "$hooks/boot && $hooks/post-create"
check "and say what is missing" sh -c "$hooks/boot | grep overrideCommand && $hooks/post-create | grep 'no Nix'"

reportResults
