"""skops ``schema.json``: which classes and functions would loading look up?

Each node names ``__module__``, ``__class__`` and ``__loader__``; functions stand as ``module_path``
and ``function``. References into Python's own library are judged; everything else in the schema is
not examined yet, so the file stays ``unclear``.
"""

from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.json_trees import read_json

SYSTEM_REFERENCE = Rule(
    id="SKO001",
    title="skops schema refers to a system function",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Loading looks the name up and may call it. No estimator is made of functions from "
    "Python's own library that reach processes, files or the interpreter.",
    remedy="Do not load the file, and do not put the name on a list of trusted types.",
    references=(
        cve("CVE-2025-54412"),
        cve("CVE-2025-54413"),
        cve("CVE-2025-54886"),
        atlas("AML.T0011.000"),
        cwe(502),
    ),
)

RULES = (SYSTEM_REFERENCE,)

_PLAIN = {
    "builtins": frozenset(
        "dict list tuple set frozenset int float complex bool str bytes bytearray slice range type "
        "object NoneType function method builtin_function_or_method".split()
    ),
    "collections": frozenset({"OrderedDict", "defaultdict", "Counter", "deque"}),
    "functools": frozenset({"partial"}),
    "operator": frozenset({"attrgetter", "itemgetter", "methodcaller"}),
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone"}),
}
"""Names of the standard library that skops itself writes for data."""


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``schema.json``, and always one that says that it is not cleared."""
    tree = read_json(blob, "the schema")
    scope.tally.bytes += blob.size
    reported: set[str] = set()
    pending: list[object] = [tree]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            for finding in _examine_node(item, scope):
                if finding.anchor not in reported:
                    reported.add(finding.anchor)
                    yield finding
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    yield scope.finding(
        rules.NOT_YET_READ,
        "skops schema: only its references to Python's own library are examined yet.",
        anchor="skops",
    )


def _examine_node(node: Mapping[str, object], scope: Scope) -> Iterator[Finding]:
    from seamark.scan.models.pickle.decide import Decision, load_allowlist

    for module, name in (
        (node.get("__module__"), node.get("__class__")),
        (node.get("module_path"), node.get("function")),
    ):
        if not isinstance(module, str) or not isinstance(name, str):
            continue
        decision = load_allowlist(scope.options.allow).decide(module, name)
        plain = name in _PLAIN.get(module, ())
        if plain or decision not in (Decision.STDLIB, Decision.DOTTED):
            continue
        shown = f"{module}.{name}"[:200]
        yield scope.finding(
            SYSTEM_REFERENCE,
            f"The schema refers to '{shown}'.",
            anchor=shown,
            evidence={"loader": str(node.get("__loader__"))[:100]},
        )
