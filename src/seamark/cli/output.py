"""Where results go: stdout or a file. Everything else goes to stderr."""

import os
import shutil
import sys

from seamark.core.errors import UsageError
from seamark.render import View, render
from seamark.system.scan import Judged


def show(
    judged: Judged, format_name: str, output: str, *, verbose: bool, no_color: bool, quiet: bool
) -> int:
    """Render the report, write it, and give the exit code.

    Raises ``SeamarkError`` where the file cannot be written.
    """
    view = View(
        verbose=verbose,
        color=format_name == "text" and wants_color(no_color, output),
        width=shutil.get_terminal_size((100, 24)).columns,
        command=command_line(),
    )
    text = render(format_name, judged.report, judged.judgment, view=view)
    write_text(text, output)
    if not quiet:
        for note in judged.notes:
            say(f"seamark: {note}")
        if output != "-":
            say(f"{judged.judgment.exit_reason} Report: {output}")
    return int(judged.judgment.exit_code)


def require_writable(output: str) -> None:
    """Say before the work, not after it, that the report cannot be written (``UsageError``)."""
    folder = os.path.dirname(output) or "."
    if output == "-" or (os.path.isdir(folder) and os.access(folder, os.W_OK)):
        if not os.path.isdir(output):
            return
        raise UsageError(f"{output} is a directory.", hint="Name a file.")
    raise UsageError(f"Cannot write into {folder}.", hint="Choose another --output.")


def write_text(text: str, output: str = "-") -> None:
    """Write to stdout for ``-``, else atomically to a file."""
    data = text.encode("utf-8", "backslashreplace")
    if output != "-":
        from seamark.system.files import write_atomically

        write_atomically(output, data)
        return
    try:
        sys.stdout.flush()
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:  # a test's text stream
            sys.stdout.write(text)
        else:
            stream.write(data)
            stream.flush()
    except BrokenPipeError:
        # Whoever read us has gone (`| head`); the exit code still tells the judgment.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """A remark for a person, on stderr."""
    sys.stderr.write(f"{text}\n")


def wants_color(no_color: bool, output: str = "-") -> bool:
    """Colors: on a terminal, unless refused."""
    dumb = os.environ.get("TERM") == "dumb" or bool(os.environ.get("NO_COLOR"))
    return not no_color and output == "-" and sys.stdout.isatty() and not dumb


def command_line() -> str:
    """The command line at hand, for whoever repeats it."""
    import shlex

    return shlex.join(["seamark", *sys.argv[1:]])
