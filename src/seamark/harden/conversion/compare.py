"""Are two sets of outputs equal, each within what its type allows?"""

import math
from collections.abc import Mapping
from typing import Any

from seamark.harden.conversion.libraries import library

TOLERANCES: Mapping[str, tuple[float, float]] = {
    "float64": (1e-10, 1e-9),
    "float32": (1e-5, 1e-4),
    "float16": (1e-2, 1e-2),
}
"""Absolute and relative difference allowed, by the less exact type of the two; labels and whole
numbers have to be the same."""

_LARGEST = 1.7976931348623157e308


def compare(
    expected: Mapping[str, Any],
    found: Mapping[str, Any],
    *,
    atol: float | None,
    rtol: float | None,
    precision: str = "float64",
) -> dict[str, Any]:
    """Figures for each output; ``equal`` where all are and none is missing.

    ``precision`` is that in which the converted model computes, where it is less than its outputs'.
    """
    figures: dict[str, Any] = {}
    differences: list[str] = []
    for name in expected:
        if name not in found:
            differences.append(f"{name} is missing")
            continue
        figure = _figure(expected[name], found[name], atol, rtol, precision)
        if isinstance(figure, str):
            differences.append(f"{name}: {figure}")
            continue
        figures[name] = figure
        if not figure["equal"]:
            differences.append(f"{name} differs by up to {figure['max_abs']:.3g}")
    samples = max((figure["samples"] for figure in figures.values()), default=0)
    if not figures:
        differences.append("nothing was compared")
    return {
        "kind": "outputs",
        "compared": len(figures),
        "samples": samples,
        "exact": not differences and all(figure["exact"] for figure in figures.values()),
        "outputs": figures,
        "differences": differences[:20],
        "equal": not differences,
    }


def _figure(
    expected: Any, found: Any, atol: float | None, rtol: float | None, precision: str
) -> dict[str, Any] | str:
    np = library("numpy")
    expected, found = np.asarray(expected), np.asarray(found)
    if expected.shape != found.shape and expected.size == found.size:
        found = found.reshape(expected.shape) if expected.shape[:1] == found.shape[:1] else found
    if expected.shape != found.shape:
        return f"shape {found.shape} in place of {expected.shape}"
    if not expected.size:
        return "it is empty"
    figure = {"samples": int(expected.shape[0]) if expected.ndim else 1,
              "dtype": str(found.dtype)}  # fmt: skip
    if expected.dtype.kind not in "f" and found.dtype.kind not in "f":
        same = bool((expected.astype(str) == found.astype(str)).all())
        if expected.dtype.kind in "iub" and found.dtype.kind in "iub":
            same = bool((expected == found).all())
        wrong = 0.0 if same else 1.0
        return {**figure, "exact": same, "max_abs": wrong, "max_rel": wrong,
                "atol": 0.0, "rtol": 0.0, "equal": same}  # fmt: skip
    kinds = {precision, *(str(a.dtype) for a in (expected, found) if a.dtype.kind == "f")}
    told = max((TOLERANCES.get(kind, TOLERANCES["float32"]) for kind in kinds), default=(0.0, 0.0))
    atol = told[0] if atol is None else atol
    rtol = told[1] if rtol is None else rtol
    return {**figure, **_distance(expected.astype("f8"), found.astype("f8"), atol, rtol)}


def _distance(expected: Any, found: Any, atol: float, rtol: float) -> dict[str, Any]:
    np = library("numpy")
    same = (expected == found) | (np.isnan(expected) & np.isnan(found))
    with np.errstate(all="ignore"):
        gap = np.where(same, 0.0, np.abs(expected - found))
        gap = np.where(np.isnan(gap), np.inf, gap)
        scale = np.abs(expected)
        relative = np.where(same, 0.0, gap / np.maximum(scale, max(atol, 1e-300)))
        allowed = np.where(np.isfinite(scale), atol + rtol * scale, 0.0)
        equal = bool(np.all(gap <= allowed))
    return {
        "exact": bool(same.all()),
        "max_abs": _finite(float(gap.max())),
        "max_rel": _finite(float(relative.max())),
        "atol": float(atol),
        "rtol": float(rtol),
        "equal": equal,
    }


def _finite(value: float) -> float:
    """JSON has no infinity."""
    return value if math.isfinite(value) else _LARGEST
