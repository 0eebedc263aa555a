"""The model-file scanner: is it safe to load what is in front of us?

Routed by content. A reader yields findings; the worst verdict among them is the file's.
"""

from seamark.scan.models.check import scan_paths
from seamark.scan.models.limits import Limits
from seamark.scan.models.scanner import Scanner, scan_bytes, scan_path
from seamark.scan.models.scope import Options

__all__ = ["Limits", "Options", "Scanner", "scan_bytes", "scan_path", "scan_paths"]
