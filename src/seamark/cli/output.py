"""Where results go: stdout or a file. Everything else goes to stderr."""

import os
import sys

from seamark.render import View, render
from seamark.system.scan import Judged


def write_report(judged: Judged, format_name: str, output: str, *, view: View) -> None:
    """Render the report and write it. Raises ``SeamarkError`` where the file cannot be written."""
    text = render(format_name, judged.report, judged.judgment, view=view)
    write_text(text, output)


def write_text(text: str, output: str = "-") -> None:
    """Write to stdout for ``-``, else atomically to a file."""
    if output != "-":
        from seamark.system.files import write_atomically

        write_atomically(output, text.encode())
        return
    try:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read us has gone (`| head`); the exit code still tells the judgment.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def wants_color(no_color: bool, output: str) -> bool:
    """Colors: on a terminal, unless refused."""
    return (
        not no_color and output == "-" and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    )
