"""TensorFlow's operators: which exist, and which of them reach beyond tensors.

``operators.json`` lists what stock releases register (``tensorflow.python.framework`` gives the
list; see ``proofs/allowlists/tensorflow_operators.py``). What is in neither the list nor the
graph's own function library needs a native library.
"""

import json
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Effect(Enum):
    """What an operator does besides computing."""

    READS = "reads"
    LISTS = "lists"
    READS_DATA = "reads data from"
    LOADS_TABLE = "fills a table from"
    RESTORES = "restores tensors from"
    SAVES = "saves tensors to"
    WRITES = "writes"
    WRITES_DATA = "writes data to"
    CACHES = "keeps its data in"
    CONNECTS = "connects to"
    CALLS_PYTHON = "calls Python by"
    RUNS_PROGRAM = "runs"


class Reach(NamedTuple):
    """How an operator reaches out: the inputs (by position) and attributes that say where."""

    effect: Effect
    inputs: tuple[int, ...] = ()
    attributes: tuple[str, ...] = ()


def _table() -> dict[str, Reach]:
    table = {
        "ReadFile": Reach(Effect.READS, (0,)),
        "MatchingFiles": Reach(Effect.LISTS, (0,)),
        "MatchingFilesDataset": Reach(Effect.LISTS, (0,)),
        "ExperimentalMatchingFilesDataset": Reach(Effect.LISTS, (0,)),
        "WriteFile": Reach(Effect.WRITES, (0,)),
        "DumpTensor": Reach(Effect.WRITES, (), ("log_dir_path", "file_name")),
        "InitializeTableFromTextFile": Reach(Effect.LOADS_TABLE, (1,)),
        "InitializeTableFromTextFileV2": Reach(Effect.LOADS_TABLE, (1,)),
        "GenerateVocabRemapping": Reach(Effect.LOADS_TABLE, (0, 1)),
        "LoadAndRemapMatrix": Reach(Effect.RESTORES, (0,)),
        "DTensorRestoreV2": Reach(Effect.RESTORES, (0,)),
        "MergeV2Checkpoints": Reach(Effect.SAVES, (0, 1)),
        "CacheDataset": Reach(Effect.CACHES, (1,)),
        "CacheDatasetV2": Reach(Effect.CACHES, (1,)),
        "SnapshotDataset": Reach(
            Effect.WRITES_DATA, (1,), ("reader_path_prefix", "writer_path_prefix")
        ),
        "SnapshotDatasetV2": Reach(Effect.WRITES_DATA, (1,), ("reader_prefix", "writer_prefix")),
        "DatasetToTFRecord": Reach(Effect.WRITES_DATA, (1,)),
        "ExperimentalDatasetToTFRecord": Reach(Effect.WRITES_DATA, (1,)),
        "DistributedSave": Reach(Effect.CONNECTS, (1, 2)),
        "CreateSummaryFileWriter": Reach(Effect.WRITES_DATA, (1,)),
        "CreateSummaryDbWriter": Reach(Effect.WRITES_DATA, (1,)),
        "CalibrationStatisticsSaver": Reach(Effect.WRITES_DATA, (), ("output_file_path",)),
        "SqlDataset": Reach(Effect.READS_DATA, (1,)),
        "ExperimentalSqlDataset": Reach(Effect.READS_DATA, (1,)),
        "RecordInput": Reach(Effect.READS_DATA, (), ("file_pattern",)),
        "Skipgram": Reach(Effect.READS_DATA, (), ("filename",)),
        "NegTrain": Reach(Effect.READS_DATA),
        "FileSystemSetConfiguration": Reach(Effect.CONNECTS, (0, 1, 2)),
        "PyFunc": Reach(Effect.CALLS_PYTHON, (), ("token",)),
        "PyFuncStateless": Reach(Effect.CALLS_PYTHON, (), ("token",)),
        "EagerPyFunc": Reach(Effect.CALLS_PYTHON, (), ("token",)),
        "_EagerPyFunc": Reach(Effect.CALLS_PYTHON, (), ("token",)),
        "XlaCustomCall": Reach(Effect.RUNS_PROGRAM, (), ("target_name",)),
        "XlaCustomCallV2": Reach(Effect.RUNS_PROGRAM, (), ("call_target_name",)),
        "TRTEngineOp": Reach(Effect.RUNS_PROGRAM),
        "DatasetFromGraph": Reach(Effect.RUNS_PROGRAM),
        "MlirPassthroughOp": Reach(Effect.RUNS_PROGRAM),
        "XlaCallModule": Reach(Effect.RUNS_PROGRAM),
        "XlaLaunchV2": Reach(Effect.RUNS_PROGRAM),
        "RemoteFusedGraphExecute": Reach(Effect.RUNS_PROGRAM),
        "RemoteCall": Reach(Effect.CONNECTS, (0,)),
        "ConnectTPUEmbeddingHosts": Reach(Effect.CONNECTS),
    }
    for effect, names in {
        Effect.READS_DATA: "TextLineDataset TFRecordDataset TFRecordDatasetV2 LMDBDataset "
        "FixedLengthRecordDataset FixedLengthRecordDatasetV2 CSVDataset CSVDatasetV2 LoadDataset "
        "ExperimentalCSVDataset ExperimentalLMDBDataset SnapshotDatasetReader "
        "SnapshotChunkDataset ListSnapshotChunksDataset SnapshotNestedDatasetReader",
        Effect.RESTORES: "RestoreV2 Restore RestoreSlice",
        Effect.SAVES: "SaveV2 Save SaveSlices",
        Effect.CONNECTS: "RpcClient RpcServer RPC TryRpc BigQueryReader BigtableClient "
        "GcsConfigureCredentials GcsConfigureBlockCache",
    }.items():
        table.update({name: Reach(effect, (0,)) for name in names.split()})
    table.update({n: Reach(Effect.WRITES_DATA, (1,)) for n in ("SaveDataset", "SaveDatasetV2")})
    table.update(
        {
            name: Reach(Effect.READS_DATA)
            for name in "WholeFileReader WholeFileReaderV2 TextLineReader TextLineReaderV2 "
            "TFRecordReader TFRecordReaderV2 FixedLengthRecordReader FixedLengthRecordReaderV2 "
            "LMDBReader".split()
        }
    )
    for version in ("", "V2", "V3", "V4"):
        table[f"DataServiceDataset{version}"] = Reach(Effect.CONNECTS, (2,))
    for version in ("", "V2"):
        table[f"RegisterDataset{version}"] = Reach(Effect.CONNECTS, (1,))
    return table


