"""What runs: one container or process, whoever describes it.

Dockerfiles, compose files, Kubernetes objects, scripts and environment files all say the same in
the end: a program with arguments, environment variables and ports. Rules about servers look at
this, and so hold wherever the server is set up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from seamark.core.findings import Location
from seamark.scan.config.documents.shell import Command

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
_ALL = frozenset({"0.0.0.0", "::", "[::]", "*", "0"})  # noqa: S104 - looked for, not bound to


class Exposure(Enum):
    """Who can reach the ports: nobody says, everybody, or only the machine or its neighbors."""

    UNKNOWN = "unknown"
    PUBLISHED = "published"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable or configuration key; None where its value comes from elsewhere."""

    name: str
    value: str | None
    location: Location

    @property
    def text(self) -> str:
        """The value without blanks, in small letters; empty for none."""
        return (self.value or "").strip().strip("\"'").lower()

    @property
    def is_true(self) -> bool:
        """Whether programs take it for switched on."""
        return self.text in ("1", "true", "yes", "on", "t", "y")

    @property
    def is_false(self) -> bool:
        """Whether programs take it for switched off."""
        return self.text in ("0", "false", "no", "off", "f", "n")


@dataclass(frozen=True)
class Workload:
    """One container or process.

    ``origin`` is ``dockerfile``, ``compose``, ``kubernetes``, ``script`` or ``environment``.
    ``published`` are the container's ports that every interface of the host offers.
    """

    origin: str
    path: str
    name: str
    location: Location
    image: str = ""
    commands: tuple[Command, ...] = ()
    settings: tuple[Setting, ...] = ()
    exposure: Exposure = Exposure.UNKNOWN
    published: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def by_name(self) -> Mapping[str, Setting]:
        """Settings by name; of a repeated one the last."""
        return {each.name: each for each in self.settings}

    @cached_property
    def image_name(self) -> str:
        """The image without registry port, tag and digest: ``vllm/vllm-openai``."""
        name = self.image.partition("@")[0]
        head, slash, last = name.rpartition("/")
        return (head + slash + last.partition(":")[0]).lower()

    def has(self, *names: str) -> bool:
        """Whether one of these variables is set to something, or comes from elsewhere."""
        return any(name in self.by_name and self.by_name[name].value != "" for name in names)

    def at(self, command: Command) -> Location:
        """Where a command of it stands."""
        return Location(path=self.path, line=command.line)


@dataclass(frozen=True)
class Started:
    """A command as options: ``program`` is the base name, or the module of ``python -m``."""

    command: Command
    program: str
    arguments: tuple[str, ...]

    @cached_property
    def options(self) -> Mapping[str, str | None]:
        """Options and their values, ``-`` and ``_`` alike; None for one without a value."""
        found: dict[str, str | None] = {}
        for number, word in enumerate(self.arguments):
            if not word.startswith("-") or word == "-":
                continue
            name, equals, value = word.partition("=")
            after = self.arguments[number + 1] if number + 1 < len(self.arguments) else None
            if equals:
                found[_option(name)] = value
            else:
                takes = after is not None and not after.startswith("-")
                found[_option(name)] = after if takes else None
        return found

    def value(self, *names: str) -> str | None:
        """The value of the first of these options that is there."""
        return next((self.options[_option(n)] for n in names if _option(n) in self.options), None)

    def has(self, *names: str) -> bool:
        """Whether one of these options is there."""
        return any(_option(name) in self.options for name in names)

    def begins(self, *words: str) -> bool:
        """Whether the arguments that are no options begin with these words."""
        plain = [a for a in self.arguments[:12] if not a.startswith("-")]
        return tuple(plain[: len(words)]) == words


def _option(name: str) -> str:
    return name.replace("_", "-") if name.startswith("--") else name


def is_everywhere(host: str | None) -> bool:
    """Whether a server told to listen there listens on every interface."""
    if host is None:
        return False
    host = host.strip().strip("\"'").lower()
    host = host.partition("://")[2] or host
    if host.startswith("["):
        return host.partition("]")[0] == "[::"
    return host in _ALL or (
        host.count(":") == 1 and host.partition(":")[0] in ("0.0.0.0", "*", "")  # noqa: S104
    )


def started(workload: Workload) -> Iterator[Started]:
    """The workload's commands, each as a program with options."""
    for command in workload.commands:
        words = command.words
        if not words:
            continue
        if words[0].startswith("-"):
            words = (*_image_program(workload.image_name), *words)
        program = words[0].rpartition("/")[2].lower()
        rest = words[1:]
        if program.startswith("python"):
            program, rest = _module(program, rest)
        if program:
            yield Started(command, program, rest)


def _module(program: str, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """What ``python`` runs: ``-m MODULE`` or a script, whose name counts."""
    for number, word in enumerate(words):
        if word == "-m" and number + 1 < len(words):
            return words[number + 1], words[number + 2 :]
        if not word.startswith("-"):
            return word.rpartition("/")[2], words[number + 1 :]
    return program, words


_IMAGE_PROGRAMS = {
    "vllm/vllm-openai": ("vllm", "serve"),
    "lmsysorg/sglang": ("sglang.launch_server",),
    "huggingface/text-generation-inference": ("text-generation-launcher",),
    "huggingface/text-embeddings-inference": ("text-embeddings-router",),
    "ggml-org/llama.cpp": ("llama-server",),
    "nvidia/tritonserver": ("tritonserver",),
    "berriai/litellm": ("litellm",),
    "redis": ("redis-server",),
    "redis/redis-stack-server": ("redis-server",),
    "minio/minio": ("minio", "server"),
}


def _image_program(image: str) -> tuple[str, ...]:
    """What an image runs where only options are given."""
    for name, words in _IMAGE_PROGRAMS.items():
        if image == name or image.endswith("/" + name):
            return words
    return ("",)


def is_image(workload: Workload, *names: str) -> bool:
    """Whether the workload runs one of these images, from whatever registry."""
    image = workload.image_name
    return any(image == name or image.endswith("/" + name) for name in names)
