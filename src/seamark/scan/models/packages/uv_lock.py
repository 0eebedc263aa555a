"""``uv.lock`` of an MLflow model, which MLflow 3 gives to ``uv sync --frozen`` to serve it.

A frozen lock is followed to the letter: packages come from the addresses in here, whatever index
stands beside them. Source: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile.
"""

import tomllib
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.packages import requirements_rules as rules
from seamark.scan.models.packages.requirements import capped, is_known_index
from seamark.scan.models.scope import Scope

_SIZE_LIMIT = 16 << 20


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one lock. Raises ``Malformed`` where it is no TOML."""
    scope.set_format("requirements")
    if blob.size > _SIZE_LIMIT:
        raise LimitExceeded(f"holds {blob.size} bytes of locked packages (at most {_SIZE_LIMIT})")
    scope.tally.bytes += blob.size
    try:
        document = tomllib.loads(blob.read(0, blob.size).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the lock is no TOML: {str(error)[:200]}") from None
    packages = document.get("package")
    yield from capped(
        finding
        for package in (packages if isinstance(packages, list) else [])
        if isinstance(package, dict)
        for finding in _judge(package, scope)
    )


def _judge(package: dict[str, object], scope: Scope) -> Iterator[Finding]:
    name = str(package.get("name", ""))[:100]
    source = package.get("source")
    for kind, place in source.items() if isinstance(source, dict) else ():
        where = str(place)[:200]
        if kind in ("git", "url"):
            yield scope.finding(
                rules.DIRECT_REFERENCE, f"{name} is taken from {where!r}.", anchor=where
            )
        elif kind in ("path", "directory", "editable"):
            yield scope.finding(
                rules.LOCAL_PACKAGE, f"{name} is installed from {where!r}.", anchor=where
            )
        elif kind == "registry" and not is_known_index(where):
            yield _foreign(name, where, scope)
    if isinstance(source, dict) and "registry" in source:
        for address in _addresses(package):
            if not is_known_index(address):
                yield _foreign(name, address[:200], scope)


def _foreign(name: str, where: str, scope: Scope) -> Finding:
    return scope.finding(rules.FOREIGN_INDEX, f"{name} is taken from {where!r}.", anchor=where)


def _addresses(package: dict[str, object]) -> Iterator[str]:
    wheels = package.get("wheels")
    for file in [package.get("sdist"), *(wheels if isinstance(wheels, list) else [])]:
        if isinstance(file, dict):
            address = file.get("url") or file.get("path")
            if isinstance(address, str):
                yield address
