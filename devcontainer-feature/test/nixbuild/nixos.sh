#!/bin/bash
set -e
source dev-container-features-test-lib

check "systemd is process 1" grep -qx systemd /proc/1/comm
check "the boot has ended" sh -c 'systemctl is-system-running | grep -qxE "running|degraded"'
check "D-Bus is there" systemctl is-active dbus.service
check "options are kept" grep -qx 120 /usr/local/share/nixbuild/options/bootTimeout
check "hooks can be repeated" /usr/local/share/nixbuild/boot

reportResults
