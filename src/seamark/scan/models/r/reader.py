"""R data: header, values, raw bytes in them, and the names that a workspace binds.

Loading builds the values; nothing of them runs unless it is a promise, a function that R calls by
its name, or until the program uses the object, as programs do with a model.
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import Malformed
from seamark.scan.models.r import rules
from seamark.scan.models.r.kinds import WORKSPACES
from seamark.scan.models.r.parser import Parser
from seamark.scan.models.r.streams import Stream, open_stream
from seamark.scan.models.r.values import Other, Value
from seamark.scan.models.r.witness import Witness
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

_RUN_BY_R = frozenset(
    ".First .First.sys .Last .Last.sys .onLoad .onAttach .onUnload .onDetach .Last.lib".split()
)
_HIDDEN = frozenset(
    """print cat library require q quit c list load readRDS source eval get assign paste message
    warning stop invisible options ls rm str return data.frame file.path exists ( { [ [[ $ <- = +
    - * / if for while function repeat :: ::: @ !""".split()
)
_RAW_FORMATS = frozenset(
    """pickle zip gzip bzip2 xz 7z executable r_data xgboost-ubjson xgboost-binary xgboost lightgbm
    catboost hdf5 gguf safetensors npy""".split()
)


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one file of R data, as it is after decompression."""
    is_workspace = blob.read(0, 5) in WORKSPACES
    stream = open_stream(blob, 5 if is_workspace else 0, scope.meter)
    encoding = blob.read(5 if is_workspace else 0, 1).decode("ascii")
    _read_header(stream, encoding, scope)
    witness = Witness(scope)
    parser = Parser(stream, scope.meter, witness)
    bound: list[str] = []

    def meet(name: str, value: Value) -> Iterator[Finding]:
        bound.append(name)
        yield from _examine_binding(name, value, scope)
        if len(bound) == 1:
            witness.top(value)

    try:
        yield from parser.run(meet if is_workspace else None)
    finally:
        scope.tally.bytes += min(stream.offset, blob.size)
    if witness.classes and len(bound) <= 1:
        scope.describe(architecture=witness.classes[0])
    if encoding != "A":
        yield from _examine_raw(witness.raws, blob, scope)
    yield from _examine_rest(stream.offset, encoding, blob, scope)


def _read_header(stream: Stream, encoding: str, scope: Scope) -> None:
    version, writer, _least = stream.integer(), stream.integer(), stream.integer()
    if version not in (2, 3):
        raise Malformed(f"there is no version {version} of R's data", 2)
    if version == 3:
        length = stream.integer()
        if not 0 <= length <= 64:
            raise Malformed("the name of the native encoding is too long", stream.offset)
        stream.text(length)
    scope.describe(
        framework="R",
        framework_version=f"{writer >> 16 & 0xFFFF}.{writer >> 8 & 255}.{writer & 255}",
        format_version=f"{version} {encoding}",
    )


def _examine_binding(name: str, value: Value, scope: Scope) -> Iterator[Finding]:
    if not isinstance(value, Other) or value.kind != "function":
        return
    if name in _RUN_BY_R or name in _HIDDEN:
        what = "runs by itself" if name in _RUN_BY_R else "calls everywhere"
        yield scope.finding(
            rules.RUNS_AT_START,
            f"The workspace binds the function '{name}', which R {what}.",
            anchor=name,
        )


def _examine_raw(raws: list[tuple[int, int]], blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Boosters, pickles and other files that objects carry as vectors of bytes."""
    from seamark.scan.models.router import detect

    for offset, length in raws:
        scope.meter.check_time()
        part = blob.slice(offset, length)
        found = detect(part)
        if found is not None and found.name in _RAW_FORMATS:
            yield from scope.examine(part, "(raw vector)")


def _examine_rest(end: int, encoding: str, blob: Blob, scope: Scope) -> Iterator[Finding]:
    rest = blob.read(end, 1 << 16)
    if encoding == "A":
        rest = rest.strip()
    if rest.strip(b"\0"):
        yield scope.finding(
            rules.TRAILING,
            f"{blob.size - end} bytes follow the end of the data.",
            anchor="trailing",
            offset=end,
        )
        yield from examine_trailing(blob, scope, end)
    yield from examine_appended_zip(blob, scope, host="R")
