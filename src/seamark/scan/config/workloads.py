"""Workloads out of documents: which containers and processes a file describes."""

from collections.abc import Iterable, Iterator
from typing import Any

from seamark.core.findings import Location
from seamark.scan.config.documents.dockerfile import Dockerfile, pairs, run_commands
from seamark.scan.config.documents.document import Document, Map, Place, items_of, map_of
from seamark.scan.config.documents.shell import Command, command_from_words, commands
from seamark.scan.config.workload import LOOPBACK, Exposure, Setting, Workload

POD_TEMPLATES: dict[str, Place] = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Notebook": ("spec", "template", "spec"),
    "InferenceService": ("spec", "predictor"),
    "ServingRuntime": ("spec",),
    "ClusterServingRuntime": ("spec",),
}
"""Where each kind of object keeps its pod."""
CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")


def pods_of(document: Document) -> Iterator[tuple[Place, Map]]:
    """The pods that one Kubernetes object describes, with their places."""
    kind = document.get("kind")
    places = [POD_TEMPLATES[kind]] if isinstance(kind, str) and kind in POD_TEMPLATES else []
    if kind in ("RayCluster", "RayService", "RayJob"):
        base: Place = ("spec",) if kind == "RayCluster" else ("spec", "rayClusterConfig")
        if kind == "RayService":
            base = ("spec", "rayClusterConfig")
        if kind == "RayJob":
            base = ("spec", "rayClusterSpec")
        places.append((*base, "headGroupSpec", "template", "spec"))
        groups = items_of(document.get(*base, "workerGroupSpecs"))
        places += [(*base, "workerGroupSpecs", n, "template", "spec") for n in range(len(groups))]
    for place in places:
        pod = document.get(*place)
        if isinstance(pod, Map):
            yield place, pod


def containers_of(pod: Map, place: Place) -> Iterator[tuple[Place, Map]]:
    """The containers of a pod with their places."""
    for name in CONTAINER_LISTS:
        for number, each in enumerate(items_of(pod.get(name))):
            if isinstance(each, Map):
                yield (*place, name, number), each
    if isinstance(pod.get("model"), Map):  # of a KServe predictor
        yield (*place, "model"), pod["model"]


def kubernetes_workloads(documents: Iterable[Document]) -> Iterator[Workload]:
    """The containers of a file's objects; its own Services say which are published."""
    every = list(documents)
    open_to_all = [
        map_of(each.get("spec", "selector"))
        for each in every
        if each.get("kind") == "Service"
        and each.get("spec", "type") in ("LoadBalancer", "NodePort")
    ]
    for document in every:
        for place, pod in pods_of(document):
            labels = _labels(document, place)
            open_pod = pod.get("hostNetwork") is True or any(
                selector and selector.items() <= labels.items() for selector in open_to_all
            )
            for where, container in containers_of(pod, place):
                yield _container(document, where, container, open_pod=open_pod)


def _labels(document: Document, pod: Place) -> dict[str, Any]:
    holder = pod[:-1]
    return map_of(document.get(*holder, "metadata", "labels"))


def _container(document: Document, where: Place, value: Map, *, open_pod: bool) -> Workload:
    settings = tuple(
        Setting(
            str(each.get("name")),
            None if "valueFrom" in each else _text(each.get("value")),
            document.at((*where, "env", number)),
        )
        for number, each in enumerate(items_of(value.get("env")))
        if isinstance(each, dict) and each.get("name")
    )
    words = [*_words(value.get("command")), *_words(value.get("args"))]
    key = "args" if "args" in value and "command" not in value else "command"
    first = document.line_of((*where, key))
    return Workload(
        origin="kubernetes",
        path=document.path,
        name=str(value.get("name") or "container"),
        location=document.at(where),
        image=_text(value.get("image")) or "",
        commands=tuple(command_from_words(words, first)) if words else (),
        settings=settings,
        exposure=Exposure.PUBLISHED if open_pod else Exposure.INTERNAL,
    )


def compose_workloads(document: Document) -> Iterator[Workload]:
    """The services of a compose file."""
    for name, service in map_of(document.get("services")).items():
        if not isinstance(service, Map):
            continue
        where: Place = ("services", name)
        ports, published = _ports(service)
        host = service.get("network_mode") == "host"
        exposure = Exposure.PUBLISHED if published or host else Exposure.INTERNAL
        yield Workload(
            origin="compose",
            path=document.path,
            name=name,
            location=document.at(where),
            image=_text(service.get("image")) or "",
            commands=tuple(_compose_commands(document, service, where)),
            settings=tuple(_environment(document, service, where)),
            exposure=exposure,
            published=frozenset(ports),
        )


