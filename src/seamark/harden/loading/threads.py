"""A policy goes along to the threads that are started under it, for as long as it is open."""

import functools
from collections.abc import Callable
from typing import Any

from seamark.harden.loading.patches import Guard
from seamark.harden.loading.policy import Policy, carried, current


def _carrying(policy: Policy, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        with carried(policy):
            return function(*args, **options)

    return run


def guard_start(original: Callable[[Any], None]) -> Callable[[Any], None]:
    """``threading.Thread.start``."""

    @functools.wraps(original)
    def start(self: Any) -> None:
        policy = current()
        if policy is not None:
            self.run = _carrying(policy, self.run)
        original(self)

    return start


def guard_submit(original: Callable[..., Any]) -> Callable[..., Any]:
    """``ThreadPoolExecutor.submit``: its threads may be older than the policy."""

    @functools.wraps(original)
    def submit(self: Any, fn: Callable[..., Any], /, *args: Any, **options: Any) -> Any:
        policy = current()
        if policy is not None:
            fn = _carrying(policy, fn)
        return original(self, fn, *args, **options)

    return submit


GUARDS = (
    Guard("threading", "Thread.start", guard_start),
    Guard("concurrent.futures.thread", "ThreadPoolExecutor.submit", guard_submit),
)
