"""What the names inside an archive say: traversal, names with two readings, duplicates."""

import re
from collections.abc import Iterable, Iterator

from seamark.core.findings import Finding
from seamark.scan.models.archives import rules
from seamark.scan.models.scope import Scope

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_SUSPECT = re.compile("[\x00-\x1f\x7f\\\\:\u202a-\u202e\u2066-\u2069]|^/|(?:^|/)\\.\\.(?:/|$)")


def visible(name: str, limit: int = 200) -> str:
    """``name`` with control characters escaped, its middle left out beyond ``limit``."""
    shown = _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", name)
    half = limit // 2
    return shown if len(shown) <= limit else f"{shown[:half]}…{shown[-half:]}"


def leads_out(name: str, *, start: str = "") -> bool:
    """Whether ``name``, followed from the folder ``start``, leaves the archive's own folder.

    Judged for POSIX and Windows at once: what one of them follows counts.
    """
    flat = name.replace("\\", "/")
    if flat.startswith("/") or _DRIVE.match(flat):
        return True
    depth = len([part for part in start.split("/") if part not in ("", ".")])
    for part in flat.split("/"):
        if part == "..":
            depth -= 1
            if depth < 0:
                return True
        elif part not in ("", "."):
            depth += 1
    return False


def examine_name(name: str, scope: Scope) -> Iterator[Finding]:
    """Findings about one name."""
    if not _SUSPECT.search(name):
        return
    shown = visible(name)
    if leads_out(name):
        yield scope.finding(
            rules.TRAVERSAL,
            f"Extraction would write the member {shown!r} outside the folder.",
            anchor=shown,
            evidence={"member": shown},
        )
    elif "\0" in name or "\\" in name or _CONTROL.search(name):
        yield scope.finding(
            rules.ODD_NAME,
            f"The member name {shown!r} holds characters that programs read differently.",
            anchor=shown,
            evidence={"member": shown},
        )


def examine_duplicates(
    names: Iterable[str], scope: Scope, *, fold_case: bool = False
) -> Iterator[Finding]:
    """Findings about names that occur twice; ``fold_case`` where the loader ignores case."""
    seen: set[str] = set()
    told: set[str] = set()
    for name in names:
        key = name.lower() if fold_case else name
        if key in seen and key not in told and not name.endswith("/"):
            told.add(key)
            shown = visible(name)
            yield scope.finding(
                rules.DUPLICATE,
                f"More than one member is called {shown!r}.",
                anchor=shown,
                evidence={"member": shown},
            )
        seen.add(key)
