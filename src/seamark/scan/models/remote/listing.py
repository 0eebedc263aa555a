"""Which objects a URL names: one, or those below a folder. Bounded, and never silent."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.checks import Gap
from seamark.scan.models.remote.addresses import WEB, Address, parse, printable
from seamark.scan.models.remote.settings import DEFAULT, RemoteSettings
from seamark.scan.models.remote.sources import RemoteError
from seamark.scan.models.remote.stores import Found, Store
from seamark.scan.walk import Entry, Kind, Selection

SEPARATOR = "\0"
"""Between the URL that the user named and the store's own name of an object below it: names may
hold ``?``, ``#`` and ``::``, which mean something in a URL."""


def list_objects(
    url: str, selection: Selection = Selection(), settings: RemoteSettings = DEFAULT
) -> Iterator[Entry | Gap]:
    """Everything that ``url`` names, in an order that depends on names only.

    What could not be listed is an entry with its reason, or a gap. Raises ``UsageError`` for a
    URL that is refused.
    """
    address = parse(url)
    if address.scheme in WEB:
        yield Entry(url, address.shown, Kind.REMOTE)
        return
    try:
        store = Store(address, settings)
        found = store.look(store.root)
    except RemoteError as error:
        yield Entry(url, address.shown, Kind.UNREADABLE, reason=error.reason)
        return
    if found.folder:
        yield from _Walk(store, address, url, selection, settings).entries()
    else:
        yield Entry(url + SEPARATOR + store.root, address.shown, Kind.REMOTE, found.size or 0)


@dataclass(slots=True)
class _Walk:
    """One walk below a folder, and what it has met so far."""

    store: Store
    address: Address
    url: str
    selection: Selection
    settings: RemoteSettings
    files: int = 0
    folders: int = 0

    def entries(self) -> Iterator[Entry | Gap]:
        top = self.address.shown.rstrip("/")
        stack = [(self.store.root, "", 0)]
        deadline = time.monotonic() + self.settings.listing_seconds
        while stack:
            key, relative, depth = stack.pop()
            shown = f"{top}/{relative}".rstrip("/")
            self.folders += 1
            if self.folders > self.settings.folders or time.monotonic() > deadline:
                yield Gap(f"{top} holds more folders than are listed; the rest was not seen.")
                return
            try:
                found = self.store.list(key)
            except RemoteError as error:
                yield Entry(self.url, shown, Kind.UNREADABLE, reason=error.reason)
                continue
            below = []
            for each in found:
                name = _below(key, each)
                if name is None:
                    yield Gap(f"The listing of {shown} names something that is not in it.")
                    continue
                inner = f"{relative}/{name}" if relative else name
                if each.folder:
                    left_out = self._folder(f"{top}/{printable(inner)}", name)
                    if left_out is not None:
                        yield left_out
                    elif depth >= self.settings.depth:
                        yield Gap(f"{shown} nests deeper than {self.settings.depth} folders.")
                    else:
                        below.append((each.key, inner, depth + 1))
                    continue
                self.files += 1
                if self.files > self.settings.files:
                    yield Gap(f"{top} holds more than {self.settings.files} objects; not all seen.")
                    return
                entry = self._file(each, f"{top}/{printable(inner)}")
                if entry is not None:
                    yield entry
            stack.extend(reversed(below))

    def _folder(self, shown: str, name: str) -> Entry | None:
        excluded = name in self.selection.exclude_directories or self.selection.leaves_out(shown)
        return Entry(self.url, shown, Kind.EXCLUDED) if excluded else None

    def _file(self, found: Found, shown: str) -> Entry | None:
        if not self.selection.wants(shown):
            return None
        if self.selection.leaves_out(shown):
            return Entry(self.url, shown, Kind.EXCLUDED)
        return Entry(self.url + SEPARATOR + found.key, shown, Kind.REMOTE, found.size or 0)


def _below(folder: str, found: Found) -> str | None:
    """The last part of an entry's name, where it lies directly in ``folder``."""
    top = folder.strip("/")
    key = found.key.strip("/")
    if top and not key.startswith(top + "/"):
        return None
    name = key[len(top) :].strip("/")
    return (
        name if name and "/" not in name and name not in (".", "..") and "\0" not in name else None
    )
