"""OpenVINO IR: layers that need somebody's library, and constants in the file beside.

https://docs.openvino.ai/2025/documentation/openvino-ir-format.html. The document is read as a
stream; the weight file beside it is only compared with what the layers say of it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs.openvino_constants import DTYPES, Constant, Layout
from seamark.scan.models.graphs.openvino_operations import STANDARD, TOKENIZERS
from seamark.scan.models.graphs.xml_markup import Markup
from seamark.scan.models.graphs.xml_reading import Ear, read_elements
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.tails import examine_appended_zip

CUSTOM_OPERATION = Rule(
    id="OVN001",
    title="Layer that needs an extension library",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The operation is none of OpenVINO's own. The model runs only with a native library "
    "that registers it; that library is code which this scan has not seen.",
    remedy="Find out which library provides the operation and review it, or convert the model "
    "with standard operations.",
    references=(cwe(829),),
)
NAMES_LIBRARY = Rule(
    id="OVN002",
    title="Layer names a library or a file",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="No operation of OpenVINO reads a file or loads a library. An extension that takes a "
    "path from the model does it with whatever the model's author chose.",
    remedy="Do not load the model with extensions before its author explains the path.",
    references=(cwe(73), cwe(114)),
)
RULES = (CUSTOM_OPERATION, NAMES_LIBRARY)

_OPSET = re.compile(r"opset([1-9][0-9]?)")
_KNOWN_OPSETS = 16
_LIBRARY = re.compile(r"\.(?:so(?:\.[0-9.]{1,20})?|dll|dylib|pyd|exe|cl)$", re.IGNORECASE)
_MOST = 20_000
_SHOWN = 50
_DIMENSIONS = 64
_NUMBER = re.compile(r"[0-9]{1,25}")
_PORT = (
    rb'\s*+<port id="[0-9]*+" precision="[A-Za-z0-9_]*+"(?: names="[^"<>&\x00-\x1f\x80-\xff]*+")?+'
    rb"(?:\s*+/>|>(?:\s*+<dim>-?[0-9]*+</dim>)++\s*+</port>)"
)
_EDGE = (
    rb'<edge from-layer="[0-9]*+" from-port="[0-9]*+" to-layer="[0-9]*+" to-port="[0-9]*+"\s*+/>'
)
_SILENT = re.compile(
    rb"<(input>|output>)(?:" + _PORT + rb")++\s*+</\1"
    rb"|(?:" + _EDGE + rb"\s*+(?=</?[a-z]))++"
    rb'|<data (?!offset)[a-z_]++="[A-Za-z0-9_, ]*+"\s*+/>(?=\s*+</?[a-z])'
)
"""Ports, edges, and attributes without a path: hardly any of a document is anything else. The
last one before something else stays, so that none is lost where no element may be."""


@dataclass(slots=True)
class IrDocument:
    """What one document says, met element by element."""

    markup: Markup
    depth: int = 0
    ear: Ear = field(default_factory=Ear)
    about: dict[str, str] = field(default_factory=dict)
    layers: int = 0
    layer: tuple[str, str, str] = ("", "", "")
    operations: dict[tuple[str, str], str] = field(default_factory=dict)
    constants: Layout = field(default_factory=Layout)
    paths: dict[str, str] = field(default_factory=dict)
    known: dict[str, Callable[[dict[str, str]], None] | None] = field(default_factory=dict)

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins."""
        self.depth += 1
        try:
            handle = self.known[name]
        except KeyError:
            handle = self._meet(name, attributes)
        if handle is not None:
            handle(dict(zip(attributes[::2], attributes[1::2], strict=True)))

    def end(self, _name: str) -> None:
        """An element ends."""
        self.depth -= 1

    def text(self, _data: str) -> None:
        """Characters are dimensions only."""

    def reduced(self, data: bytes, _before: bytes) -> bytes:
        """Without ports and edges; see :data:`_SILENT`."""
        return _SILENT.sub(_shortened, data)

    def _meet(self, name: str, attributes: list[str]) -> Callable[[dict[str, str]], None] | None:
        self.markup.see_element(name, attributes)
        handle: Callable[[dict[str, str]], None] | None = {
            "net": self._see_net,
            "layer": self._see_layer,
            "data": self._see_data,
            "weights": self._see_old_blob,
            "biases": self._see_old_blob,
            "custom": self._see_old_blob,
            "info": self._see_info,
            "Runtime_version": lambda said: self._see_named("runtime", said),
            "license": lambda said: self._see_named("license", said),
        }.get(name.rpartition(" ")[2])
        self.known[name] = handle
        return handle

    def _see_net(self, said: dict[str, str]) -> None:
        self.about.setdefault("name", said.get("name", ""))
        self.about.setdefault("version", said.get("version", ""))

    def _see_layer(self, said: dict[str, str]) -> None:
        self.layers += 1
        self.layer = (
            said.get("name", "")[:200],
            said.get("type", "")[:200],
            said.get("version", "")[:200],
        )
        if len(self.operations) > _MOST:
            raise LimitExceeded(f"names more than {_MOST} operations")
        self.operations.setdefault((self.layer[1], self.layer[2]), self.layer[0])

    def _see_data(self, said: dict[str, str]) -> None:
        name, kind, _ = self.layer
        if kind == "Const" and "offset" in said:
            dimensions = said.get("shape", "").replace(",", " ").split()
            if len(dimensions) > _DIMENSIONS:
                raise LimitExceeded(f"has a constant of {len(dimensions)} dimensions")
            shape = tuple(_number(each) for each in dimensions)
            self.constants.add(
                Constant(
                    name,
                    said.get("element_type", "").lower(),
                    shape,
                    _number(said["offset"]),
                    _number(said.get("size", "")),
                )
            )
            return
        for key, value in said.items():
            if _leads_out(value) and len(self.paths) < _MOST:
                self.paths.setdefault(value[:500], f"{name}, {key[:100]}")

    def _see_old_blob(self, said: dict[str, str]) -> None:
        """Weights as documents before version 10 name them; their shape is not said there."""
        if "offset" in said and "size" in said:
            offset, size = _number(said["offset"]), _number(said["size"])
            self.constants.add(Constant(self.layer[0], "", (), offset, size))

    def _see_info(self, said: dict[str, str]) -> None:
        name = {"OpenVINO Runtime": "runtime", "license": "license"}.get(said.get("name", ""))
        if name:
            self._see_named(name, said)

    def _see_named(self, name: str, said: dict[str, str]) -> None:
        self.about.setdefault(name, said.get("value", ""))

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """What of the layers is worth a finding; records what a newer release may know."""
        custom: dict[tuple[str, str], str] = {}
        tokenizer = False
        for (kind, version), name in self.operations.items():
            opset = _OPSET.fullmatch(version)
            if (opset and kind in STANDARD) or self._is_old:
                continue
            if version == "extension" and kind in TOKENIZERS:
                tokenizer = True
            elif opset and int(opset[1]) > _KNOWN_OPSETS:
                scope.skip(f"operation {kind[:100]} of {version}, which is not known")
            else:
                custom[kind, version] = name
        for (kind, version), name in list(custom.items())[:_SHOWN]:
            yield scope.finding(
                CUSTOM_OPERATION,
                f"Layer '{name[:200]}' is the operation '{kind}' of '{version}'.",
                anchor=f"{version}:{kind}",
                evidence={"operation": kind, "set": version, "others": len(custom) - 1},
            )
        if tokenizer:
            scope.describe(remote_code=["openvino-tokenizers"])
        for path, where in list(self.paths.items())[:_SHOWN]:
            yield scope.finding(
                NAMES_LIBRARY,
                f"'{path[:200]}' is named by layer {where[:200]}.",
                anchor=path[:200],
            )

    @property
    def _is_old(self) -> bool:
        """Documents before version 10 name no operation sets; no current runtime reads them."""
        version = self.about.get("version", "")
        return version.isdecimal() and len(version) < 3 and int(version) < 10

    def describe(self, scope: Scope) -> None:
        """Say what the document says of the model."""
        constants = self.constants.ordered()
        dtypes: dict[str, int] = {}
        for constant in constants:
            if constant.kind in DTYPES:
                name = DTYPES[constant.kind]
                dtypes[name] = dtypes.get(name, 0) + constant.elements
        scope.describe(
            framework="OpenVINO",
            framework_version=self.about.get("runtime", ""),
            format_version=self.about.get("version", ""),
            name=self.about.get("name", ""),
            license=self.about.get("license", ""),
            tensors=len(constants),
            parameters=sum(dtypes.values()),
            dtypes=dtypes,
            folder="openvino" if scope.name == "openvino_model.xml" else "",
        )


