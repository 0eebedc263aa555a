"""Which names lie in which folder of an archive."""

from collections.abc import Iterable

from seamark.scan.models.scope import NamesAbove


class Folders:
    """The tree of an archive's members, by their names; folders are names in their parents."""

    __slots__ = ("_inside",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._inside: dict[str, set[str]] = {}
        for name in names:
            folder, _, last = name.removeprefix("./").rpartition("/")
            known = folder in self._inside
            self._inside.setdefault(folder, set()).add(last)
            while folder and not known:
                folder, _, last = folder.rpartition("/")
                known = folder in self._inside
                self._inside.setdefault(folder, set()).add(last)

    def beside(self, name: str) -> frozenset[str]:
        """The names in the folder of the member ``name``."""
        return frozenset(self._inside.get(name.removeprefix("./").rpartition("/")[0], ()))

    def above(self, name: str) -> NamesAbove:
        """What a scope asks for the names above the member ``name``."""
        parts = name.removeprefix("./").split("/")[:-1]

        def names(levels: int) -> frozenset[str]:
            if levels > len(parts):
                return frozenset()
            return frozenset(self._inside.get("/".join(parts[: len(parts) - levels]), ()))

        return names
