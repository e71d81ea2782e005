"""The command line of tests/lab/run."""

import os
import signal
import sys
import time
import unittest

from . import session
from .lanes import LANES
from .locations import LAB
from .outcome import LabError, LaneUnavailable
from .session import Session

USAGE = """\
usage: tests/lab/run --list
       tests/lab/run LANE [unittest arguments]   e.g. -v, -k PATTERN, test_module.Class.test
       tests/lab/run LANE --shell                a shell in the machine, its engine running

NIXBUILD_PLUGIN=PATH        the docker-nixbuild to test; without it, only the lab itself is tested
NIXBUILD_LAB_CACHE=FOLDER   root file systems and running machines (/var/cache/docker-nixbuild-lab)

Status: 0 passed, 1 failed, 2 wrong usage, 77 the lane cannot be had on this machine,
128 + N stopped by signal N.
"""
FAILED, WRONG_USAGE, SKIPPED = 1, 2, 77
TESTS = LAB / "tests"


def main(arguments: list[str]) -> int:
    if arguments == ["--list"]:
        print("\n".join(LANES))
        return 0
    if not arguments or arguments[0] not in LANES:
        print(USAGE, end="", file=sys.stderr)
        return WRONG_USAGE
    lane = LANES[arguments[0]]
    _leave_cleanly_when_terminated()
    os.umask(0o022)
    try:
        with Session(lane) as running:
            print(running.describe(), flush=True)
            if arguments[1:] == ["--shell"]:
                running.machine.shell()
                return 0
            return _run_tests(arguments[1:])
    except LaneUnavailable as reason:
        print(f"SKIPPED lane {lane.name}: {reason}", flush=True)
        return SKIPPED
    except KeyboardInterrupt as signalled:
        print(f"STOPPED lane {lane.name}", flush=True)
        return 128 + (signalled.args[0] if signalled.args else signal.SIGINT)
    except LabError as error:
        print(f"FAILED lane {lane.name}: {error}", flush=True)
        return FAILED


def _run_tests(arguments: list[str]) -> int:
    sys.path.insert(0, str(TESTS))
    if not any(argument.startswith("test_") for argument in arguments):
        arguments = ["discover", "-s", str(TESTS), *arguments]
    program = unittest.TestProgram(
        module=None,
        argv=["tests/lab/run LANE", *arguments],
        testRunner=unittest.TextTestRunner(stream=sys.stdout, resultclass=_Result, verbosity=2),
        exit=False,
    )
    if program.result.testsRun == 0 and not program.result.skipped:
        print("no test was run")
        return FAILED
    return 0 if program.result.wasSuccessful() else FAILED


class _Result(unittest.TextTestResult):
    """Shows how long each test took, and what the engine said when one fails."""

    def startTest(self, test):
        self._started = time.monotonic()
        super().startTest(test)

    def getDescription(self, test):
        return test.id()

    def addSuccess(self, test):
        self.stream.write(f"({time.monotonic() - self._started:.1f} s) ")
        super().addSuccess(test)

    def addError(self, test, error):
        super().addError(test, error)
        self._append_log(self.errors)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._append_log(self.failures)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._append_log(self.failures if issubclass(error[0], test.failureException) else self.errors)

    def _append_log(self, reports: list) -> None:
        test, text = reports[-1]
        reports[-1] = (test, f"{text}\n{session.current().engine.log_tail()}")


def _leave_cleanly_when_terminated() -> None:
    # unittest lets no other exception than KeyboardInterrupt out of a test.
    def leave(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
