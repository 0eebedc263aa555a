"""Loading that enforces the scanner's verdict: refuse first, then load what was examined."""

from seamark.harden.loading.context import install, safe_load
from seamark.harden.loading.refusals import UnsafeModel, UnsafeModelWarning

__all__ = ["UnsafeModel", "UnsafeModelWarning", "install", "safe_load"]
