"""Operators that TFLite does not have built in: custom ones, and TensorFlow's through Flex."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.limits import Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.tensorflow import tflite_rules as rules
from seamark.scan.models.tensorflow.flexbuffers import read_flex
from seamark.scan.models.tensorflow.nodes import Place, attributes, read_node, read_value
from seamark.scan.models.tensorflow.operators import REACHING, URL_ATTRIBUTES, known_operators
from seamark.scan.models.tensorflow.tflite_model import Model
from seamark.scan.models.weights.protobuf import Wires

STOCK = frozenset({"TFLite_Detection_PostProcess", "Mfcc", "AudioSpectrogram", "NumericVerify"})
"""Custom operators that every stock interpreter registers."""

_FLEX = "Flex"
_OPTIONS_LIMIT = 4 << 20
_LOCAL = ("stdout", "stderr", "log(", "local://", "bytes://")


def examine_code(name: str, scope: Scope) -> Iterator[Finding]:
    """Findings about one custom operator by its name."""
    if name in STOCK:
        return
    shown = name[:100]
    inner = name.removeprefix(_FLEX)
    if inner != name and inner in REACHING:
        effect = REACHING[inner].effect.value
        yield scope.finding(
            rules.REACHES_OUT,
            f"The operator '{shown}' {effect} what it is given.",
            anchor=inner[:200],
            evidence={"operator": inner[:200]},
        )
    elif inner == name or inner not in known_operators():
        yield scope.finding(
            rules.CUSTOM_OPERATOR,
            f"The model needs the custom operator '{shown}'.",
            anchor=name[:200],
            evidence={"operator": name[:200]},
        )


def examine_options(model: Model, blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in the nodes that Flex operators carry; other custom options are theirs alone."""
    seen: set[tuple[str, str]] = set()
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            code = model.codes[operator.code] if operator.code < len(model.codes) else None
            options = operator.options
            if code is None or options is None or not code.custom.startswith(_FLEX):
                continue
            scope.meter.check_time()
            if options.length > _OPTIONS_LIMIT:
                scope.skip(f"options of {options.length} bytes of '{code.custom[:100]}'")
                continue
            data = blob.read(options.start, options.length)
            for finding in _examine_flex(code.custom, data, scope):
                key = (finding.rule.id, finding.anchor)
                if key not in seen:
                    seen.add(key)
                    yield finding


def _examine_flex(custom: str, data: bytes, scope: Scope) -> Iterator[Finding]:
    named = custom.removeprefix(_FLEX)
    try:
        held = read_flex(data)
        wires = Wires(BytesBlob(held.node))
        place = Place(0, len(held.node))
        node = read_node(wires, place)
        urls = _urls(wires, place, node.operator)
    except Malformed as error:
        scope.skip(f"the options of '{custom[:100]}': {error.reason}")
        return
    if node.operator not in (named, "") or held.name != named:
        yield scope.finding(
            rules.DISAGREES,
            f"The operator '{custom[:100]}' runs '{node.operator[:100]}'.",
            anchor=f"{named[:100]}:{node.operator[:100]}",
            evidence={"called": held.name[:200], "runs": node.operator[:200]},
        )
        yield from examine_code(_FLEX + node.operator, scope)
    for url in urls:
        yield scope.finding(
            rules.REACHES_OUT,
            f"The operator '{custom[:100]}' opens '{url[:200]}'.",
            anchor=f"{named[:100]}:{url[:200]}",
        )


def _urls(wires: Wires, place: Place, operator: str) -> list[str]:
    """What an operator opens, for those that are told by an attribute."""
    wanted = URL_ATTRIBUTES.get(operator)
    found: list[str] = []
    if wanted:
        for name, value in attributes(wires, place):
            if name == wanted:
                texts = read_value(wires, value).texts
                found += [text for text in texts if text and not text.startswith(_LOCAL)]
    return found
