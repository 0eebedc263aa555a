"""The base score of CVSS 3.0 and 3.1. Source: FIRST, CVSS v3.1 Specification, 7.1 and 7.4."""

from decimal import Decimal

from seamark.scan.dependencies.severity.vectors import metrics_of

_BASE = {
    "AV": "N A L P",
    "AC": "L H",
    "PR": "N L H",
    "UI": "N R",
    "S": "U C",
    "C": "H L N",
    "I": "H L N",
    "A": "H L N",
}
_OPTIONAL = {
    "E": "X H F P U",
    "RL": "X U W T O",
    "RC": "X C R U",
    "CR": "X H M L",
    "IR": "X H M L",
    "AR": "X H M L",
    **{f"M{metric}": f"X {values}" for metric, values in _BASE.items()},
}
_WEIGHTS = {
    "AV": {"N": "0.85", "A": "0.62", "L": "0.55", "P": "0.2"},
    "AC": {"L": "0.77", "H": "0.44"},
    "UI": {"N": "0.85", "R": "0.62"},
}
_PRIVILEGES = {
    "U": {"N": "0.85", "L": "0.62", "H": "0.27"},
    "C": {"N": "0.85", "L": "0.68", "H": "0.5"},
}
_IMPACT = {"H": Decimal("0.56"), "L": Decimal("0.22"), "N": Decimal(0)}
_STEP = Decimal("0.1")


def score(vector: str) -> float | None:
    """The base score (0 to 10), or None where the vector is malformed."""
    prefix, _, rest = vector.strip().partition("/")
    if prefix not in ("CVSS:3.0", "CVSS:3.1"):
        return None
    found = metrics_of(rest, base=_BASE, optional=_OPTIONAL)
    if found is None:
        return None
    kept = Decimal(1)
    for metric in "CIA":
        kept *= 1 - _IMPACT[found[metric]]
    lost, changed = 1 - kept, found["S"] == "C"
    if changed:
        impact = Decimal("7.52") * (lost - Decimal("0.029"))
        impact -= Decimal("3.25") * (lost - Decimal("0.02")) ** 15
    else:
        impact = Decimal("6.42") * lost
    if impact <= 0:
        return 0.0
    exploitability = Decimal("8.22") * Decimal(_PRIVILEGES[found["S"]][found["PR"]])
    for metric, weights in _WEIGHTS.items():
        exploitability *= Decimal(weights[found[metric]])
    total = impact + exploitability
    return _round_up(min(total * Decimal("1.08") if changed else total, Decimal(10)))


def _round_up(value: Decimal) -> float:
    """The next tenth, in exact numbers; the specification's detour by integers is for floats."""
    tenths = (value / _STEP).to_integral_value("ROUND_CEILING")
    return float(tenths * _STEP)
