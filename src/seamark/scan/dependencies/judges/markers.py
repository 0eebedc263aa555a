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


@lru_cache(maxsize=1024)
def where(marker: str) -> frozenset[int]:
    """Numbers of the environments in which a marker holds; all, where it cannot be told."""
    everywhere = frozenset(range(len(_environments())))
    if not marker:
        return everywhere
    from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName

    try:
        parsed = Marker(marker)
        return frozenset(
            number for number, each in enumerate(_environments()) if parsed.evaluate({**each})
        )
    except (InvalidMarker, UndefinedEnvironmentName, RecursionError, ValueError):
        return everywhere


@lru_cache(maxsize=1)
def _environments() -> tuple[dict[str, str], ...]:
    """Environments as PEP 508 describes them: what people install on."""
    return tuple(
        {
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
        for python, (platform, os_name, system), machine, (implementation, title) in product(
            _PYTHONS, _PLATFORMS, _MACHINES, _IMPLEMENTATIONS
        )
    )
