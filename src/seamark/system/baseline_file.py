"""``seamark.baseline.json``: committed beside ``seamark.yaml``, read strictly, written whole."""

import json
from datetime import date
from typing import Any

from seamark.core.baseline import SCHEMA, Baseline, BaselineEntry
from seamark.core.errors import ConfigurationError
from seamark.system.files import write_atomically

FILE_NAME = "seamark.baseline.json"
_REQUIRED = {"fingerprint", "rule", "path", "message", "first_seen"}
_OPTIONAL = {"owner", "digest"}


def load_baseline(path: str) -> Baseline | None:
    """The baseline, or None where there is no file. Raises ``ConfigurationError``."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path} is no valid JSON: {error}.") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ConfigurationError(
            f"{path} is no baseline of ours.", hint=f"Its 'schema' must be '{SCHEMA}'."
        )
    entries = data.get("entries")
    if not isinstance(entries, list):
        raise ConfigurationError(f"{path} has no list 'entries'.")
    found = [_entry(each, f"{path}, entry {number}") for number, each in enumerate(entries, 1)]
    return Baseline({entry.fingerprint: entry for entry in found})


def save_baseline(path: str, baseline: Baseline) -> None:
    """Replace the file. One line an entry, so that a review sees what changed."""
    lines = ",\n".join("  " + json.dumps(_plain(entry)) for entry in baseline.entries.values())
    body = f"[\n{lines}\n ]" if lines else "[]"
    text = f'{{\n "schema": {json.dumps(SCHEMA)},\n "entries": {body}\n}}\n'
    write_atomically(path, text.encode())


def _plain(entry: BaselineEntry) -> dict[str, str]:
    made = {
        "fingerprint": entry.fingerprint,
        "rule": entry.rule,
        "path": entry.path,
        "message": entry.message,
        "first_seen": entry.first_seen.isoformat(),
        "owner": entry.owner,
    }
    return {**made, "digest": entry.digest} if entry.digest else made


def _entry(data: Any, where: str) -> BaselineEntry:
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ConfigurationError(f"{where} is no object of texts.")
    missing = _REQUIRED - data.keys()
    unknown = data.keys() - _REQUIRED - _OPTIONAL
    if missing or unknown:
        word = f"lacks '{sorted(missing)[0]}'" if missing else f"has '{sorted(unknown)[0]}'"
        raise ConfigurationError(f"{where} {word}.", hint="seamark baseline update writes it anew.")
    try:
        first_seen = date.fromisoformat(data["first_seen"])
    except ValueError as error:
        raise ConfigurationError(f"{where}: first_seen is no day (YYYY-MM-DD).") from error
    return BaselineEntry(**{**data, "first_seen": first_seen})
