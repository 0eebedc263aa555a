"""The line of a text in a file whose parser does not tell lines."""

from dataclasses import dataclass

_BUDGET = 50_000_000
"""Characters that are searched for all texts of one file together; then there are no lines."""


@dataclass(slots=True)
class LineFinder:
    """Finds texts that are asked for in about the order in which they stand."""

    text: str
    _at: int = 0
    _line: int = 1
    _spent: int = 0

    def line_of(self, *needles: str) -> int | None:
        """The line of the first of these texts that is found; None where none is.

        A text may begin with the end of the line before, to be found only where its own begins.
        """
        for needle in needles:
            found = self._find(needle)
            if found >= 0:
                self._move(found + needle.startswith("\n"))
                return self._line
        return None

    def _find(self, needle: str) -> int:
        if not needle or self._spent > _BUDGET:
            return -1
        found = self.text.find(needle, self._at)
        self._spent += (found if found >= 0 else len(self.text)) - self._at
        if found < 0:
            found = self.text.find(needle, 0, self._at)
            self._spent += self._at
        return found

    def _move(self, to: int) -> None:
        self._spent += abs(to - self._at)
        if to >= self._at:
            self._line += self.text.count("\n", self._at, to)
        else:
            self._line -= self.text.count("\n", to, self._at)
        self._at = to
