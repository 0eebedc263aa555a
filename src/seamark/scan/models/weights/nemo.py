"""NeMo ``model_config.yaml``: which classes would loading instantiate?

NeMo hands the configuration to Hydra, which imports and calls every ``_target_``. Targets are found
in the text itself, so that no YAML feature (anchors, flow style, quotes) hides one; the rest of the
configuration is not examined yet, so the file stays ``unclear``.
"""

import re
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.scope import Scope

_SIZE_LIMIT = 16 << 20
_TARGET = re.compile(rb"""\b_target_["']?\s{0,100}:\s{0,100}["']?([A-Za-z_][\w.]{0,300})""")

SYSTEM_TARGET = Rule(
    id="NMO001",
    title="Configuration instantiates a system function",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Every _target_ is imported and called while the model is loaded. No part of a model "
    "lives in Python's standard library.",
    remedy="Do not load the model with Hydra or NeMo. Update NeMo to 2.3.2 or later in any case.",
    references=(cve("CVE-2025-23304"), atlas("AML.T0011.000"), cwe(94), cwe(470)),
)

RULES = (SYSTEM_TARGET,)


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``model_config.yaml``, and always one that says that it is not cleared."""
    yield from examine_targets(blob, scope)
    yield scope.finding(
        rules.NOT_YET_READ,
        "NeMo configuration: only its targets in Python's own library are examined yet.",
        anchor="nemo",
    )


def examine_targets(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings about what Hydra would call for a configuration in YAML or JSON."""
    from seamark.scan.models.pickle.decide import load_allowlist

    if blob.size > _SIZE_LIMIT:
        raise LimitExceeded(f"has a configuration of {blob.size} bytes (at most {_SIZE_LIMIT})")
    scope.tally.bytes += blob.size
    stdlib = load_allowlist(scope.options.allow).stdlib
    seen: set[str] = set()
    for match in _TARGET.finditer(blob.read(0, blob.size)):
        target = match[1].decode("utf-8", "backslashreplace")
        if target in seen or target.partition(".")[0] not in stdlib:
            continue
        seen.add(target)
        yield scope.finding(
            SYSTEM_TARGET,
            f"The configuration calls '{target[:200]}'.",
            anchor=target[:200],
            offset=match.start(),
        )
