"""The folder of an object on a store, for readers that look at what lies beside."""

from seamark.scan.models.blobs import Blob
from seamark.scan.models.paths import is_below
from seamark.scan.models.remote.blob import Traffic, blob_of
from seamark.scan.models.remote.settings import DEFAULT, RemoteSettings
from seamark.scan.models.remote.sources import RemoteError, Source
from seamark.scan.models.remote.stores import Store

_OPEN_LIMIT = 512
"""Objects beside one object that may be opened for it; beyond, they count as not there."""


class RemoteFolder:
    """See :class:`seamark.scan.models.surroundings.Surroundings`.

    What could not be listed or opened for another reason than that it is not there is kept in
    ``gaps``: a reader that was told "nothing there" must not make the object clean.
    """

    def __init__(
        self, store: Store, key: str, traffic: Traffic, settings: RemoteSettings = DEFAULT
    ) -> None:
        self._store = store
        self._parent = key.rstrip("/").rpartition("/")[0]
        self._traffic = traffic
        self._settings = settings
        self._names: dict[str, frozenset[str]] = {}
        self._opened: dict[tuple[str, int], Blob | None] = {}
        self._sources: list[Source] = []
        self.gaps: list[str] = []

    def names(self, levels: int) -> frozenset[str]:
        """See :class:`Surroundings`. Above the bucket nothing is known."""
        folder = self._above(levels)
        if not folder.strip("/") and levels:
            return frozenset()
        if folder not in self._names:
            self._names[folder] = self._listed(folder)
        return self._names[folder]

    def _above(self, levels: int) -> str:
        folder = self._parent
        for _ in range(levels):
            folder = folder.rpartition("/")[0]
        return folder

    def open(self, name: str, levels: int = 0, /) -> Blob | None:
        """See :class:`Surroundings`."""
        wanted = name, levels
        if wanted not in self._opened:
            if len(self._opened) >= _OPEN_LIMIT or not is_below(name) or "\\" in name:
                return None
            self._opened[wanted] = self._open(name, levels)
        return self._opened[wanted]

    def close(self) -> None:
        """Give back what was opened."""
        for source in self._sources:
            source.close()
        self._sources.clear()
        self._opened.clear()

    def changed(self) -> bool:
        """Whether something that was opened beside is another object by now."""
        return any(source.changed() for source in self._sources)

    def _listed(self, folder: str) -> frozenset[str]:
        self._traffic.spend(0, self._settings)
        try:
            found = self._store.list(folder)
        except RemoteError as error:
            self.gaps.append(f"what lies beside could not be listed: {error.reason}")
            return frozenset()
        return frozenset(each.key.rstrip("/").rpartition("/")[2] for each in found)

    def _open(self, name: str, levels: int) -> Blob | None:
        # What a listing does not show is not asked for: a store counts, and logs, each question.
        first = name.replace("\\", "/").partition("/")[0]
        if first not in self.names(levels):
            return None
        self._traffic.spend(0, self._settings)
        try:
            source = self._store.open(
                f"{folder}/{name}" if (folder := self._above(levels)) else name
            )
        except RemoteError as error:
            if "/" not in name:
                self.gaps.append(f"'{name[:100]}' beside it could not be opened: {error.reason}")
            return None
        self._sources.append(source)
        return blob_of(source, self._traffic, self._settings)


class NoFolder:
    """Web servers list nothing: what lies beside an object there is not known."""

    gaps: tuple[str, ...] = ()

    def close(self) -> None:
        """Nothing is open."""

    def changed(self) -> bool:
        """Nothing was read."""
        return False

    def names(self, _levels: int) -> frozenset[str]:
        """None."""
        return frozenset()

    def open(self, _name: str, _levels: int = 0, /) -> Blob | None:
        """None."""
        return None
