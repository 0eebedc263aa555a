"""The command line: one module a command group, no logic.

``main`` imports only what the command at hand needs, so that ``seamark --version`` and a small
scan start quickly.
"""

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with one of the codes of ``seamark.core.verdicts``."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in (["--version"], ["-V"]):
        from seamark import __version__

        sys.stdout.write(f"seamark {__version__}\n")
        raise SystemExit(0)
    from seamark.cli.app import run

    # Reports are trees and live until the end: looking for cycles among them every 700 objects
    # costs a tenth of a scan and finds nothing.
    gc.set_threshold(50_000)
    raise SystemExit(run(words))
