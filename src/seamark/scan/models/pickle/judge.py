"""The judge: the interpreter's own C unpickler over inert stubs, in a limited child process.

The opcode machine is the victim's own, byte for byte; only imports, calls and persistent ids are
replaced by stubs (see ``judge_child.py``, which also says what confines the child). Started
on first use, reused for all streams of this process, replaced when it dies.
"""

import functools
import os
import struct
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seamark.scan.models.blobs import Blob
from seamark.scan.models.pickle.trace import End, Trace

if TYPE_CHECKING:
    import socket
    import subprocess

MARGIN = 1 << 16
"""Bytes after the explainer's end that the judge gets: an explainer that stops early is found."""

MEBIBYTES = 160
"""Memory for a small stream, beyond what the child has at rest."""

SMALL, GROWTH = 8 << 20, 24
"""Bytes of memory granted for each byte of opcodes beyond the small: short lists take that much."""

CPU_SECONDS = 0.8
BYTES_PER_SECOND = 8 << 20
_CHUNK = 1 << 20
_REQUEST = struct.Struct("<QId?")
_ANSWER = struct.Struct("<BQQQI")
_TEXT = struct.Struct("<II")
_COUNT = struct.Struct("<Q")
_LONGEST_ANSWER = 256 << 20


class JudgeDied(Exception):  # noqa: N818  what happened, not whose fault
    """The child was killed by a limit or a signal, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Judgment:
    """What the C unpickler did with a stream.

    ``asked`` maps (module, name) as they stand in the stream to how often they were asked for, in
    order. ``consumed`` is the offset in the blob after STOP, and None where the stream broke.
    """

    end: End
    consumed: int | None
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    persistent: int = 0
    reason: str = ""


class Judge:
    """One child process and the conversation with it. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._greeted = False

    def start(self) -> None:
        """Start the child unless it runs, without waiting for it: it starts while others work."""
        if self._child is not None:
            return
        import socket
        import subprocess

        ours, theirs = socket.socketpair()
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "judge_child.py")
        with theirs:
            self._child = subprocess.Popen(  # noqa: S603  our own script, our own interpreter
                [sys.executable, "-I", "-S", "-B", "-Wignore", script],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
            )
        self._socket, self._greeted = ours, False

    def close(self) -> None:
        """End the child."""
        if self._socket is not None:
            self._socket.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._child = self._socket = None

    def judge(
        self, blob: Blob, trace: Trace, *, seconds: float, read_ahead: bool = True
    ) -> Judgment:
        """Run the stream that ``trace`` explains. Raises :class:`JudgeDied`.

        ``seconds`` bounds the wall time. The ranges that the trace cuts out are left out. Without
        ``read_ahead`` the stream is given as by ``io.BytesIO``: the C unpickler then drops what is
        left of a frame when an opcode straddles its end, and so reads other opcodes.
        """
        segments = list(_segments(blob, trace))
        length = sum(len(s) if isinstance(s, bytes) else s[1] - s[0] for s in segments)
        memory = MEBIBYTES + (max(0, length - SMALL) * GROWTH >> 20)
        limits = (memory, CPU_SECONDS + length / BYTES_PER_SECOND)
        with self._lock:
            try:
                answer = self._ask(
                    blob, segments, _REQUEST.pack(length, *limits, read_ahead), seconds
                )
                return _read_answer(answer, segments, trace.start)
            except (OSError, struct.error, ValueError, IndexError) as error:
                self.close()
                raise JudgeDied(_why(error)) from error

    def _ask(
        self, blob: Blob, segments: "list[bytes | tuple[int, int]]", request: bytes, seconds: float
    ) -> bytes:
        self.start()
        assert self._socket is not None
        peer = self._socket
        peer.settimeout(max(0.01, seconds))
        if not self._greeted:
            _receive(peer, 1)
            self._greeted = True
        pending = [request]
        for segment in segments:
            if isinstance(segment, bytes):
                pending.append(segment)
                continue
            for at in range(segment[0], segment[1], _CHUNK):
                piece = blob.read(at, min(_CHUNK, segment[1] - at))
                if len(piece) != min(_CHUNK, segment[1] - at):
                    raise ValueError("the file shrank while it was read")
                pending.append(piece)
                peer.sendall(b"".join(pending))
                pending = []
        if pending:
            peer.sendall(b"".join(pending))
        answer = peer.recv(_CHUNK)  # nearly always all of it
        if len(answer) < _COUNT.size:
            answer += _receive(peer, _COUNT.size - len(answer))
        (length,) = _COUNT.unpack_from(answer)
        if length > _LONGEST_ANSWER:
            raise ValueError("the answer is too long")
        return answer[_COUNT.size :] + _receive(peer, length + _COUNT.size - len(answer))


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it did not end in time"
    if isinstance(error, OSError):
        return "it exceeded its memory or CPU time, or crashed"
    return f"its answer could not be read ({error})"


