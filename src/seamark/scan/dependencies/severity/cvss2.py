"""The base score of CVSS 2.0. Source: FIRST, A Complete Guide to CVSS 2.0, section 3.2.1."""

from decimal import ROUND_HALF_UP, Decimal

from seamark.scan.dependencies.severity.vectors import metrics_of

_BASE = {"AV": "L A N", "AC": "H M L", "Au": "M S N", "C": "N P C", "I": "N P C", "A": "N P C"}
_OPTIONAL = {
    "E": "U POC F H ND",
    "RL": "OF TF W U ND",
    "RC": "UC UR C ND",
    "CDP": "N L LM MH H ND",
    "TD": "N L M H ND",
    "CR": "L M H ND",
    "IR": "L M H ND",
    "AR": "L M H ND",
}
_WEIGHTS = {
    "AV": {"L": "0.395", "A": "0.646", "N": "1"},
    "AC": {"H": "0.35", "M": "0.61", "L": "0.71"},
    "Au": {"M": "0.45", "S": "0.56", "N": "0.704"},
}
_IMPACT = {"N": Decimal(0), "P": Decimal("0.275"), "C": Decimal("0.66")}


def score(vector: str) -> float | None:
    """The base score (0 to 10), or None where the vector is malformed."""
    found = metrics_of(vector.strip().strip("()"), base=_BASE, optional=_OPTIONAL)
    if found is None:
        return None
    kept = Decimal(1)
    for metric in "CIA":
        kept *= 1 - _IMPACT[found[metric]]
    impact = Decimal("10.41") * (1 - kept)
    exploitability = Decimal(20)
    for metric, weights in _WEIGHTS.items():
        exploitability *= Decimal(weights[found[metric]])
    factor = Decimal("1.176") if impact else Decimal(0)
    value = (Decimal("0.6") * impact + Decimal("0.4") * exploitability - Decimal("1.5")) * factor
    return float(value.quantize(Decimal("0.1"), ROUND_HALF_UP))
