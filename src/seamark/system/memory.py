"""Whether, where and how far receipts of earlier scans are used in this run."""

import os
from collections.abc import Mapping, Sequence

from seamark.core.settings import Settings, read_settings
from seamark.scan.models.receipts import ReceiptStore, Trust, context_of
from seamark.scan.models.scanner import Scanner
from seamark.system.keys import receipts_key

PROJECT_FILE = "seamark.yaml"


def receipt_store(
    root: str,
    scanner: Scanner,
    *,
    trust: Trust = Trust.IDENTITY,
    environment: Mapping[str, str] = os.environ,
    make_home: bool = False,
) -> tuple[ReceiptStore | None, str]:
    """The store for a project at ``root``, or None and why there is none.

    Without ``SEAMARK_HOME``, a scan of some directory leaves nothing behind: receipts are kept
    where ``seamark.yaml`` or ``.seamark/`` shows that it is a project of ours.
    """
    settings = read_settings(environment, {})
    if not settings.receipts or not scanner.digest:
        return None, ""
    home = home_of(root, settings)
    ours = "SEAMARK_HOME" in environment or make_home or os.path.isdir(home)
    if not ours and not os.path.isfile(os.path.join(root, PROJECT_FILE)):
        return None, ""
    key, why = receipts_key(settings, project=root)
    if key is None:
        return None, f"Receipts are not used: {why}."
    path = os.path.join(home, "receipts.jsonl")
    return ReceiptStore(path=path, key=key, context=context_of(scanner), trust=trust), ""


def nearest_project_file(directory: str, names: Sequence[str] = (PROJECT_FILE,)) -> str:
    """The ``seamark.yaml`` in ``directory`` or nearest above it; "" where there is none.

    The search ends at the root of the git repository, where a project ends, or of the file system.
    ``names`` asks for a file of another name.
    """
    place = directory
    while True:
        for name in names:
            if os.path.lexists(file := os.path.join(place, name)):
                return file
        place = os.path.realpath(place)
        parent = os.path.dirname(place)
        if parent == place or os.path.lexists(os.path.join(place, ".git")):
            return ""
        place = parent


def home_of(root: str, settings: Settings) -> str:
    """The folder for what runs keep, as a path that can be opened."""
    return os.path.join(root, settings.home)
