"""Runs a program, its output thrown away, and prints the peak of its resident memory in KiB.

A program of its own, because the kernel counts what a process was before exec: started from the
benchmarks themselves, every program would seem as large as they are.
"""

import os
import sys

null = os.open(os.devnull, os.O_RDWR)
streams = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=streams)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
