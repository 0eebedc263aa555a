"""The judge's child: runs a stream in the interpreter's own C unpickler over inert stubs.

Started by ``judge.py`` as a script with ``-I -S -B``; imports nothing of ours. It speaks over the
socket at descriptor 0: request ``<QId?`` (length of the stream, limit of memory in MiB beyond what
it starts with, CPU seconds, whether the stream is read ahead) and the stream; answer as written by
``_answer``.

What holds the child, and where:

* everywhere: nothing is imported or called for the stream (``find_class`` returns an inert type),
  the garbage collector is off, CPU time per request ends in a kill (``ITIMER_PROF``), no core is
  dumped, no file written (``RLIMIT_FSIZE`` 0), no further file opened (``RLIMIT_NOFILE``), and an
  audit hook ends the process on any import, open, socket, exec, fork or ctypes event;
* Linux: address space is limited (``RLIMIT_AS``, per request);
* Linux on x86-64 and AArch64: ``no_new_privs`` and a seccomp filter that allows only what an
  interpreter needs to compute (memory, signals, its socket, exit) and kills at any other call.

macOS ignores ``RLIMIT_AS``; there the CPU timer and the parent's deadline bound the damage.
"""

import io
import os
import resource
import struct
import sys
from _pickle import Unpickler
from _signal import ITIMER_PROF, setitimer  # type: ignore[import-not-found]  # signal is slow

TYPE_CHECKING = False  # not from typing, which takes longer to import than the rest
if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = struct.Struct("<QId?")
ANSWER = struct.Struct("<BQQQI")
TEXT = struct.Struct("<II")
STOP, BROKEN, CROWDED = 0, 1, 2
MOST = 100_000
"""Distinct references that an answer can hold."""

INLINE = 1 << 20
CHUNK = 1 << 17


def _inert(*_args: object, **_kwargs: object) -> None:
    return None


class _Kind(type):
    """Makes the stub type itself take calls, items and state without effect."""

    __setstate__ = extend = append = add = __setitem__ = _inert

    def __call__(cls, *_args: object, **_kwargs: object) -> object:
        return Stub


class Stub(metaclass=_Kind):
    """Stands for everything imported, called or looked up by the stream."""

    __slots__ = ()
    __setstate__ = extend = append = add = __setitem__ = _inert

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        """Never runs; with it, ``object.__new__`` takes any arguments."""

    def __call__(self, *_args: object, **_kwargs: object) -> object:  # noqa: D102
        return Stub


class Crowded(Exception):  # noqa: N818
    """The stream names more distinct references than an answer holds."""


class Judge(Unpickler):
    """Records what the stream asks for."""

    def __init__(self, file: "Held | Arriving | io.BytesIO") -> None:
        super().__init__(file, encoding="latin-1")
        self.asked: dict[tuple[str, str], int] = {}
        self.persistent = 0

    def find_class(self, module: str, name: str) -> object:
        """An inert type, whatever is asked for."""
        key = (module, name)
        count = self.asked.get(key, 0)
        if not count and len(self.asked) >= MOST:
            raise Crowded
        self.asked[key] = count + 1
        return Stub

    def persistent_load(self, _pid: object) -> object:
        """An inert type, whatever the id is."""
        self.persistent += 1
        return Stub


