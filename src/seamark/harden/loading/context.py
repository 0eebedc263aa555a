"""``safe_load()`` for a block of code, ``install()`` for a whole process."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager

from seamark.core.errors import ConfigurationError
from seamark.harden.loading import folders, libraries, pickles, threads
from seamark.harden.loading.audit import add_hook
from seamark.harden.loading.patches import Patches
from seamark.harden.loading.policy import Policy, hold_for_process, holding, make_policy
from seamark.harden.loading.project import read_project

VARIABLE = "SEAMARK_SAFE_LOAD"

_PATCHES = Patches((*pickles.GUARDS, *libraries.GUARDS, *folders.GUARDS, *threads.GUARDS))


def safe_load(
    *,
    fail_on: str = "review",
    allow: Sequence[str] = (),
    allow_unclear: bool = False,
    on_refuse: str = "raise",
    project: str | None = None,
) -> AbstractContextManager[Policy]:
    """A block in which models are only loaded after the verdict that ``seamark scan`` gives.

    ``fail_on`` is the mildest verdict that is refused (``review`` or ``hostile``); ``unclear`` is
    refused unless ``allow_unclear``. ``allow`` adds exact references, ``module:name``. With
    ``on_refuse="warn"`` a refusal is only a warning. ``project`` is the path of a ``seamark.yaml``
    whose allowlist and waivers hold as well; none is looked for. Inside, a refused load raises
    :class:`UnsafeModel`. Raises ``UsageError`` for options that mean nothing.
    """
    allowed, waivers = read_project(project) if project is not None else ((), ())
    policy = make_policy(
        fail_on=fail_on,
        allow=allow if isinstance(allow, str) else (*allowed, *allow),
        allow_unclear=allow_unclear,
        on_refuse=on_refuse,
        waivers=waivers,
    )
    return _guarding(policy)


@contextmanager
def _guarding(policy: Policy) -> Iterator[Policy]:
    add_hook()
    _PATCHES.acquire()
    try:
        with holding(policy) as held:
            yield held
    finally:
        _PATCHES.release()


def install(
    *,
    fail_on: str = "review",
    allow: Sequence[str] = (),
    allow_unclear: bool = False,
    on_refuse: str = "raise",
) -> None:
    """Let the policy hold in the whole process from now on, for ``sitecustomize`` and servers.

    A ``safe_load()`` block goes before it. Calling it again replaces the policy.
    """
    policy = make_policy(
        fail_on=fail_on, allow=allow, allow_unclear=allow_unclear, on_refuse=on_refuse
    )
    add_hook()
    if not _PATCHES.users:
        _PATCHES.acquire()
    hold_for_process(policy)


def install_from(environment: Mapping[str, str]) -> bool:
    """Install what ``SEAMARK_SAFE_LOAD`` says (``raise`` or ``warn``); False where it is not set.

    Raises ``ConfigurationError`` for another word: a guard must not be off by a typing error.
    """
    word = environment.get(VARIABLE, "").strip().lower()
    if not word:
        return False
    if word not in ("raise", "warn"):
        raise ConfigurationError(f"{VARIABLE} is {word!r}.", hint="Say 'raise' or 'warn'.")
    install(on_refuse=word)
    return True
