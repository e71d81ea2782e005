"""Commands inside a machine get what they are given, and their end is reported as it was."""

import signal

from nixlab.testcase import LabTest, skip_unless_lane_of_lab_tests


class Commands(LabTest):
    @classmethod
    def setUpClass(cls) -> None:
        skip_unless_lane_of_lab_tests()
        super().setUpClass()

    def test_arguments_environment_folder_and_input_arrive(self):
        script = 'printf "%s|" "$0" "$@" "$COLOUR" "$PWD"; cat'
        done = self.machine.exec(
            ["bash", "-c", script, "a b", "$HOME", ""],
            env={"COLOUR": "dark red"},
            cwd="/usr/lib",
            stdin=b"typed",
        ).check()
        self.assertEqual(done.stdout, "a b|$HOME||dark red|/usr/lib|typed")

    def test_the_hosts_environment_does_not_arrive(self):
        names = {line.partition("=")[0] for line in self.machine.exec(["env"]).check().stdout.splitlines()}
        self.assertEqual(names, {"HOME", "LANG", "PATH"})

    def test_status_and_streams_are_kept_apart(self):
        done = self.machine.exec(["bash", "-c", "echo out; echo err >&2; exit 7"])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (7, "out\n", "err\n"))

    def test_a_signal_reaches_the_command(self):
        running = self.machine.spawn(["bash", "-c", "echo started >&2; exec sleep 1000"])
        running.wait_for_output("started")
        running.send(signal.SIGTERM)
        self.assertEqual(running.wait().returncode, -signal.SIGTERM)

    def test_control_c_on_a_terminal_interrupts(self):
        script = "trap 'echo interrupted; exit 9' INT; test -t 0 && echo on-terminal; while true; do sleep 1; done"
        running = self.machine.spawn_on_terminal(["bash", "-c", script])
        running.wait_for_output("on-terminal", "stdout")
        running.type("\x03")
        done = running.wait()
        self.assertEqual(done.returncode, 9, done)
        self.assertIn("interrupted", done.stdout)

    def test_waiting_for_output_that_never_comes_fails(self):
        running = self.machine.spawn(["true"])
        with self.assertRaisesRegex(AssertionError, "'never' never came"):
            running.wait_for_output("never")
        running.wait()

    def test_a_command_that_hangs_is_killed(self):
        running = self.machine.spawn(["sleep", "1000"])
        with self.assertRaisesRegex(AssertionError, "still running"):
            running.wait(patience=0.1)
        self.assertEqual(self.machine.exec(["pgrep", "-x", "sleep"]).stdout, "")
