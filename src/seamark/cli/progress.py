"""A progress bar on a terminal for work over a second; nothing in a pipe."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_DELAY = 1.0


class ProgressBar:
    """Watches the engine. Rich is imported only when a bar is really shown."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown and sys.stderr.isatty()
        self._began = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._total = 0
        self._done = 0

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def planned(self, check: str, things: int, size: int) -> None:  # noqa: ARG002
        """See ``seamark.engine.plan.Watcher``. Bytes are the measure: files differ too much."""
        self._total += size
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, total=self._total)

    def advanced(self, check: str, things: int, size: int) -> None:  # noqa: ARG002
        """See ``seamark.engine.plan.Watcher``."""
        self._done += size
        if self._bar is None:
            if not self._shown or time.monotonic() - self._began < _DELAY:
                return
            self._start(check)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done)

    def _start(self, check: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(),
            console=Console(file=sys.stderr), transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task(check, total=self._total)
        self._bar.start()
