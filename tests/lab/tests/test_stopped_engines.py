"""Engines of virtual machines that are stopped: which command starts them. Colima is a script with recorded answers."""

import json

from nixlab.plugin import INSTALLED
from nixlab.testcase import PluginTest, skip_unless_lane_of_lab_tests

# As `colima list -j` prints it.
DEFAULT = {"name": "default", "status": "Stopped", "arch": "aarch64", "cpus": 2, "memory": 2147483648, "runtime": ""}
WORK = {**DEFAULT, "name": "work"}


class StoppedEngines(PluginTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        skip_unless_lane_of_lab_tests()

    def setUp(self) -> None:
        super().setUp()
        self.home = self.machine.new_folder("home-", within="/opt")
        self.outside(f"{self.home}/bin").mkdir()
        self.outside(f"{self.home}/.colima/default").mkdir(parents=True)
        self.socket = f"{self.home}/.colima/default/docker.sock"

    def colima_lists(self, *profiles: dict) -> None:
        program = self.outside(f"{self.home}/bin/colima")
        lines = "\n".join(json.dumps(profile) for profile in profiles)
        program.write_text(f"#!/bin/sh\n[ \"$*\" = 'list -j' ] || exit 1\ncat <<'END'\n{lines}\nEND\n")
        program.chmod(0o755)

    def fails(self, *argv: str, says: str, **variables: str) -> None:
        environment = {
            "HOME": self.home,
            "PATH": f"{self.home}/bin:/usr/sbin:/usr/bin",
            "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND": "docker",
            **variables,
        }
        self.assert_fails(self.machine.exec([*argv, "nixbuild", "./x"], cwd=self.work, env=environment), says)

    def test_context_that_colima_has_removed(self):
        self.outside(f"{self.work}/x").touch()
        # As docker calls it; before 23 docker itself does not go on without the context.
        self.fails(INSTALLED, "--context", "colima-work", says="`colima start work`")
        self.fails(INSTALLED, says="`colima start`", DOCKER_CONTEXT="colima")
        self.outside(f"{self.home}/.docker").mkdir()
        self.outside(f"{self.home}/.docker/config.json").write_text('{"currentContext": "colima"}')
        self.fails(INSTALLED, says="`colima start`")

    def test_default_socket_that_is_not_there(self):
        self.outside(f"{self.work}/x").touch()
        hidden = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh", "docker")
        self.fails(*hidden, says="`colima start`")
        self.colima_lists(WORK)
        self.fails(*hidden, says="`colima start work`")
        self.colima_lists(DEFAULT, {**WORK, "status": "Running", "runtime": "docker"})
        self.fails(*hidden, says="`docker context use colima-work`")

    def test_socket_of_a_machine_that_is_gone(self):
        self.outside(f"{self.work}/x").touch()
        host = {"DOCKER_HOST": f"unix://{self.socket}"}
        self.fails("docker", says="`colima start`", **host)
        bind = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
        self.machine.exec(["python3", "-c", bind, self.socket]).check()
        self.fails("docker", says="`colima restart`", **host)
        self.colima_lists(DEFAULT)
        self.fails("docker", says="is Stopped: `colima start`", **host)
        self.colima_lists({**DEFAULT, "status": "Broken"})
        self.fails("docker", says="`colima stop --force`", **host)
        self.colima_lists({**DEFAULT, "status": "Running", "runtime": "containerd"})
        self.fails("docker", says="runs containerd", **host)