REACHING = _table()
"""Operators that reach files, servers, Python or other programs."""

URL_ATTRIBUTES = {
    "PrintV2": "output_stream",
    "DebugIdentity": "debug_urls",
    "DebugIdentityV2": "debug_urls",
    "DebugIdentityV3": "debug_urls",
    "DebugNanCount": "debug_urls",
    "DebugNumericSummary": "debug_urls",
    "DebugNumericSummaryV2": "debug_urls",
    "Copy": "debug_ops_spec",
    "CopyHost": "debug_ops_spec",
    "FixedUnigramCandidateSampler": "vocab_file",
    "DecodeProtoV2": "descriptor_source",
    "EncodeProto": "descriptor_source",
}
"""Operators that reach out only where an attribute says so."""

CONSTANT_OPERATORS = frozenset({"Const", "HostConst"})
LOOPS = frozenset({"While", "StatelessWhile", "_While"})

TRANSPARENT = frozenset(
    """Identity IdentityN StopGradient PreventGradient Snapshot StringJoin ReduceJoin Select
    SelectV2 ShardedFilename ShardedFilespec PlaceholderWithDefault Pack Reshape ExpandDims
    Squeeze ConcatV2
    Concat StaticRegexFullMatch RegexFullMatch Merge Switch RefSwitch Fill StridedSlice Slice
    AsString Cast Shape NoOp GuaranteeConst EnsureShape VarHandleOp
    ReadVariableOp Equal NotEqual LogicalNot LogicalAnd LogicalOr Split SplitV Unpack Range Size
    Add AddV2 Sub Mul ShapeN Rank Placeholder PlaceholderV2 _Arg Const HostConst MergeV2Checkpoints
    """.split()
)
"""Operators that pass names on or join them, so that the parts tell the whole."""


@cache
def known_operators() -> frozenset[str]:
    """The operators that stock TensorFlow registers, over the releases in ``operators.json``."""
    text = files(__package__).joinpath("operators.json").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = json.loads(text)
    return frozenset(loaded["operators"])
