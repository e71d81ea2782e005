"""Machines are apart from each other and from their host, and leave nothing behind."""

import signal
import subprocess
import sys
import unittest
from pathlib import Path

from nixlab import cgroups, session
from nixlab.engine import Engine
from nixlab.locations import LAB
from nixlab.machine import Machine
from nixlab.run_folder import RunFolder, sweep_stale_runs
from nixlab.testcase import skip_unless_lane_of_lab_tests
from nixlab.waiting import wait_until

OWNER_THAT_GETS_KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from nixlab.engine import Engine
from nixlab.machine import Machine
machine = Machine(Path(sys.argv[2]), "orphan")
machine.start()
Engine(machine, "overlay2").start()
print(machine.init_pid, machine.folder.path, flush=True)
sys.stdin.read()
"""


class Machines(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        skip_unless_lane_of_lab_tests()

    def setUp(self) -> None:
        self.lab = session.current()

    def test_two_engines_side_by_side_do_not_see_each_other(self):
        with self.lab.new_machine("second") as second, Engine(second, self.lab.lane.image_store) as engine:
            self.assertNotEqual(engine.api.info()["ID"], self.lab.engine.api.info()["ID"])
            mine = second.exec(["ps", "-e", "-o", "comm="]).check().stdout.split()
            self.assertEqual(mine.count("dockerd"), 1)
            self.assertEqual(second.exec(["hostname"]).check().stdout, "second\n")

    def test_writing_does_not_reach_the_cached_root(self):
        with self.lab.new_machine("writer") as writer:
            writer.exec(["touch", "/etc/written-by-a-test"]).check()
        self.assertFalse((self.lab.root / "etc/written-by-a-test").exists())

    def test_stopping_leaves_nothing_behind(self):
        machine = self.lab.new_machine("short-lived")
        machine.start()
        folder, init_pid = machine.folder, machine.init_pid
        Engine(machine, self.lab.lane.image_store).start()
        machine.spawn(["sleep", "1000"])
        machine.stop()
        self.assertFalse(Path(f"/proc/{init_pid}").exists())
        self.assert_no_trace_of(folder.path)

    def test_failing_to_start_leaves_nothing_behind(self):
        machine = Machine(self.lab.root, "impossible", [(Path("/nowhere"), "/nowhere", True)])
        with self.assertRaisesRegex(Exception, "/nowhere"):
            machine.start()
        self.assertEqual(list(self.lab.machine.folder.path.parent.glob("impossible-*")), [])

    def test_a_killed_owner_takes_its_machine_along_and_the_next_run_cleans_up(self):
        owner = subprocess.Popen(
            [sys.executable, "-B", "-c", OWNER_THAT_GETS_KILLED, str(LAB), str(self.lab.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with owner:
            init_pid, folder = owner.stdout.readline().split()
            owner.send_signal(signal.SIGKILL)
            owner.wait()
        wait_until(lambda: not Path(f"/proc/{init_pid}").exists(), "the orphaned machine is gone")
        wait_until(lambda: Path(folder).name in sweep_stale_runs(), "the orphaned folder is removed")
        self.assert_no_trace_of(Path(folder))

    def test_sweeping_spares_machines_in_use_and_folders_of_others(self):
        runs = self.lab.machine.folder.path.parent
        foreign = runs / "not-made-by-the-lab"
        foreign.mkdir(exist_ok=True)
        try:
            sweep_stale_runs()
            self.assertTrue(foreign.exists())
            self.assertTrue(self.lab.machine.folder.path.exists())
        finally:
            foreign.rmdir()

    def test_sweeping_removes_an_abandoned_folder(self):
        abandoned = RunFolder("abandoned")
        abandoned.lock.release()
        self.assertIn(abandoned.run_id, sweep_stale_runs())
        self.assertFalse(abandoned.path.exists())

    def assert_no_trace_of(self, folder: Path) -> None:
        self.assertFalse(folder.exists())
        self.assertNotIn(folder.name, Path("/proc/self/mounts").read_text())
        self.assertEqual(list(Path("/sys/fs/cgroup").glob(f"**/{cgroups.PREFIX}{folder.name}")), [])

