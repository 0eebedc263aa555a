"""What a conversion's child gives up before it reads a model. Runs in the child; stdlib only.

What holds, and where:

* everywhere: CPU seconds (``RLIMIT_CPU``), bytes of any one file written (``RLIMIT_FSIZE``), open
  files, no core dumps; an audit hook refuses sockets, programs, forks and writing outside the
  work folder to Python code (native code does not ask it);
* Linux: memory (``RLIMIT_AS``; macOS ignores it);
* Linux where the kernel has Landlock (5.13 and later): nothing outside the work folder can be
  written, made or removed and no program executed; from 6.7 no TCP either;
* Linux where unsharing is permitted: a network namespace of its own, with no interface up;
* Linux on x86-64 and AArch64: a seccomp filter refuses sockets, programs, new processes, tracing,
  mounting and kernel interfaces that a computation does not need.

:func:`confine` gives the names of what holds, which the conversion's report repeats.
"""

import os
import resource
import struct
import sys
from collections.abc import Callable, Mapping

_NEWNET, _NEWUSER = 0x40000000, 0x10000000
_NO_NEW_PRIVS, _SET_SECCOMP = 38, 22
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_REFUSED_EVENTS = frozenset(
    "subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn pty.spawn "
    "socket.connect socket.bind socket.sendto socket.getaddrinfo socket.gethostbyname "
    "webbrowser.open".split()
)
_CHANGES = frozenset(
    "os.remove os.rename os.rmdir os.mkdir os.link os.symlink os.truncate os.chmod os.chown "
    "os.utime".split()
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine(work: str, limits: Mapping[str, int]) -> list[str]:
    """Give up what a conversion does not need; the names of what now holds.

    ``limits``: ``memory`` and ``file`` in bytes, ``cpu`` in seconds.
    """
    held = ["rlimits"]
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, limits["cpu"])
    _limit(resource.RLIMIT_FSIZE, limits["file"])
    _limit(resource.RLIMIT_NOFILE, 256)
    if sys.platform == "linux":
        import ctypes

        call = ctypes.CDLL(None, use_errno=True).syscall
        call.restype = ctypes.c_long
        _no_new_privileges(call)
        if _leave_network(call):
            held.append("network-namespace")
        if _landlock(call, work):
            held.append("landlock")
        if _seccomp(call):
            held.append("seccomp")
        _limit(resource.RLIMIT_AS, limits["memory"])
        held.append("memory")
    sys.addaudithook(_guard(os.path.realpath(work)))
    held.append("audit-hook")
    return held


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _guard(work: str) -> Callable[[str, tuple[object, ...]], None]:
    """An audit hook: raises ``PermissionError``, which libraries that only try can bear."""

    def inside(path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return True  # a descriptor: it was opened under this guard
        real = os.path.realpath(os.fsdecode(path))
        return real.startswith(work + os.sep) or real in (work, os.devnull)

    def guard(event: str, arguments: tuple[object, ...]) -> None:
        if event in _REFUSED_EVENTS:
            raise PermissionError(f"a conversion may not do this: {event}")
        if event == "open":
            path, mode, flags = arguments[0], arguments[1], arguments[2]
            writes = isinstance(flags, int) and flags & _WRITING
            named = isinstance(mode, str) and set(mode) & set("wax+")
            if (writes or named) and not inside(path):
                raise PermissionError(f"a conversion may not write here: {path!r}")
        elif event in _CHANGES and not inside(arguments[0]):
            raise PermissionError(f"a conversion may not change this: {arguments[0]!r}")

    return guard


def _no_new_privileges(call: Callable[..., int]) -> None:
    number = {"x86_64": 157, "aarch64": 167}.get(os.uname().machine)
    if number is not None:
        call(number, _NO_NEW_PRIVS, 1, 0, 0, 0)


def _leave_network(call: Callable[..., int]) -> bool:
    number = {"x86_64": 272, "aarch64": 97}.get(os.uname().machine)
    if number is None:
        return False
    return call(number, _NEWNET) == 0 or call(number, _NEWNET | _NEWUSER) == 0


def _landlock(call: Callable[..., int], work: str) -> bool:
    """Nothing outside ``work`` can be written (Linux's landlock(7)); False where it is missing."""
    import ctypes

    version = call(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    # execute, write, remove, make (bits 0, 1, 4 to 12); refer from 2, truncate from 3.
    rights = 0b1_1111_1111_0011
    rights |= (1 << 13 if version >= 2 else 0) | (1 << 14 if version >= 3 else 0)
    network = 0b11 if version >= 4 else 0
    fields = struct.pack("=QQ", rights, network) if version >= 4 else struct.pack("=Q", rights)
    ruleset = call(_CREATE_RULESET, ctypes.c_char_p(fields), len(fields), 0)
    if ruleset < 0:
        return False
    try:
        allowed = ((work, rights & ~1), (os.devnull, 0b10 | (rights & 1 << 14)))
        for path, permitted in allowed:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = ctypes.c_char_p(struct.pack("=Qi", permitted, handle))
                if call(_ADD_RULE, ruleset, 1, rule, 0) != 0:
                    return False
            finally:
                os.close(handle)
        return call(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


# seccomp: what is named here fails with EPERM; all else is what libraries compute with.

_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_THREAD = 0x00010000
# socket connect bind execve execveat ptrace process_vm_readv process_vm_writev mount umount2
# pivot_root chroot unshare setns bpf perf_event_open io_uring_setup userfaultfd kexec_load
# init_module finit_module keyctl add_key request_key kill pidfd_send_signal [fork vfork]
_REFUSED = {
    "x86_64": (41, 42, 49, 59, 322, 101, 310, 311, 165, 166, 155, 161, 272, 308, 321, 298, 425,
               323, 246, 175, 313, 250, 248, 249, 62, 424, 57, 58),
    "aarch64": (198, 203, 200, 221, 281, 117, 270, 271, 40, 39, 41, 51, 97, 268, 280, 241, 425,
                282, 104, 105, 273, 219, 217, 218, 129, 424),
}  # fmt: skip
_MACHINES = {"x86_64": (0xC000003E, 56, 435), "aarch64": (0xC00000B7, 220, 435)}
_FOREIGN_ABI = 0x40000000


def _filter(machine: str) -> list[tuple[int, int, int, int]]:
    """The BPF program: (code, jump if true, jump if false, operand)."""
    architecture, clone, clone3 = _MACHINES[machine]
    numbers = _REFUSED[machine]
    program = [
        (0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, _KILL), (0x20, 0, 0, 0),
        (0x35, 0, 1, _FOREIGN_ABI), (0x06, 0, 0, _KILL),
        # clone3 hides its flags behind a pointer: "not implemented" makes libc take clone.
        (0x15, 0, 1, clone3), (0x06, 0, 0, _ENOSYS),
        (0x15, 0, 4, clone), (0x20, 0, 0, 16), (0x45, 0, 1, _THREAD), (0x06, 0, 0, _ALLOW),
        (0x06, 0, 0, _EPERM),
    ]  # fmt: skip
    for index, number in enumerate(numbers):
        program.append((0x15, len(numbers) - index, 0, number))
    return [*program, (0x06, 0, 0, _ALLOW), (0x06, 0, 0, _EPERM)]


def _seccomp(call: Callable[..., int]) -> bool:
    import ctypes

    machine = os.uname().machine
    if machine not in _MACHINES or sys.maxsize < 1 << 32:
        return False
    program = _filter(machine)
    code = b"".join(struct.pack("<HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    prctl = {"x86_64": 157, "aarch64": 167}[machine]
    return call(prctl, _SET_SECCOMP, 2, ctypes.c_char_p(header), 0, 0) == 0
