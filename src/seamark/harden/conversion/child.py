"""The conversion's child: gives up what it does not need, does one job, says what came of it.

Started by ``launch.py``, possibly with another interpreter, which then needs none of our
dependencies: everything below this package's workers is the standard library, or a library that
the job names. The job is JSON on standard input; the answer is JSON on standard output.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from seamark.harden.conversion.confine import confine
from seamark.harden.conversion.refusals import MissingLibrary, Refused, Unsuited

WORKERS = {
    "own": "tensors.own",
    "torch": "tensors.torches",
    "arrays": "tensors.arrays",
    "skops": "estimators.to_skops",
    "onnx": "estimators.to_onnx",
    "keras": "networks.keras_weights",
}
"""Modules of this package by engine; each has a function for each stage."""

STAGES = ("convert", "prove")
Worker = Callable[[Mapping[str, Any]], dict[str, Any]]


def _work(job: Mapping[str, Any]) -> dict[str, Any]:
    module = import_module(f"seamark.harden.conversion.{WORKERS[job['engine']]}")
    if job["stage"] not in STAGES:
        raise ValueError(job["stage"])
    worker: Worker = getattr(module, job["stage"])
    return worker(job)


def answer(job: Mapping[str, Any]) -> dict[str, Any]:
    """Do the job; an answer whatever happens."""
    try:
        return {"result": _work(job)}
    except Refused as refusal:
        return {"refused": str(refusal)}
    except Unsuited as problem:
        return {"unsuited": str(problem), "hint": problem.hint}
    except (MissingLibrary, ModuleNotFoundError) as missing:
        return {"missing": missing.name or str(missing)}
    except MemoryError:
        return {"failed": "it needed more memory than it may have"}
    except Exception as error:  # whatever a library does with bad input
        return {"failed": f"{type(error).__name__}: {error}"[:1000]}


def main() -> None:
    """Read the job, confine this process, work, answer."""
    job = json.loads(sys.stdin.buffer.read())
    out = os.dup(1)
    os.dup2(2, 1)  # what libraries print is no answer
    held = confine(job["work"], job["limits"])
    body = {**answer(job), "confinement": held, "python": sys.version.split()[0]}
    with os.fdopen(out, "wb") as stream:
        stream.write(json.dumps(body).encode())


if __name__ == "__main__":
    main()
