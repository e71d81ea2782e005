"""Containers whose process 1 is systemd."""

from pathlib import Path

# By number, as in linux/capability.h.
CAPABILITIES = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
    "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT "
    "SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE "
    "AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ "
    "PERFMON BPF CHECKPOINT_RESTORE"
).split()
# Unknown to engines of before 2021; systemd can do without.
NEW_CAPABILITIES = ("PERFMON", "BPF", "CHECKPOINT_RESTORE")

# What --privileged gives beside capabilities, as far as systemd needs it.
ALMOST_PRIVILEGED = (
    "--security-opt=seccomp=unconfined",
    "--security-opt=apparmor=unconfined",
    "--cgroupns=host",
    "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw",
)


def run_options() -> list[str]:
    """For `docker run`: --privileged, or, where that asks for more than this machine has, all there is."""
    available = _available_capabilities()
    if len(available) == len(CAPABILITIES):
        return ["--privileged"]
    # Neither ALL nor a --cap-drop: engines differ in whether they take a capability that is not there.
    return [*ALMOST_PRIVILEGED, *(f"--cap-add={name}" for name in available if name not in NEW_CAPABILITIES)]


def _available_capabilities() -> list[str]:
    status = Path("/proc/self/status").read_text()
    bounding = next(line for line in status.splitlines() if line.startswith("CapBnd:"))
    allowed = int(bounding.split()[1], 16)
    return [name for number, name in enumerate(CAPABILITIES) if allowed >> number & 1]