class Held(io.BytesIO):
    """A stream in memory; ``peek`` lets the C unpickler read ahead instead of byte by byte."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data

    def peek(self, size: int) -> bytes:
        """What comes next, without advancing."""
        at = self.tell()
        return self.data[at : at + size]


class Arriving:
    """A stream that is still coming through the socket, as the file that the unpickler reads."""

    def __init__(self, length: int) -> None:
        self.length = self.left = length
        self.buffer = b""
        self.at = 0

    def _hold(self, count: int) -> None:
        """Make ``count`` bytes available, or as many as there are."""
        have = len(self.buffer) - self.at
        if have < count and self.left:
            more = _read(min(self.left, max(count - have, CHUNK)))
            self.left -= len(more)
            self.buffer = self.buffer[self.at :] + more
            self.at = 0

    def peek(self, count: int) -> bytes:
        """What comes next, without advancing."""
        self._hold(count)
        return self.buffer[self.at : self.at + count]

    def read(self, count: int) -> bytes:
        """The next bytes; fewer at the end."""
        data = self.peek(count)
        self.at += len(data)
        return data

    def readinto(self, target: bytearray) -> int:
        """Fill ``target``; how much of it was filled."""
        data = self.read(len(target))
        target[: len(data)] = data
        return len(data)

    def readline(self) -> bytes:
        """Up to and with the next line end."""
        size = CHUNK
        while True:
            end = self.buffer.find(b"\n", self.at) + 1
            if end or not self.left:
                return self.read(end - self.at if end else len(self.buffer) - self.at)
            size *= 2
            self._hold(size)

    def tell(self) -> int:
        """Bytes read so far."""
        return self.length - self.left - len(self.buffer) + self.at

    def drain(self) -> None:
        """Take what the unpickler left in the socket."""
        while self.left:
            self.left -= len(_read(min(CHUNK, self.left)))


_TOGETHER = 1 << 16
_held, _at = b"", 0
_unsaid: "list[bytes]" = []


def _read(length: int) -> bytes:
    """The next ``length`` bytes; requests that came together are read at once."""
    global _held, _at
    end = _at + length
    if end <= len(_held):
        data = _held[_at:end]
        _at = end
        return data
    parts = [_held[_at:]]
    length -= len(parts[0])
    _held, _at = b"", 0
    _flush()  # whoever waits for an answer sends nothing more
    while length:
        data = os.read(0, max(_TOGETHER, min(length, 1 << 20)))
        if not data:
            os._exit(0)
        if len(data) > length:
            _held, _at = data, length
            data = data[:length]
        parts.append(data)
        length -= len(data)
    return b"".join(parts)


def _flush() -> None:
    data = b"".join(_unsaid)
    _unsaid.clear()
    while data:
        data = data[os.write(0, data) :]


def _judge(length: int, megabytes: int, seconds: float, ahead: bool) -> None:
    _limit(megabytes)
    arriving: Arriving | None = None
    file: Held | Arriving | io.BytesIO
    if not ahead:
        file = io.BytesIO(_read(length))
    elif length <= INLINE:
        file = Held(_read(length))
    else:
        file = arriving = Arriving(length)
    judge = Judge(file)
    setitimer(ITIMER_PROF, seconds)  # runs only while we do, so nobody needs to stop it
    end, reason = STOP, ""
    try:
        judge.load()
    except Crowded:
        end = CROWDED
    except Exception as error:
        end, reason = BROKEN, f"{type(error).__name__}: {error}"
        del error
    consumed = file.tell()
    if arriving is not None:
        arriving.drain()
    if len(judge.asked) > _FEW or reason:
        _limit(None)  # the answer must find room also where the stream took all of it
    _answer(judge, end, consumed, reason)


def _answer(judge: Judge, end: int, consumed: int, reason: str) -> None:
    text = reason[:500].encode("utf-8", "backslashreplace")
    parts = [ANSWER.pack(end, consumed, judge.persistent, len(judge.asked), len(text)), text]
    for (module, name), count in judge.asked.items():
        first = module.encode("utf-8", "surrogatepass")
        second = name.encode("utf-8", "surrogatepass")
        parts += [TEXT.pack(len(first), len(second)), first, second, struct.pack("<Q", count)]
    body = b"".join(parts)
    _unsaid.append(struct.pack("<Q", len(body)) + body)


# limits

_FEW = 1000
"""References whose answer needs no memory to speak of."""

_BASE = 0
_set: int | None = None
_HARD = resource.getrlimit(resource.RLIMIT_AS)[1]


def _limit(megabytes: int | None) -> None:
    """Address space beyond what the child has at rest; None lifts the limit."""
    global _set
    if _BASE and _set != megabytes:
        _set = megabytes
        most = _HARD if megabytes is None else _BASE + (megabytes << 20)
        if _HARD != resource.RLIM_INFINITY:
            most = min(most, _HARD)
        resource.setrlimit(resource.RLIMIT_AS, (most, _HARD))


def _address_space() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _refuse(event: str, _args: object) -> None:
    if event.partition(".")[0] in _REFUSED:
        os._exit(70)


_REFUSED = frozenset(
    "import open socket os subprocess shutil ctypes exec compile mmap pty ftplib urllib http "
    "sqlite3 tempfile glob fcntl webbrowser winreg".split()
)


def _confine() -> bool:
    """Give up what a computation does not need. See the module's docstring for what holds where."""
    global _BASE
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    linux = sys.platform == "linux"
    prepared = _prepare_filter() if linux else None
    _BASE = _address_space() if linux else 0
    filtered = prepared is not None and prepared()
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    sys.addaudithook(_refuse)
    return filtered


def _prepare_filter() -> "Callable[[], bool] | None":
    """What installs the seccomp filter and says whether it did; None where there is none."""
    calls = _ALLOWED.get(os.uname().machine)
    if calls is None:
        return None
    import ctypes

    architecture, numbers = calls
    program = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, _KILL), (0x20, 0, 0, 0)]
    for index, number in enumerate(numbers):
        program.append((0x15, len(numbers) - index, 0, number))
    program += [(0x06, 0, 0, _KILL), (0x06, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("<HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    address = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    null = ctypes.c_ulong(0)

    def install(_keep: object = buffer) -> bool:
        prctl(_NO_NEW_PRIVS, ctypes.c_ulong(1), null, null, null)
        mode = ctypes.c_ulong(2)
        return bool(prctl(_SET_SECCOMP, mode, ctypes.c_char_p(address), null, null) == 0)

    return install


_NO_NEW_PRIVS, _SET_SECCOMP = 38, 22
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_ALLOWED = {
    # read write close mmap mprotect munmap brk sigaction sigprocmask sigreturn mremap madvise
    # getpid setitimer exit exit_group futex prlimit getrlimit setrlimit clock_gettime getrandom
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 9, 10, 11, 12, 13, 14, 15, 25, 28, 39, 38, 60, 231, 202, 302, 97, 160, 228, 318),
    ),
    "aarch64": (
        0xC00000B7,
        (
            63,
            64,
            57,
            222,
            226,
            215,
            214,
            134,
            135,
            139,
            216,
            233,
            172,
            103,
            93,
            94,
            98,
            261,
            163,
            164,
            113,
            278,
        ),
    ),
}


def main() -> None:
    """Serve requests until the parent closes the socket."""
    import gc

    gc.disable()
    sys.setrecursionlimit(1000)
    filtered = _confine()
    _unsaid.append(b"\x01" if filtered else b"\x00")
    while True:
        _judge(*REQUEST.unpack(_read(REQUEST.size)))


if __name__ == "__main__":
    main()