def read_document(
    blob: Blob, scope: Scope
) -> tuple[IrDocument, Markup, Malformed | LimitExceeded | None]:
    """The document, what its markup does, and what stopped the reading."""
    markup = Markup()
    document = IrDocument(markup)
    failure = read_elements(blob, scope, document, markup)
    return document, markup, failure


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``.xml`` of OpenVINO, with the ``.bin`` beside it as far as it is there."""
    document, markup, failure = read_document(blob, scope)
    yield from markup.findings(scope)
    if not document.layers and not failure and not markup.stopped:
        from seamark.scan.models.code.beside import examine as examine_text

        yield from examine_text(blob, scope)  # networks of other kinds begin with <net> as well
        return
    yield from document.findings(scope)
    weights = scope.beside(_stem(scope.name) + ".bin")
    short = document.constants.check(weights.size if weights else None)
    yield from document.constants.findings(scope)
    document.describe(scope)
    if weights is None and document.constants.ordered():
        scope.skip("weights: the .bin file is not beside the model")
    if failure:
        yield from examine_appended_zip(blob, scope, host="OpenVINO")
    if failure or short:
        raise failure or short  # type: ignore[misc]


def _shortened(match: "re.Match[bytes]") -> bytes:
    return b"<%s/>" % match[1][:-1] if match[1] else b""


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else -1


def _leads_out(value: str) -> bool:
    """Whether an attribute is a path that no operation has: a library, an address, a way up."""
    flat = value.replace("\\", "/")
    return bool(
        _LIBRARY.search(flat[-300:])
        or "../" in flat
        or flat.startswith(("//", "/etc/", "/usr/", "/var/", "/home/", "~/"))
        or "://" in flat
    )
