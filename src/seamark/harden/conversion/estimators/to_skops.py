"""Engine ``skops``: an estimator as typed JSON and plain arrays, which needs no pickle."""

import os
from collections.abc import Mapping
from typing import Any

from seamark.harden.conversion.compare import compare
from seamark.harden.conversion.estimators import outputs
from seamark.harden.conversion.estimators.restricted import load_estimator
from seamark.harden.conversion.estimators.samples import sample_inputs
from seamark.harden.conversion.libraries import library, versions
from seamark.harden.conversion.refusals import Refused
from seamark.scan.models.pickle.decide import Decision, load_allowlist

EXPECTED = "expected.npz"
PACKAGES = ("scikit-learn", "numpy", "scipy", "joblib", "skops")


def convert(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``job["output"]``, and what the estimator says on the sample inputs beside it."""
    skops = library("skops.io")
    estimator = load_estimator(job["source"], job["allow"])
    inputs, origin = sample_inputs(estimator, job)
    expected = outputs.outputs(estimator, inputs)
    outputs.save(os.path.join(job["work"], EXPECTED), inputs, expected)
    try:
        skops.dump(estimator, job["output"])
    except Exception as error:  # what skops cannot represent
        raise Refused(f"skops cannot represent the model: {error}"[:300]) from error
    return {
        "libraries": versions(PACKAGES),
        "estimator": name_of(estimator),
        "trusted": trusted_types(job),
        "inputs": {"origin": origin, "shape": str(tuple(inputs.shape))},
        "dropped": [],
    }


def name_of(estimator: Any) -> str:
    """The class of an estimator, as ``module.name``."""
    return f"{type(estimator).__module__}.{type(estimator).__qualname__}"


def trusted_types(job: Mapping[str, Any]) -> list[str]:
    """Types in the result that skops wants to be told to trust; all of them on our allowlist.

    Raises ``Refused`` for any other.
    """
    found = sorted(library("skops.io").get_untrusted_types(file=job["output"]))
    allowlist = load_allowlist(frozenset(job["allow"]))
    for each in found:
        module, _, name = each.rpartition(".")
        if allowlist.decide(module, name) not in (Decision.ALLOWED, Decision.GUARDED):
            raise Refused(f"The result would need {each}, which models need not hold.")
    return found


def prove(job: Mapping[str, Any]) -> dict[str, Any]:
    """Load the result alone and compare its outputs with those of the source."""
    inputs, expected = outputs.load(os.path.join(job["work"], EXPECTED))
    estimator = library("skops.io").load(job["output"], trusted=trusted_types(job))
    found = outputs.outputs(estimator, inputs)
    return compare(expected, found, atol=job["atol"], rtol=job["rtol"])
