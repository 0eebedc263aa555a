"""Commands that build or set up something: ``RUN`` of Dockerfiles, and whole scripts."""

from collections.abc import Iterator

from seamark.scan.config.case import Case
from seamark.scan.config.documents.dockerfile import run_commands
from seamark.scan.config.documents.shell import Command


def build_commands(case: Case) -> Iterator[Command]:
    """Every command of the file that runs when something is built or set up."""
    if case.dockerfile is not None:
        lines = case.dockerfile.text.splitlines()
        for stage in case.dockerfile.stages:
            for instruction in stage.instructions:
                if instruction.word == "RUN":
                    yield from run_commands(instruction, lines)
    else:
        for workload in case.workloads:
            yield from workload.commands
