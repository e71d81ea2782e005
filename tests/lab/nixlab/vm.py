"""A client without an engine, and a machine beside it laid out as Colima and Lima lay out their VMs."""

import json
import shutil
from contextlib import ExitStack
from pathlib import Path

from . import session
from .engine import Engine
from .machine import Machine
from .process import Process
from .remote import RemoteTest
from .ssh import CLIENT_KEY, SshServer
from .testcase import PluginTest
from .waiting import wait_until

# Of folders that both machines have at this path, the VM may not write to the second.
MOUNTED = "/Users/me/mounted"
READ_ONLY = "/Users/me/read-only"
# Both have it, each its own.
ELSEWHERE = "/Users/me/elsewhere"

COLIMA_SOCKET = "/root/.colima/default/docker.sock"
COLIMA_INSTANCE = "/root/.colima/_lima/colima"
LIMA_SOCKET = "/root/.lima/default/sock/docker.sock"
LIMA_INSTANCE = "/root/.lima/default"
LIMACTL = "/usr/local/bin/limactl"

# Lima 2.2 writes this to INSTANCE/ssh.config (pkg/sshutil); its machines are behind a port of 127.0.0.1.
SSH_CONFIG = """\
# This SSH config file can be passed to 'ssh -F'.
# This file is created by Lima, but not used by Lima itself currently.
Host lima-{name}
  IdentityFile "{key}"
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  NoHostAuthenticationForLocalhost yes
  PreferredAuthentications publickey
  Compression no
  BatchMode yes
  IdentitiesOnly yes
  GSSAPIAuthentication no
  Ciphers "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
  User root
  ControlMaster auto
  ControlPath "{folder}/ssh.sock"
  ControlPersist yes
  Hostname {address}
  Port 22
"""


class Vm:
    """A context manager: `client` and `server`, which runs `engine` at its usual socket."""

    def __init__(self, lab: session.Session):
        self._lab = lab
        self._stack = ExitStack()
        self.client: Machine
        self.server: Machine
        self.engine: Engine
        self.ssh: SshServer

    def __enter__(self) -> "Vm":
        with self._stack as stack:
            folders = self._lab.machine.folder.folder("shared")
            stack.callback(shutil.rmtree, folders)
            mounted, read_only = folders / "mounted", folders / "read-only"
            for folder in (mounted, read_only):
                folder.mkdir()
            self.client = stack.enter_context(
                self._lab.new_machine("mac", [(mounted, MOUNTED, False), (read_only, READ_ONLY, False)])
            )
            self.server = stack.enter_context(
                self._lab.new_machine("vm", [(mounted, MOUNTED, False), (read_only, READ_ONLY, True)])
            )
            for machine in (self.client, self.server):
                machine.exec(["mkdir", "-p", ELSEWHERE]).check()
            self.engine = stack.enter_context(Engine(self.server, self._lab.lane.image_store))
            self.ssh = stack.enter_context(SshServer(self.client, self.server))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add_instance(self, context: str, folder: str, socket: str) -> None:
        """What a running instance of Lima has in its `folder`, and the user's context for its `socket`."""
        name = Path(folder).name
        for wanted in (folder, str(Path(socket).parent)):
            self.client.exec(["mkdir", "-p", wanted]).check()
        config = SSH_CONFIG.format(name=name, key=CLIENT_KEY, folder=folder, address=self.ssh.address)
        self.client.path(f"{folder}/ssh.config").write_text(config)
        self.client.exec(["docker", "context", "create", context, "--docker", f"host=unix://{socket}"]).check()

    def forward(self, socket: str, guest_socket: str) -> Process:
        """Lima's host agent does the same by the same means."""
        words = ["ssh", "-F", "/dev/null", "-i", CLIENT_KEY, "-N", "-o", "StreamLocalBindUnlink=yes"]
        running = self.client.spawn([*words, "-L", f"{socket}:{guest_socket}", f"root@{self.ssh.address}"])
        wait_until(lambda: self.client.path(socket).exists(), f"{socket} is forwarded")
        return running

    def answer_of_limactl(self, guest_socket: str) -> None:
        """Installs a limactl that knows the instance "default"."""
        listed = {
            "name": "default",
            "hostname": "lima-default",
            "status": "Running",
            "dir": LIMA_INSTANCE,
            "vmType": "vz",
            "arch": "aarch64",
            "cpus": 4,
            "memory": 4294967296,
            "disk": 107374182400,
            "sshLocalPort": 60022,
            "sshConfigFile": f"{LIMA_INSTANCE}/ssh.config",
            "config": {
                "mounts": [{"location": "/Users/me", "mountPoint": "/Users/me", "writable": False}],
                "portForwards": [
                    {
                        "guestIP": "127.0.0.1",
                        "guestSocket": guest_socket,
                        "guestPortRange": [1, 65535],
                        "hostIP": "127.0.0.1",
                        "hostSocket": LIMA_SOCKET,
                        "hostPortRange": [1, 65535],
                        "proto": "tcp",
                    }
                ],
            },
            "limaVersion": "2.2.0",
        }
        file = self.client.path(LIMACTL)
        file.write_text(f"#!/bin/sh\n[ \"$*\" = 'list --json default' ] && cat <<'END'\n{json.dumps(listed)}\nEND\n")
        file.chmod(0o755)


class VmTest(PluginTest):
    """The tests' machine is the client; their engine is the VM's."""

    @classmethod
    def setUpClass(cls) -> None:
        RemoteTest.skip_unless_possible()
        super().setUpClass()
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.vm = stack.enter_context(Vm(cls.lab))
        cls.machine = cls.vm.client
        cls.engine = cls.vm.engine
        cls.server = cls.vm.server
