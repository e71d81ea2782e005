"""Settings that hold a secret: Nix gets them, and no command line has them."""

import re
import signal

from nixlab.testcase import PluginTest
from nixlab.waiting import wait_until

SECRET = "token-of-a-test"
BUILDER = "the endless build has begun"
NIX = re.compile(r"^(\S*/)?nix([- ]|$)")


class Secrets(PluginTest):
    def processes_of_nix(self) -> list[str]:
        listed = self.machine.exec(["ps", "-e", "-o", "args="]).check().stdout.splitlines()
        return [line for line in listed if NIX.match(line)]

    def test_nix_gets_them_unseen(self):
        self.work = self.flake("faults")
        token = ["--option", "access-tokens", f"example.org={SECRET}"]
        running = self.machine.spawn(["docker", "nixbuild", "--progress=plain", *token, ".#endless"], cwd=self.work)
        running.wait_for_output(BUILDER)
        nix = self.processes_of_nix()
        self.assertTrue(nix)
        self.assertFalse([line for line in nix if SECRET in line])
        find = 'for file in /proc/[0-9]*/environ; do grep -qsz -e "$0" $file && cat ${file%environ}comm; done'
        holders = self.machine.exec(["sh", "-c", find, SECRET]).stdout.split()
        self.assertTrue(any(name.startswith("nix") for name in holders), holders)
        running.send_to_group(signal.SIGINT)
        result = running.wait()
        self.assertNotIn("unknown setting", result.stderr)
        wait_until(lambda: not self.processes_of_nix(), "no nix runs")
