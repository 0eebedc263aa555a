"""The file that a reader reads: bounded, decoded, and with its neighbors."""

import hashlib
import os
import stat
from dataclasses import dataclass, field

from seamark.core.findings import Location
from seamark.core.paths import printable

MAX_BYTES = 256 << 20
"""A lock of 100,000 packages has some 100 MB."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class Unreadable(Exception):  # noqa: N818 - a signal between reader and inventory, not an error
    """The file as a whole cannot be read; what was yielded before stands.

    The message is a clause without a full stop ("it is no valid TOML (line 3: …)").
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(slots=True)
class Source:
    """One file.

    ``path`` is where it is, ``shown`` what the user sees, ``root`` the limit of what a reader may
    open beside it (``-r ../base.txt``); ``included`` collects what it opened. ``content`` is
    where its bytes are, if not at ``path`` (a staged file). ``digest`` is that of the bytes read.
    ``problem`` says why nothing of it may be read, as a clause; empty for nearly all. ``walked``
    are the files in which a way back to this one was looked for.
    """

    path: str
    shown: str
    root: str
    included: list[str] = field(default_factory=list)
    digest: str = ""
    content: str = ""
    problem: str = ""
    walked: set[str] = field(default_factory=set)

    def read(self) -> bytes:
        """The bytes, at most :data:`MAX_BYTES`. Raises :class:`Unreadable`."""
        if self.problem:
            raise Unreadable(self.problem)
        try:
            with open(
                os.open(self.content or self.path, os.O_RDONLY | os.O_NONBLOCK), "rb"
            ) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise Unreadable("it is no regular file")
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise Unreadable(f"it cannot be read ({error.strerror or error})") from error
        if len(data) > MAX_BYTES:
            raise Unreadable(f"it is larger than {MAX_BYTES >> 20} MiB")
        self.digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        return data

    def exists(self) -> bool:
        """Whether there is a regular file, whether or not it can be read."""
        return os.path.isfile(self.content or self.path)

    def has_folder(self, relative: str) -> bool:
        """Whether there may be such a folder beside it, which is cheaper than to look for files."""
        return os.path.isdir(os.path.join(os.path.dirname(self.path), relative))

    def text(self) -> str:
        """The text: UTF-8, or UTF-16 and UTF-32 with a mark. Raises :class:`Unreadable`."""
        data = self.read()
        coding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
        try:
            return data.decode(coding)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise Unreadable(f"it is no valid {coding.upper()} text", line) from error

    def at(self, line: int | None = None, member: str = "") -> Location:
        """A location in this file."""
        return Location(path=self.shown, line=line, member=member)

    def beside(self, relative: str) -> "Source | None":
        """The file that this one calls ``relative``: None where it lies outside of ``root``.

        Whether it exists shows when it is read.
        """
        directory = os.path.dirname(self.path)
        path = os.path.normpath(os.path.join(directory, relative))
        limit = os.path.realpath(self.root)
        aim = os.path.realpath(path)
        if aim != limit and not aim.startswith(limit.rstrip("/") + "/"):
            return None
        shown = os.path.normpath(os.path.join(os.path.dirname(self.shown), relative))
        return Source(path=path, shown=printable(shown), root=self.root)