def _receive(peer: "socket.socket", length: int) -> bytes:
    parts = []
    while length > 0:
        part = peer.recv(min(length, _CHUNK))
        if not part:
            raise ConnectionResetError("the child closed its socket")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _segments(blob: Blob, trace: Trace) -> "Iterator[bytes | tuple[int, int]]":
    """The stream as ranges of the blob and, where something is cut out, the bytes in its place.

    Frames do not count the same any more once something is cut out, or may end beyond what is
    sent; their length is then set to 0, which the C unpickler takes as no frame.
    """
    at = trace.start
    end = min(blob.size, max(trace.consumed, at) + MARGIN)
    cuts = trace.cuts
    if cuts or any(frame_end > end for _, frame_end in trace.frames):
        cuts = sorted([*cuts, *((frame + 1, frame + 9, bytes(8)) for frame, _ in trace.frames)])
    for start, stop, instead in cuts:
        if start > at:
            yield (at, start)
        yield instead
        at = stop
    if end > at:
        yield (at, end)


def _place(segments: "list[bytes | tuple[int, int]]", start: int, consumed: int) -> int:
    """The offset in the blob of what is at ``consumed`` in the bytes that were sent."""
    at = start
    for segment in segments:
        if isinstance(segment, bytes):
            if consumed < len(segment):
                return at  # inside what stands for something else: no honest place
            consumed -= len(segment)
            continue
        length = segment[1] - segment[0]
        if consumed <= length:
            return segment[0] + consumed
        consumed -= length
        at = segment[1]
    return at + consumed


def _read_answer(answer: bytes, segments: "list[bytes | tuple[int, int]]", start: int) -> Judgment:
    end, consumed, persistent, count, length = _ANSWER.unpack_from(answer)
    at = _ANSWER.size + length
    reason = answer[_ANSWER.size : at].decode("utf-8", "replace")
    if end == 2:
        raise ValueError("more distinct references than an answer holds")
    asked = {}
    for _ in range(count):
        first, second = _TEXT.unpack_from(answer, at)
        at += _TEXT.size
        module = answer[at : at + first].decode("utf-8", "surrogatepass")
        name = answer[at + first : at + first + second].decode("utf-8", "surrogatepass")
        at += first + second
        (asked[(module, name)],) = _COUNT.unpack_from(answer, at)
        at += _COUNT.size
    if end:
        return Judgment(End.BROKEN, None, asked, persistent, reason)
    return Judgment(End.STOP, _place(segments, start, consumed), asked, persistent)


def agree(trace: Trace, judgment: Judgment) -> str:
    """Where the two engines differ, as a clause; empty where they agree."""
    if trace.asked != judgment.asked or list(trace.asked) != list(judgment.asked):
        return "they saw different imports"
    if trace.persistent_count != judgment.persistent:
        return "they saw different persistent ids"
    if trace.end != judgment.end:
        detail = judgment.reason or trace.reason
        return f"explainer: {trace.end.value}, judge: {judgment.end.value} ({detail})"
    if judgment.consumed is not None and judgment.consumed != trace.consumed:
        return f"explainer ended at {trace.consumed}, judge at {judgment.consumed}"
    return ""


@functools.cache
def _judge_of(_pid: int) -> Judge:
    import atexit

    judge = Judge()
    atexit.register(judge.close)
    return judge


def shared_judge() -> Judge:
    """The judge of this process; after a fork, the child's own."""
    return _judge_of(os.getpid())
