"""Names of packages as their ecosystems compare them, and package URLs (purl)."""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

PYPI = "PyPI"
NPM = "npm"
CONDA = "conda"

_RUNS = re.compile(r"[-_.]+")
_PYPI_NAME = re.compile(r"[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9]", re.IGNORECASE)


def pypi_name(name: str) -> str:
    """The name as PyPI compares it (PEP 503)."""
    return _RUNS.sub("-", name).lower()


def is_pypi_name(name: str) -> bool:
    """Whether this can be the name of a package on PyPI (PEP 508)."""
    return _PYPI_NAME.fullmatch(name) is not None


def purl(
    kind: str, name: str, version: str = "", *, namespace: str = "",
    qualifiers: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """A package URL (ECMA-427): ``pkg:pypi/torch@2.1.0``. ``name`` is normalized already.

    ``namespace`` may have several parts (``@angular`` for npm, ``debian`` for deb).
    """
    parts = [quote(part, safe=":") for part in (*namespace.split("/"), name) if part]
    text = f"pkg:{kind}/{'/'.join(parts)}"
    if version:
        text += f"@{quote(version, safe=':')}"
    pairs = sorted((key, value) for key, value in (qualifiers or {}).items() if value)
    if pairs:
        text += "?" + "&".join(f"{key}={quote(value, safe=':/')}" for key, value in pairs)
    return text


def pypi_purl(name: str, version: str = "") -> str:
    """The package URL of a package on PyPI; ``name`` in any spelling."""
    return purl("pypi", pypi_name(name), version)


def source_package(component_purl: str) -> tuple[str, str]:
    """Name and version of the source package that an OS package was built from (``upstream``).

    Distributions publish advisories about source packages. Both are empty where the package URL
    names none: then the package is its own source; the version is where it is the package's own.
    """
    qualifiers = component_purl.partition("?")[2].split("&")
    for each in qualifiers:
        key, _, value = each.partition("=")
        if key == "upstream":
            name, _, version = unquote(value).partition("@")
            return name, version
    return "", ""
