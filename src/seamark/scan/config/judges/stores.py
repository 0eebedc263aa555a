"""Databases that have no login unless one is set: Qdrant, Chroma, Redis, MongoDB."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.config.case import Case, found, how_sure
from seamark.scan.config.judges.switch_rules import STORE_ANONYMOUS
from seamark.scan.config.judges.switches import configured
from seamark.scan.config.servers import CHROMA, REDIS, is_open, runs_of
from seamark.scan.config.workload import Exposure, Workload, is_image

RULES = ()  # its rule is declared with the other settings of stores

_KEYS = {
    "qdrant/qdrant": ("Qdrant", ("QDRANT__SERVICE__API_KEY", "QDRANT__SERVICE__READ_ONLY_API_KEY")),
    "mongo": ("MongoDB", ("MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD_FILE")),
    "chromadb/chroma": ("Chroma", CHROMA.auth_variables),
}


def judge(case: Case) -> Iterator[Finding]:
    """Findings about published stores without keys, and about their own files."""
    for workload in case.workloads:
        yield from _published(workload)
        for server in (CHROMA, REDIS):
            for run in runs_of(workload, server):
                if is_open(workload, run, server):
                    message = f"{server.name} listens on every interface and lets everyone in."
                    yield found(
                        STORE_ANONYMOUS,
                        message,
                        workload.at(run.command),
                        f"{workload.name}.{server.name}",
                        how_sure(workload),
                    )
    for document in case.documents:
        if case.kind == "qdrant" and document.get("service", "host") in ("0.0.0.0", "::"):  # noqa: S104
            key = configured(document, "service.api_key")
            if key is None or not key.text:
                yield found(
                    STORE_ANONYMOUS,
                    "Qdrant listens on every interface without a key.",
                    document.at(("service", "host")),
                    "service.api_key",
                )


def _published(workload: Workload) -> Iterator[Finding]:
    if workload.exposure is not Exposure.PUBLISHED:
        return
    for image, (title, names) in _KEYS.items():
        if is_image(workload, image) and not workload.has(*names) and not workload.commands:
            message = f"{title} is published on every interface and lets everyone in."
            yield found(STORE_ANONYMOUS, message, workload.location, f"{workload.name}.{title}")
