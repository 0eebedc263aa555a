"""CatBoost models exported as JSON, which CatBoost also loads: texts and names in them.

Examined are texts that are something else, parts that stand twice, and what follows the document;
the trees' own indices are not compared with each other in this form.
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.scope import Scope
from seamark.scan.models.trees import catboost_rules as rules
from seamark.scan.models.trees.events import Kind
from seamark.scan.models.trees.foreign import examine_text
from seamark.scan.models.trees.json_events import json_events
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

_MOST_KEYS = 1 << 16
_MOST_REPORTED = 50


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one exported model."""
    scope.describe(framework="CatBoost", format_version="JSON")
    for reported, finding in enumerate(_walk(blob, scope)):
        if reported >= _MOST_REPORTED:
            raise LimitExceeded(f"has more than {_MOST_REPORTED} defects")
        yield finding
    yield from examine_appended_zip(blob, scope, host="CatBoost")


def _walk(blob: Blob, scope: Scope) -> Iterator[Finding]:
    path: list[str] = []
    known: list[set[str] | None] = []
    for event in json_events(blob, scope.meter):
        if event.kind == Kind.KEY:
            key, names = str(event.value), known[-1]
            assert names is not None
            if key in names:
                yield scope.finding(
                    rules.DUPLICATE,
                    f"'{key[:200]}' stands twice in one place.",
                    anchor=key[:200],
                    offset=event.offset,
                )
            if len(names) >= _MOST_KEYS * 16:
                raise LimitExceeded("names too many parts of one object")
            names.add(key)
            path[-1] = key
        elif event.kind in (Kind.OBJECT, Kind.ARRAY):
            known.append(set() if event.kind == Kind.OBJECT else None)
            path.append("[]")
        elif event.kind in (Kind.END_OBJECT, Kind.END_ARRAY):
            known.pop()
            path.pop()
        elif event.kind == Kind.TEXT:
            yield from _examine_string(str(event.value), path, scope)
        elif event.kind == Kind.END:
            scope.tally.bytes += event.offset
            rest = blob.read(event.offset, 1 << 16)
            if rest.strip(b" \t\r\n\0"):
                yield scope.finding(
                    rules.TRAILING,
                    f"{blob.size - event.offset} bytes follow the end of the model.",
                    anchor="trailing",
                    offset=event.offset,
                )
                yield from examine_trailing(blob, scope, event.offset)


def _examine_string(text: str, path: list[str], scope: Scope) -> Iterator[Finding]:
    if path[-2:] == ["loss_function", "type"]:
        scope.describe(architecture=text)
    if len(text) >= 12 and path[-1:] != ["catboost_version_info"]:
        yield from examine_text(text, scope, rules.FOREIGN, anchor=".".join(path[-2:]))
