"""Seamark secures AI systems: every claim is a check that anyone can run again."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from seamark.harden.loading import UnsafeModel, safe_load
    from seamark.scan.models import scan_bytes, scan_path, scan_paths

__all__ = ["UnsafeModel", "__version__", "safe_load", "scan_bytes", "scan_path", "scan_paths"]


def __getattr__(name: str) -> Any:
    """Load the public functions on first use, so that ``seamark --version`` stays quick."""
    if name in ("UnsafeModel", "safe_load"):
        from seamark.harden import loading

        return getattr(loading, name)
    if name in __all__:
        from seamark.scan import models

        return getattr(models, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
