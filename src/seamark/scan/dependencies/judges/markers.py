"""Where markers hold (PEP 508): in which of the environments that people install on."""

from functools import lru_cache
from itertools import product
from typing import Final

_PYTHONS: Final = ("2.7", *(f"3.{minor}" for minor in range(6, 16)))
_PLATFORMS: Final = (
    ("linux", "posix", "Linux"),
    ("darwin", "posix", "Darwin"),
    ("win32", "nt", "Windows"),
)
_MACHINES: Final = ("x86_64", "aarch64", "arm64", "AMD64")
_IMPLEMENTATIONS: Final = (("cpython", "CPython"), ("pypy", "PyPy"))

_Choice = tuple[str, tuple[str, str, str], str, tuple[str, str]]
_CHOICES: Final[tuple[_Choice, ...]] = tuple(
    product(_PYTHONS, _PLATFORMS, _MACHINES, _IMPLEMENTATIONS)
)
EVERYWHERE: Final = frozenset(range(len(_CHOICES)))
"""Numbers of all environments."""
LONGEST: Final = 1000
"""Characters of a marker that is evaluated."""
MOST: Final = 20_000
"""Characters of all different markers of one project that are."""


_DIMENSIONS: Final = (("python", "implementation_version"), ("sys_platform", "os_name", "system"),
                      ("machine",), ("implementation_name", "python_implementation"))  # fmt: skip
"""What a marker mentions that depends on each of the four things that environments differ in."""


class Markers:
    """Answers where markers hold, as long as that takes no longer than honest lists need."""

    def __init__(self) -> None:
        self._known: dict[str, frozenset[int] | None] = {"": EVERYWHERE}
        self._left = MOST

    def where(self, marker: str) -> frozenset[int] | None:
        """Numbers of the environments in which a marker holds; None where it cannot be told."""
        if marker not in self._known:
            self._left -= len(marker)
            told = len(marker) <= LONGEST and self._left >= 0
            self._known[marker] = _holds_in(marker) if told else None
        return self._known[marker]


@lru_cache(maxsize=1024)
def _holds_in(marker: str) -> frozenset[int] | None:
    from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName

    used = [any(word in marker for word in words) for words in _DIMENSIONS]
    answers: dict[tuple[object, ...], bool] = {}
    found: list[int] = []
    try:
        parsed = Marker(marker)
        for number, choice in enumerate(_CHOICES):
            key = tuple(part for part, needed in zip(choice, used, strict=True) if needed)
            if key not in answers:
                answers[key] = parsed.evaluate(_environment(choice))
            if answers[key]:
                found.append(number)
    except (InvalidMarker, UndefinedEnvironmentName, RecursionError, ValueError):
        return None
    return frozenset(found)


def _environment(choice: _Choice) -> dict[str, str]:
    """An environment as PEP 508 describes it: what people install on."""
    python, (platform, os_name, system), machine, (implementation, title) = choice
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": platform,
        "os_name": os_name,
        "platform_system": system,
        "platform_machine": machine,
        "implementation_name": implementation,
        "implementation_version": f"{python}.0",
        "platform_python_implementation": title,
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }
