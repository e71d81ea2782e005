"""Runs one program inside a machine and tells how long it took and how much memory it had.

Its argument is JSON: {"argv": […], "env": {…}, "cwd": …, "memory": bool}; it prints
{"seconds": …, "peak_kib": … or null, "status": …, "output": the end of what the program said}.
Memory is that of the program alone, not of its children: Nix is not ours.
"""

import json
import os
import sys
import tempfile
import time

SAMPLING_SECONDS = 0.002


def main():
    job = json.loads(sys.argv[1])
    os.chdir(job["cwd"])
    with tempfile.TemporaryFile() as output, open(os.devnull, "rb") as nothing:
        streams = [(nothing, 0), (output, 1), (output, 2)]
        actions = [(os.POSIX_SPAWN_DUP2, stream.fileno(), number) for stream, number in streams]
        start = time.perf_counter()
        pid = os.posix_spawnp(job["argv"][0], job["argv"], {**os.environ, **job["env"]}, file_actions=actions)
        peak = peak_kib(pid) if job["memory"] else None
        _, status = os.waitpid(pid, 0)
        seconds = time.perf_counter() - start
        output.seek(max(0, output.tell() - 3000))
        text = output.read().decode(errors="replace")
    result = {"seconds": seconds, "peak_kib": peak, "status": os.waitstatus_to_exitcode(status), "output": text}
    print(json.dumps(result))


def peak_kib(pid):
    """Until the program ends. The kernel keeps the peak, so that only that of the last moment can be missed."""
    peak = 0
    while not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        try:
            with open(f"/proc/{pid}/status") as status:
                lines = [line for line in status if line.startswith("VmHWM:")]
        except OSError:
            break
        peak = max([peak, *(int(line.split()[1]) for line in lines)])
        time.sleep(SAMPLING_SECONDS)
    return peak


main()
