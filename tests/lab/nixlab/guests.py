"""Machines without Nix, of the kinds that virtual machines are, and what installs Nix there."""

import hashlib
import os
import shutil
import stat
import subprocess
import unittest
from pathlib import Path

from . import session
from .lanes import LANES
from .machine import Machine
from .nix_setup import NIX_CONF
from .ssh import HOST_KEY, sshd_command
from .waiting import wait_until

INSTALLER = Path(__file__).with_name("nix_installer.sh")
SUDO = Path(__file__).with_name("sudo.c")
PAYLOAD = "/usr/lib/nix-payload"
ROOT_IN_MEMORY = "/root-in-memory"
PORT = 2222

# Of a systemd that does not run here: it remembers what is asked of it, starts and stops Nix's daemon, and runs
# what a unit of ours is to run.
SYSTEMCTL = """#!/bin/sh
echo "$*" >>/run/systemctl.log
case "$*" in
  "cat nix-daemon.socket") [ -e /etc/systemd/system/nix-daemon.socket ];;
  "is-active nix-daemon.socket") [ -e /run/nix-daemon.socket-is-active ];;
  "enable --now nix-daemon.socket")
    touch /run/nix-daemon.socket-is-active
    setsid /nix/var/nix/profiles/default/bin/nix-daemon >/dev/null 2>&1 </dev/null &
    until [ -S /nix/var/nix/daemon-socket/socket ]; do sleep 0.05; done;;
  "disable --now nix-daemon.socket")
    rm -f /run/nix-daemon.socket-is-active
    pkill -f bin/nix-daemon
    while pgrep -f bin/nix-daemon >/dev/null; do sleep 0.05; done
    rm -f /nix/var/nix/daemon-socket/socket;;
  "try-restart nix-daemon.service")
    if [ -e /run/nix-daemon.socket-is-active ]; then
      "$0" disable --now nix-daemon.socket; "$0" enable --now nix-daemon.socket
    fi;;
  "enable --now docker-nixbuild-nix.service")
    sed -n "s/^ExecStart=\\([^-].*\\)/\\1/p" /etc/systemd/system/docker-nixbuild-nix.service | sh -e;;
esac
"""

# Of a Colima 0.9 whose one profile is a machine of the lab. Its answers are Colima's (cmd/list.go, cmd/version.go);
# as the real one it makes its context when it starts, and removes it when it stops.
COLIMA = """#!/bin/sh
echo "$*" >>/root/colima.log
status=$(cat /root/colima.status 2>/dev/null)
case $1 in
  version) echo "colima version 0.9.1"; echo "git commit: 0";;
  list)
    sizes='"cpus":4,"memory":8589934592,"disk":107374182400'
    [ -z "$status" ] ||
      echo '{"name":"default","status":"'"$status"'","arch":"x86_64",'"$sizes"',"runtime":"docker"}';;
  start)
    docker context inspect colima >/dev/null 2>&1 ||
      docker context create colima --docker host=unix:///root/.colima/default/docker.sock >/dev/null
    echo "starting colima" >&2; echo Running >/root/colima.status;;
  stop) docker context rm --force colima >/dev/null; echo Stopped >/root/colima.status;;
  delete) docker context rm --force colima >/dev/null; rm -f /root/colima.status;;
esac
"""
COLIMA_LOG = "/root/colima.log"


def skip_unless_lane_of_guests() -> None:
    lane = LANES["trixie-overlay2"]
    if session.current().lane is not lane:
        raise unittest.SkipTest(f"the same in all lanes with ssh; runs in {lane.name}")


def pretend_colima(machine: Machine) -> None:
    program = machine.path("/usr/local/bin/colima")
    program.write_text(COLIMA)
    program.chmod(0o755)


def take_nix_away(machine: Machine) -> None:
    """For good: what belongs to Nix becomes the payload of the installer."""
    machine.exec(["mkdir", PAYLOAD]).check()
    script = 'for file in /usr/bin/nix /usr/bin/nix-*; do mv "$file" "$0"; done; rm -rf /etc/nix'
    machine.exec(["sh", "-c", script, PAYLOAD]).check()
    conf = NIX_CONF
    for line in ("experimental-features = nix-command flakes\n", "flake-registry = /etc/nix/registry.json\n"):
        conf = conf.replace(line, "")
    machine.path(f"{PAYLOAD}/nix.conf").write_text(conf)


