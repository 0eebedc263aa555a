"""What a dotted name in a model's configuration would bring in when a loader imports it."""

from enum import Enum

from seamark.scan.models.scope import Scope


class Reach(Enum):
    """Where a name leads."""

    SYSTEM = "Python's own library"
    EFFECT = "a function that acts on the machine"
    ELSEWHERE = "a library or the model's own code"


def reach_of(path: str, scope: Scope) -> Reach:
    """Judge ``path`` (``os.system``, ``nemo.utils.os.system``, ``package.module:name``).

    A function that acts counts behind a re-export too: loaders walk from attribute to attribute.
    """
    from seamark.scan.models.code.source_effects import effect_of
    from seamark.scan.models.pickle.decide import load_allowlist

    flat = path.strip().replace(":", ".").replace("/", ".")
    if flat.partition(".")[0] in load_allowlist(scope.options.allow).stdlib:
        return Reach.SYSTEM
    if effect_of(flat) is not None:
        return Reach.EFFECT
    return Reach.ELSEWHERE


def is_dotted(text: str) -> bool:
    """Whether ``text`` is one or more identifiers joined by dots."""
    return bool(text) and all(part.isidentifier() for part in text.split("."))
