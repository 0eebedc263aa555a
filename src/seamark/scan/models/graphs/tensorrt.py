"""TensorRT engines: compiled and undocumented, so never clean; what can be told is told.

Since release 8.6 the four bytes from 24 on are the version (NVIDIA/TensorRT issue 3073). An engine
may carry plugins' shared libraries and a runtime of its own, which the loader runs where the
application allows it: https://docs.nvidia.com/deeplearning/tensorrt/latest/inference-library/
version-compatibility.html. Kernels for the GPU lie in it as ELF images of another machine.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models import rules
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.tails import examine_appended_zip

PROGRAM = Rule(
    id="TRT001",
    title="Engine carries a native library",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="A shared library inside of an engine is loaded into the process that opens the engine, "
    "where it may run anything. It is how plugins travel, and no model needs it.",
    remedy="Do not load the engine. Build it again from the model, with plugins that you built.",
    references=(cwe(829), atlas("AML.T0011.000")),
)
LEAN_RUNTIME = Rule(
    id="TRT002",
    title="Engine carries its own runtime",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A version-compatible engine brings a copy of the lean runtime that loaders run if told "
    "to trust it. That copy can be any library.",
    remedy="Build engines without the runtime (exclude lean runtime), or build it again yourself.",
    references=(cwe(829),),
)
CUSTOM_PLUGIN = Rule(
    id="TRT003",
    title="Engine needs a plugin that is not TensorRT's own",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The layer is native code in a library that the application has to load; neither the "
    "code nor what it does with the engine's data was seen.",
    remedy="Find out which library provides the plugin and review it.",
    references=(cwe(829),),
)

RULES = (PROGRAM, LEAN_RUNTIME, CUSTOM_PLUGIN)

_OWN_PLUGINS = frozenset(
    """BatchTilePlugin_TRT BatchedNMS_TRT BatchedNMSDynamic_TRT BatchedNMSDynamicPlugin_TRT Clip_TRT
    CoordConvAC CropAndResize CropAndResizeDynamic CropAndResizePlugin_TRT
    CustomEmbLayerNormPluginDynamic CustomFCPluginDynamic CustomGeluPluginDynamic
    CustomQKVToContextPluginDynamic CustomSkipLayerNormPluginDynamic DecodeBbox3DPlugin
    DetectionLayer_TRT DisentangledAttention_TRT EfficientNMS_TRT EfficientNMS_ONNX_TRT
    EfficientNMS_Explicit_TF_TRT EfficientNMS_Implicit_TF_TRT FlattenConcat_TRT
    GenerateDetection_TRT GridAnchor_TRT GridAnchorRect_TRT GroupNormalizationPlugin
    GroupNormalizationPlugin_TRT
    InstanceNormalization_TRT LReLU_TRT ModulatedDeformConv2d MultilevelCropAndResize_TRT
    MultilevelProposeROI_TRT MultiscaleDeformableAttnPlugin_TRT NMS_TRT NMSDynamic_TRT
    Normalize_TRT PillarScatterPlugin PriorBox_TRT ProposalDynamic ProposalLayer_TRT Proposal
    PyramidROIAlign_TRT RPROI_TRT Region_TRT Reorg_TRT ResizeNearest_TRT ROIAlign_TRT
    ScatterElements ScatterND SingleStepLSTMPlugin SpecialSlice_TRT Split
    VoxelGeneratorPlugin""".split()
)
"""Plugins of https://github.com/NVIDIA/TensorRT/tree/main/plugin."""

_ELF = b"\x7fELF"
_GPU_MACHINES = frozenset({190, 224})
_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{2,80}\Z", re.ASCII)
_MARKS = (b"_TRT", b"Plugin")
_TAIL = re.compile(
    rb"(?:Plugin(?:V[0-9])?(?:Dynamic)?(?:IO)?(?:Ext)?(?:_TRT)?|_TRT)(?![A-Za-z0-9_])"
)
_CHUNK = 4 << 20
_OVERLAP = 256
_SEARCHED = 1 << 30
_RUNTIME = (b"nvinfer_lean", b"nvinfer_dispatch")
_MOST = 200


