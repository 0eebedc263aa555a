"""Load an estimator in the child, with nothing resolved that the scanner's allowlist lacks.

The file was scanned clean before; this holds the unpicklers that scikit-learn's files go through
(``pickle`` and joblib's) to the same references at run time.
"""

import pickle
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from seamark.harden.conversion.libraries import library
from seamark.harden.conversion.refusals import Refused, Unsuited
from seamark.scan.models.pickle.decide import Allowlist, Decision, load_allowlist

_FINE = (Decision.ALLOWED, Decision.GUARDED)


def require_allowed(allowlist: Allowlist, module: str, name: str) -> None:
    """Raise ``UnpicklingError`` for a reference that models may not hold."""
    if allowlist.decide(module, name) not in _FINE:
        raise pickle.UnpicklingError(f"{module}.{name} is not on the allowlist")


@contextmanager
def restricted(allowlist: Allowlist) -> Iterator[None]:
    """Hold every unpickler of this process to ``allowlist``: joblib's, and what it calls."""
    numpy_pickle = library("joblib.numpy_pickle")
    compat = library("joblib.numpy_pickle_compat")

    class Restricted(pickle._Unpickler):
        """In place of pickle's own, for what the others call."""

        def find_class(self, module: str, name: str) -> Any:
            """Only what the allowlist has."""
            require_allowed(allowlist, module, name)
            return super().find_class(module, name)

    def find_class(self: Any, module: str, name: str) -> Any:
        require_allowed(allowlist, module, name)
        # joblib names its own wrappers of arrays by what it finds on the stack.
        return pickle._Unpickler.find_class(self, module, name)

    def load(file: Any, **options: Any) -> Any:
        return Restricted(file, **options).load()

    def loads(data: bytes, **options: Any) -> Any:
        from io import BytesIO

        return Restricted(BytesIO(data), **options).load()

    replaced = {"load": load, "loads": loads, "Unpickler": Restricted}
    kept = {name: getattr(pickle, name) for name in replaced}
    numpy_pickle.NumpyUnpickler.find_class = find_class
    compat.ZipNumpyUnpickler.find_class = find_class
    try:
        for name, instead in replaced.items():
            setattr(pickle, name, instead)
        yield
    finally:
        for name, own in kept.items():
            setattr(pickle, name, own)


def load_estimator(path: str, allow: Sequence[str]) -> Any:
    """The estimator in a pickle or joblib file. Raises ``Refused``, ``Unsuited``."""
    joblib = library("joblib")
    base = library("sklearn.base")
    library("sklearn.pipeline")
    allowlist = load_allowlist(frozenset(allow))
    with warnings.catch_warnings(record=True) as caught, restricted(allowlist):
        warnings.simplefilter("always")
        try:
            found = joblib.load(path)
        except pickle.UnpicklingError as error:
            raise Refused(f"The file does not load: {error}.") from error
    _require_version(caught)
    if not isinstance(found, base.BaseEstimator):
        kind = f"{type(found).__module__}.{type(found).__qualname__}"
        raise Refused(f"The file holds a {kind}, not a scikit-learn estimator.")
    return found


def _require_version(caught: Sequence[warnings.WarningMessage]) -> None:
    """Other releases may compute something else from the same attributes."""
    for warning in caught:
        told = getattr(warning.message, "original_sklearn_version", None)
        if told is None:
            continue
        here = str(getattr(warning.message, "current_sklearn_version", ""))
        if str(told).split(".")[:2] != here.split(".")[:2]:
            raise Unsuited(
                f"The model was saved by scikit-learn {told}; the interpreter has {here}.",
                hint=f"Name one that has scikit-learn {told} with --python.",
            )
