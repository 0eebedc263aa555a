"""The command line: one module a command group, no logic.

``main`` imports only what the command at hand needs, so that ``seamark --version`` and a small
scan start quickly.
"""

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

    raise SystemExit(run(words))
