"""``python safe_loading.py CHECKPOINT``, with torch: what ``safe_load()`` adds to ``torch.load``.

The first load of each kind comes apart (imports, the judge's process); then both in turn, the file
in the page cache, medians of CPU seconds (children included) and wall seconds.
"""

import gc
import json
import resource
import statistics
import sys
import time

import torch

RUNS = 15


def _cpu():
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in uses)


def _once(path, guarded):
    from seamark.harden.loading import safe_load

    gc.collect()
    cpu, wall = _cpu(), time.perf_counter()
    if guarded:
        with safe_load():
            loaded = torch.load(path)
    else:
        loaded = torch.load(path)
    spent = _cpu() - cpu, time.perf_counter() - wall
    assert len(loaded) == 8
    return spent


def main():
    """Three rows of JSON."""
    path = sys.argv[1]
    plain, guarded = [_once(path, False)], [_once(path, True)]
    for turn in range(RUNS):
        for mine in (False, True) if turn % 2 else (True, False):
            (guarded if mine else plain).append(_once(path, mine))
    for name, rows in (("plain", plain), ("safe_load", guarded)):
        middle = [statistics.median(row[i] for row in rows[1:]) for i in (0, 1)]
        print(json.dumps({
            "tool": name, "cpu_seconds": round(middle[0], 3), "wall_seconds": round(middle[1], 3),
            "first_cpu_seconds": round(rows[0][0], 3), "first_wall_seconds": round(rows[0][1], 3),
            "least_cpu_seconds": round(min(row[0] for row in rows[1:]), 3),
            "least_wall_seconds": round(min(row[1] for row in rows[1:]), 3), "runs": RUNS,
            "torch": torch.__version__,
        }))  # fmt: skip


if __name__ == "__main__":
    main()