def _compose_commands(document: Document, service: Map, where: Place) -> Iterator[Command]:
    entry, command = service.get("entrypoint"), service.get("command")
    line = document.line_of((*where, "command" if command else "entrypoint"))
    if isinstance(command, str) and not entry:
        yield from commands(command, line=line)
    elif command or entry:
        words = [
            word
            for part in (entry, command)
            for word in (
                [w for c in commands(part) for w in c.words]
                if isinstance(part, str)
                else _words(part)
            )
        ]
        yield from command_from_words(words, line)


def _environment(document: Document, service: Map, where: Place) -> Iterator[Setting]:
    given = service.get("environment")
    if isinstance(given, Map):
        for name, value in given.items():
            text = None if value is None else _text(value)
            yield Setting(name, text, document.at((*where, "environment", name)))
    for number, each in enumerate(items_of(given)):
        if isinstance(each, str):
            name, equals, value = each.partition("=")
            at = document.at((*where, "environment", number))
            yield Setting(name.strip(), value if equals else None, at)


def _ports(service: Map) -> tuple[set[int], bool]:
    """Container ports that every interface offers, and whether there is one."""
    found: set[int] = set()
    published = False
    for each in items_of(service.get("ports")):
        host, port = port_of(each)
        if host is None or host.strip("[]") in LOOPBACK:
            continue
        published = True
        if port:
            found.add(port)
    return found, published


def port_of(value: Any) -> tuple[str | None, int]:
    """The host address of a published port (empty for all, None for none) and the container's."""
    if isinstance(value, dict):
        target = str(value.get("target") or "")
        return str(value.get("host_ip") or ""), int(target) if _is_port(target) else 0
    text = str(value).partition("/")[0]
    head, _, port = text.rpartition(":")
    address = head.rpartition(":")[0] if head else ""
    if "$" in text:
        # The host's address may be a variable: then nobody can say.
        address = "" if address.count("${") == 0 or not address else "127.0.0.1"
    return address, int(port) if _is_port(port) else 0


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def dockerfile_workload(file: Dockerfile, path: str) -> Iterator[Workload]:
    """What the image runs in the end: the last stage, with what it inherits in this file."""
    final = list(file.final())
    if not final:
        return
    lines = file.text.splitlines()
    settings = tuple(
        Setting(name, value, Location(path=path, line=instruction.line))
        for stage in reversed(final)
        for instruction in stage.instructions
        if instruction.word == "ENV"
        for name, value in pairs(instruction)
    )
    entry = next((i for s in final if (i := s.last("ENTRYPOINT"))), None)
    command = next((i for s in final if (i := s.last("CMD"))), None)
    found: list[Command] = []
    both = [exec_of(i.arguments) for i in (entry, command) if i is not None]
    if entry is not None and command is not None and all(b is not None for b in both):
        found += command_from_words([w for b in both for w in b or ()], command.line)
    else:
        for each in (entry, command):
            if each is not None:
                found += run_commands(each, lines)
    yield Workload(
        origin="dockerfile",
        path=path,
        name="image",
        location=Location(path=path, line=(command or entry or final[0]).line),
        image=final[-1].base,
        commands=tuple(found),
        settings=settings,
    )


def exec_of(text: str) -> list[str] | None:
    """The words of an exec form; None for a shell form."""
    from seamark.scan.config.documents.dockerfile import exec_words

    return exec_words(text)


def script_workload(text: str, path: str) -> Iterator[Workload]:
    """What a shell script starts, with the variables that it sets."""
    found = tuple(commands(text))
    settings = tuple(
        Setting(name, value, Location(path=path, line=each.line))
        for each in found
        for name, value in each.assignments
    )
    yield Workload("script", path, "script", Location(path=path, line=1), "", found, settings)


def settings_workload(document: Document, origin: str = "environment") -> Iterator[Workload]:
    """An environment file: variables without a program."""
    settings = tuple(
        Setting(name, _text(value), document.at((name,)))
        for name, value in map_of(document.data).items()
    )
    yield Workload(origin, document.path, origin, document.at(), settings=settings)


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [_text(each) or "" for each in items_of(value)]


def _text(value: Any) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None
