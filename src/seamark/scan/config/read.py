"""From a file on disk to a case: bounded, and never an error for what it holds."""

import os
import stat
from collections.abc import Iterable

from seamark.scan.config.case import Case
from seamark.scan.config.documents.dockerfile import read_dockerfile
from seamark.scan.config.documents.document import Document, Map, Unreadable
from seamark.scan.config.documents.json_text import read_json
from seamark.scan.config.documents.plain_text import (
    read_environment,
    read_ini,
    read_properties,
    read_toml,
    read_words,
)
from seamark.scan.config.documents.yaml_text import read_yaml
from seamark.scan.config.kinds import COMPOSE, KUBERNETES, Kind, is_template, kind_of
from seamark.scan.config.workload import Workload
from seamark.scan.config.workloads import (
    compose_workloads,
    dockerfile_workload,
    kubernetes_workloads,
    script_workload,
    settings_workload,
)

MAX_BYTES = 8 << 20
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_PLAIN = {
    "environment": read_environment,
    "ini": read_ini,
    "properties": read_properties,
    "toml": read_toml,
    "words": read_words,
    "json": read_json,
}


def read_text(path: str) -> str:
    """The file's text, at most 8 MiB. Raises :class:`Unreadable`."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable("it is no regular file")
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Unreadable(f"it cannot be read ({why})") from error
    coding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    # What is cut off, or no text of its coding, is told by whoever finds out that it matters.
    return data.decode(coding, "replace").replace("\r\n", "\n")


def read_case(path: str, text: str, *, where: str = "") -> Case | None:
    """The file as a case; None where it is none of ours. Raises :class:`Unreadable`.

    A text for a template engine that is no valid document by itself is none of ours.
    """
    kind = kind_of(path, text)
    if kind is None:
        return None
    try:
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise Unreadable(f"it is larger than {MAX_BYTES >> 20} MiB")
        if "\0" in text:
            raise Unreadable("it is no text")
        return _case(kind, path, text, where)
    except Unreadable as problem:
        # Only what no program can read as it is: a limit of ours says nothing about templates.
        invalid = problem.reason.startswith("it is no valid")
        if invalid and kind.form in ("yaml", "json", "toml") and is_template(text):
            return None
        raise


def _case(kind: Kind, path: str, text: str, where: str) -> Case | None:
    documents: tuple[Document, ...]
    if kind.form == "dockerfile":
        file = read_dockerfile(text)
        documents = (Document(path, kind.name, None, text, where=where),)
        return Case(path, kind.name, text, documents, tuple(dockerfile_workload(file, path)), file)
    if kind.form == "yaml":
        documents = tuple(
            Document(path, kind.name, data, text, start, where) for data, start in read_yaml(text)
        )
        documents = tuple(each for each in documents if each.data is not None)
    elif kind.form in ("script", "text"):
        documents = (Document(path, kind.name, None, text, where=where),)
    else:
        data = _PLAIN[kind.form](text)
        documents = (Document(path, kind.name, data, text, where=where),)
    if not documents:
        return None
    if kind.name == KUBERNETES:
        documents = tuple(_flattened(documents))
    elif kind.name == COMPOSE and not isinstance(documents[0].get("services"), Map):
        return None  # it only has the name
    workloads = tuple(_workloads(kind, documents, path, text))
    return Case(path, kind.name, text, documents, workloads)


def _workloads(
    kind: Kind, documents: tuple[Document, ...], path: str, text: str
) -> Iterable[Workload]:
    if kind.name == KUBERNETES:
        return kubernetes_workloads(documents)
    if kind.name == COMPOSE:
        return compose_workloads(documents[0])
    if kind.form == "script":
        return script_workload(text, path)
    return settings_workload(documents[0]) if kind.form == "environment" else ()


def _flattened(documents: Iterable[Document]) -> Iterable[Document]:
    """Each object; those of a ``List`` by themselves."""
    for document in documents:
        items = document.get("items")
        if str(document.get("kind")).endswith("List") and isinstance(items, list):
            for number, each in enumerate(items):
                start = document.position_of(("items", number))
                yield Document(
                    document.path, document.kind, each, document.text, start, document.where
                )
        elif isinstance(document.data, Map):
            yield document
