"""Which names in a template mean trouble."""

from enum import Enum

from seamark.scan.models.code.template_values import ANY

PROVIDED = frozenset(
    "raise_exception strftime_now range dict namespace cycler joiner caller loop super "
    "lipsum tojson".split()
)
"""Functions that a renderer of chat templates provides, or Jinja itself."""

FOREIGN = frozenset(
    "self lipsum request url_for get_flashed_messages current_app application".split()
)
"""Names through which web frameworks and Jinja itself hand out live objects."""

INTERNALS = frozenset(
    "__class__ __base__ __bases__ __mro__ __subclasses__ __init__ __new__ __globals__ "
    "__builtins__ __import__ __dict__ __getattribute__ __getattr__ __getitem__ __call__ "
    "__func__ __self__ __code__ __closure__ __defaults__ __kwdefaults__ __module__ __loader__ "
    "__spec__ __reduce__ __reduce_ex__ __wrapped__ __enter__ __exit__ __del__ __setattr__ "
    "__delattr__ __setstate__ __getstate__ __init_subclass__ __subclasshook__ __objclass__ "
    "__format__ __weakref__ __annotations__ __context__ __traceback__ __cause__".split()
)
FRAMES = frozenset(
    "func_globals func_code func_closure im_func im_self gi_frame gi_code cr_frame cr_code "
    "ag_frame ag_code f_globals f_locals f_builtins f_back f_code tb_frame tb_next co_code "
    "_TemplateReference__context _module_globals".split()
)
RUNS = frozenset(
    "popen Popen system check_output check_call getoutput getstatusoutput import_module "
    "load_module exec_module eval exec execfile spawn fork execv execve _load_unlocked".split()
)
"""Methods whose call runs something; no value of a chat template has them."""


class Reach(Enum):
    """What reading an attribute of this name gets at."""

    NOTHING = 0
    PRIVATE = 1
    INTERNAL = 2


def judge_attribute(name: str) -> Reach:
    """What the attribute ``name`` gets at; ``ANY`` in it stands for any text."""
    if name in FRAMES or name in INTERNALS:
        return Reach.INTERNAL
    if ANY in name:
        return Reach.INTERNAL if _may_be_internal(name) else Reach.NOTHING
    if len(name) > 4 and name.startswith("__") and name.endswith("__"):
        return Reach.INTERNAL
    if name.startswith("_") and name.strip("_"):
        return Reach.PRIVATE
    return Reach.NOTHING


def _may_be_internal(name: str) -> bool:
    if name.startswith("__") and name.strip(ANY) != "__":
        return True
    if name.startswith("__") and name.endswith("__"):
        return True
    pieces = name.strip("_").split(ANY)
    if len("".join(pieces).strip("_")) < 4:
        return False
    return any(_fits(pieces, candidate.strip("_")) for candidate in INTERNALS | FRAMES)


def _fits(pieces: list[str], candidate: str) -> bool:
    """Do the ``pieces``, with any text between them, make up ``candidate``?"""
    first, last = pieces[0].lstrip("_"), pieces[-1].rstrip("_")
    if not (candidate.startswith(first) and candidate.endswith(last)):
        return False
    at = len(first)
    for piece in pieces[1:-1]:
        found = candidate.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return at + len(last) <= len(candidate)


def formats_internals(pattern: str) -> str | None:
    """The first name that a ``str.format`` pattern reads from Python's internals, or None."""
    for field in pattern.split("{")[1:]:
        path = field.partition("}")[0].replace("[", ".").replace("]", ".")
        for name in path.split(".")[1:]:
            if judge_attribute(name) is Reach.INTERNAL:
                return name
    return None
