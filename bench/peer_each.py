"""Runs inside the peers' environment: judges files one by one, each as if it were alone.

``python peer_each.py picklescan|picklescan-strict|modelaudit LIST SECONDS`` reads paths from LIST
and prints one JSON line for each: flagged, error, critical. A file that takes longer than SECONDS
is an error. Written for the peers' Python interfaces (picklescan 1.0.5, modelaudit 0.2.54).
"""

import contextlib
import io
import json
import logging
import os
import signal
import sys


class TooLongError(Exception):
    """The time for one file is over."""


def _alarm(_number, _frame):
    raise TooLongError


def picklescan(path, strict):
    """One path by picklescan."""
    from picklescan import scanner

    scan = scanner.scan_directory_path if os.path.isdir(path) else scanner.scan_file_path
    result = scan(path)
    dangerous = result.issues_count > 0
    if strict:
        from picklescan.scanner import SafetyLevel

        dangerous = dangerous or any(g.safety != SafetyLevel.Innocuous for g in result.globals)
    return {
        "flagged": dangerous,
        "critical": result.issues_count > 0,
        "error": bool(result.scan_err),
    }


def modelaudit(path):
    """One path by modelaudit: a warning or worse counts as flagged."""
    from modelaudit.core import scan_model_directory_or_file

    result = scan_model_directory_or_file(path, cache_enabled=False)
    severities = {str(issue.severity).rsplit(".", 1)[-1].lower() for issue in result.issues}
    return {
        "flagged": bool(severities & {"warning", "critical", "error"}),
        "critical": "critical" in severities,
        "error": bool(getattr(result, "has_errors", False)) or not getattr(result, "success", True),
    }


def main():
    """All paths of the list."""
    tool, listing, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, _alarm)
    with open(listing) as handle:
        paths = handle.read().splitlines()
    for path in paths:
        row = {"path": path}
        signal.alarm(seconds)
        try:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                found = (
                    modelaudit(path) if tool == "modelaudit" else picklescan(path, "strict" in tool)
                )
            row.update(found)
        except (Exception, TooLongError) as error:
            row.update(flagged=False, critical=False, error=True, why=type(error).__name__)
        finally:
            signal.alarm(0)
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
