"""What one hostile case is, and which split it belongs to."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Expected = Literal["found", "stopped"]
Files = bytes | dict[str, bytes]

COMMAND = "echo seamark-harmless"
# The number is the first for which every family has groups in both splits.
_SALT = "seamark-hostile-3763"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One hostile file (or folder, where ``build`` gives a mapping of names to bytes).

    ``expected`` is ``found`` where a reader of that format can see the attack (verdict hostile or
    review), ``stopped`` where refusing to clear it (unclear) is all that can be asked today.
    ``group`` is the sub-family or source; whole groups go to one split. ``source`` names the
    advisory, the paper or ``own``. ``path`` is the file's name within the corpus.
    """

    id: str
    family: str
    group: str
    source: str
    path: str
    build: Callable[[], Files]
    expected: Expected = "found"

    @property
    def split(self) -> str:
        """``dev`` or ``held-out``: decided by the group's name alone, so it cannot be tuned."""
        return split_of(self.family, self.group)


def split_of(family: str, group: str) -> str:
    """The split of a whole group, from a hash of its name."""
    digest = hashlib.sha256(f"{_SALT}:{family}:{group}".encode()).digest()
    return "held-out" if digest[0] % 2 else "dev"
