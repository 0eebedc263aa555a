"""Which objects a stream may put items into.

``APPEND(S)`` and ``ADDITEMS`` look ``extend``, ``append`` or ``add`` up on the instance, where a
state can have put any callable: what looks like an item is then the argument of a call.
``SETITEM(S)`` calls the class's ``__setitem__``, which a class may define as it likes. So only
subclasses of Python's own containers are filled, and only before they are given a state, which
is the order that picklers keep.
"""

from collections.abc import Mapping
from types import MappingProxyType

from seamark.scan.models.pickle.decide import Allowlist
from seamark.scan.models.pickle.shapes import class_of
from seamark.scan.models.pickle.trace import Call

_DICTS = """
builtins dict
collections Counter OrderedDict defaultdict
scipy.integrate._bvp BVPResult
scipy.integrate._ivp.ivp OdeResult
scipy.integrate._quad_vec LRUDict
scipy.optimize._optimize OptimizeResult
scipy.optimize._zeros_py RootResults
scipy.optimize.optimize OptimizeResult
scipy.optimize.zeros RootResults
scipy.sparse._arrays dok_array
scipy.sparse._dok _dok_base dok_array dok_matrix
scipy.sparse.dok dok_matrix
sklearn.covariance._graph_lasso _DictWithDeprecatedKeys
sklearn.metrics._scorer _DeprecatedScorers
sklearn.utils Bunch
sklearn.utils._bunch Bunch
sklearn.utils._encode _NaNCounter _nandict
torch.optim.lr_scheduler _SchedulePhase
"""
"""The allowlisted subclasses of ``dict``: a module and its names per line."""

_LISTS = """
builtins list
collections deque
pandas.core.indexes.frozen FrozenList
"""
_SETS = """
builtins set
"""


def _names(lines: str) -> frozenset[tuple[str, str]]:
    return frozenset(
        (module, name)
        for module, *names in map(str.split, lines.strip().splitlines())
        for name in names
    )


FILLED: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {"__setitem__": _names(_DICTS), "extend": _names(_LISTS), "add": _names(_SETS)}
)
"""Classes by the method that fills them."""


def check_fill(call: Call, method: str, allowlist: Allowlist) -> str | None:
    """Why the result of ``call`` takes no items by ``method``, or None where it does.

    Names that are not allowlisted get None: their reference is a finding already. Names that the
    user allowed may be filled as their library likes.
    """
    made = class_of(call)
    if made is None:
        return "is filled with items, and is not known to be a container"
    key = (made.module, made.name)
    if key in allowlist.extra or allowlist.kind(*key) is None:
        return None
    if key not in FILLED[method]:
        return f"is filled with items by its {method}, and is no container that saves them so"
    if call.state is not None:
        return "is filled with items after its state was set, which can replace its methods"
    return None