def pretend_systemd(machine: Machine) -> None:
    machine.exec(["mkdir", "-p", "/run/systemd/system", "/etc/systemd/system"]).check()
    program = machine.path("/usr/local/bin/systemctl")
    program.write_text(SYSTEMCTL)
    program.chmod(0o755)


def add_user_with_sudo(machine: Machine, name: str = "dev") -> None:
    """One that ssh lets in, and that may become root without a password."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise unittest.SkipTest("no C compiler for the stand-in of sudo")
    program = machine.path("/usr/local/bin/sudo")
    subprocess.run([compiler, "-O1", "-static", "-o", str(program), str(SUDO)], check=True)
    program.chmod(0o4755)
    machine.exec(["useradd", "--create-home", "--shell=/bin/bash", "--groups=docker", name]).check()
    # useradd locks the account, and a locked one does not get in by a key either.
    machine.exec(["usermod", "--password=*", name]).check()
    machine.exec(["cp", "-r", "/root/.ssh", f"/home/{name}/.ssh"]).check()
    machine.exec(["chown", "-R", f"{name}:{name}", f"/home/{name}"]).check()


def lose_root_disk(machine: Machine) -> None:
    """What a setup has written outside of /nix, and the mount there, as after `colima delete` and `colima start`."""
    machine.path("/run/nix-daemon.socket-is-active").unlink()
    units = [f"/etc/systemd/system/{unit}" for unit in ("nix-daemon.socket", "docker-nixbuild-nix.service")]
    script = 'pkill -f [b]in/nix-daemon; umount /nix; rmdir /nix; rm -rf "$@"'
    machine.exec(["sh", "-c", script, "sh", "/etc/nix", "/var/lib/docker-nixbuild", *units]).check()


def serve_root_in_memory(machine: Machine) -> None:
    """A second sshd, on PORT, for a root that is a file system in memory and has the machine's programs."""
    script = """
    mkdir "$0" && mount -t tmpfs tmpfs "$0" && cd "$0"
    for folder in usr proc dev run sys; do mkdir "$folder" && mount --rbind "/$folder" "$folder"; done
    cp -a /bin /sbin /lib /lib64 /etc /root . && mkdir tmp var && ln -s /run var/run
    """
    machine.exec(["sh", "-ec", script, ROOT_IN_MEMORY]).check()
    sshd = ["chroot", ROOT_IN_MEMORY, *sshd_command(machine), "-p", str(PORT)]
    machine.spawn(sshd, log=machine.folder.path / "sshd-in-memory.log")
    answers = ["ssh-keyscan", "-p", str(PORT), "127.0.0.1"]
    wait_until(lambda: machine.exec(answers).stdout != "", f"sshd answers on port {PORT}")


def know_host(client: Machine, server: Machine, address: str) -> None:
    key = " ".join(server.path(f"{HOST_KEY}.pub").read_text().split()[:2])
    with open(client.path("/root/.ssh/known_hosts"), "a") as known_hosts:
        known_hosts.write(f"[{address}]:{PORT} {key}\n")


def state_of(machine: Machine, folders: tuple[str, ...]) -> dict[str, tuple]:
    """All that lies in these folders: kind, mode, owner, and the contents as a digest."""
    found = {}
    for folder in folders:
        for place, _, names in os.walk(machine.path(folder)):
            for path in (Path(place), *(Path(place) / name for name in names)):
                found[str(path).partition("/root")[2]] = _state(path)
    return found


def _state(path: Path) -> tuple:
    info = path.lstat()
    owner = (info.st_uid, info.st_gid, stat.filemode(info.st_mode))
    if stat.S_ISLNK(info.st_mode):
        return (*owner, os.readlink(path))
    if stat.S_ISREG(info.st_mode):
        return (*owner, info.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
    return owner