@dataclass(slots=True)
class _Seen:
    """Plugins by name, and native libraries by offset: their machine."""

    plugins: dict[str, int] = field(default_factory=dict)
    libraries: dict[int, str] = field(default_factory=dict)
    runtime: bool = False


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """What an engine carries and needs; and that it could not be examined."""
    head = blob.read(0, 32)
    version = ".".join(str(part) for part in head[24:28])
    plausible = head.startswith(b"ftrt") and len(head) > 27 and 8 <= head[24] <= 30
    scope.describe(framework="TensorRT", framework_version=version if plausible else "")
    seen = _search(blob, scope)
    for offset, machine in list(seen.libraries.items())[:_MOST]:
        rule = LEAN_RUNTIME if seen.runtime else PROGRAM
        message = f"A native library for {machine} lies in the engine."
        yield scope.finding(rule, message, anchor=f"library {machine}", offset=offset)
    for name, offset in seen.plugins.items():
        if name not in _OWN_PLUGINS:
            yield scope.finding(
                CUSTOM_PLUGIN, f"The engine names the plugin '{name}'.", anchor=name, offset=offset
            )
    named = ", ".join(sorted(seen.plugins)[:20])
    yield scope.finding(
        rules.NOT_YET_READ,
        "A TensorRT engine is compiled for one machine in a format that is not documented"
        + (f"; it names {named}." if named else "."),
        anchor="tensorrt",
    )
    yield from examine_appended_zip(blob, scope, host="tensorrt")


def _search(blob: Blob, scope: Scope) -> _Seen:
    seen = _Seen()
    for offset in range(0, min(blob.size, _SEARCHED), _CHUNK):
        scope.meter.check_time()
        data = blob.read(max(0, offset - _OVERLAP), _CHUNK + min(offset, _OVERLAP))
        scope.tally.bytes += len(data)
        base = max(0, offset - _OVERLAP)
        _find_libraries(data, base, blob, seen)
        _find_plugins(data, base, seen)
        seen.runtime = seen.runtime or any(mark in data for mark in _RUNTIME)
    if blob.size > _SEARCHED:
        scope.skip(f"what lies behind the first {_SEARCHED} bytes of the engine")
    return seen


def _find_libraries(data: bytes, base: int, blob: Blob, seen: _Seen) -> None:
    for mark in (_ELF, b"MZ", b"\xcf\xfa\xed\xfe"):
        at = data.find(mark)
        while at >= 0 and len(seen.libraries) < _MOST:
            machine = _machine(mark, base + at, blob)
            if machine:
                seen.libraries.setdefault(base + at, machine)
            at = data.find(mark, at + 1)


def _machine(mark: bytes, at: int, blob: Blob) -> str:
    """What a program is for; empty where it is none, or a kernel for the GPU."""
    head = blob.read(at, 1024)
    if mark == _ELF:
        if len(head) < 52 or head[4] not in (1, 2) or head[5] not in (1, 2) or head[6] != 1:
            return ""
        order = "little" if head[5] == 1 else "big"
        number = int.from_bytes(head[18:20], order)  # type: ignore[arg-type]
        names = {62: "x86-64", 183: "ARM 64", 3: "x86", 40: "ARM"}
        return "" if number in _GPU_MACHINES else names.get(number, f"ELF machine {number}")
    if mark == b"MZ":
        pointer = int.from_bytes(head[60:64], "little")
        found = len(head) > 63 and blob.read(at + pointer, 4) == b"PE\0\0" and pointer < 4096
        return "Windows" if found else ""
    return "macOS" if head[12:16] in (b"\2\0\0\0", b"\6\0\0\0", b"\x08\0\0\0") else ""


def _find_plugins(data: bytes, base: int, seen: _Seen) -> None:
    """Names that end like a plugin's, with the characters of a name before."""
    if not any(mark in data for mark in _MARKS):
        return
    for found in _TAIL.finditer(data):
        start = max(0, found.start() - 80)
        name = _NAME.search(data[start : found.end()])
        if name and len(seen.plugins) < _MOST:
            seen.plugins.setdefault(name[0].decode("ascii"), base + start + name.start())
