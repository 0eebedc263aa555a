"""Small pickles go to the judge together, before their turn comes: it is the words that cost."""

import os
from collections.abc import Iterable

from seamark.scan.models.pickle.judge import AHEAD, shared_judge

LARGEST = 1 << 14
"""Bytes of a pickle that is worth sending ahead: larger ones pay for their own words."""


def ask_ahead(paths: Iterable[tuple[str, int]]) -> None:
    """Have the judge look at those of ``paths`` (each with its size) that may be small pickles.

    As many as it takes at once. What it says is believed only of the very same bytes, so it does
    not matter what becomes of the files. Never raises.
    """
    streams: list[bytes] = []
    room = AHEAD
    for path, size in paths:
        if not 0 < size <= LARGEST:
            continue
        data = _read(path, size)
        room -= len(data) + 64
        if room < 0:
            break
        if data[:1] == b"\x80" and data not in streams:
            streams.append(data)
    if len(streams) > 1:
        shared_judge().ask_ahead(streams)


def _read(path: str, size: int) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return b""
    try:
        return os.read(fd, size + 1)
    except OSError:
        return b""
    finally:
        os.close(fd)
