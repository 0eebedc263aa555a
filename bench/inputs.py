"""The files that are measured: made here, the same bytes every time."""

import json
import pickle
import random
import struct
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAVED = ROOT / "tests" / "data" / "benign"
GIB = 1 << 30
TENSORS = 8


def small_pickles(folder: Path, count: int = 2000) -> Path:
    """``count`` small pickles: three in four plain data, the rest models that libraries saved.

    The plain ones are configurations, vocabularies and lists of 5 to 60 numbers, protocols 2 to 5,
    100 bytes to 3 kB; the saved ones are those of tests/data/benign that are bare pickles under
    20 kB (scikit-learn, XGBoost, LightGBM, pandas, NumPy, SciPy, dill, cloudpickle), in turn.
    """
    chance = random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    origin = json.loads((SAVED / "from.json").read_text(encoding="utf-8"))
    models = [
        (SAVED / name).read_bytes()
        for name, row in sorted(origin.items())
        if row["kind"] == "pickle"
        and name.endswith(".pkl")
        and (SAVED / name).stat().st_size < 20_000
    ]
    for index in range(count):
        if index % 4 == 3:
            data = models[index // 4 % len(models)]
        else:
            numbers = [chance.random() for _ in range(chance.randrange(5, 60))]
            value = {
                "name": f"model-{index}",
                "layers": [chance.randrange(512) for _ in range(4)],
                "weights": numbers,
                "classes": ("no", "yes"),
                "vocabulary": {f"w{i}": i for i in range(9)},
            }
            data = pickle.dumps(value, protocol=2 + index % 4)
        (folder / f"{index // 500}").mkdir(exist_ok=True)
        (folder / f"{index // 500}" / f"m{index}.pkl").write_bytes(data)
    return folder


def _block() -> bytes:
    return random.Random(2).randbytes(1 << 20)


def torch_checkpoint(path: Path, size: int = GIB) -> Path:
    """A state dict of eight float tensors as torch.save writes it: 1 GiB of stored data."""
    from proofs.hostile.assembler import Apply, Persistent, Ref, pickled

    numel = size // TENSORS // 4
    state = {}
    for index in range(TENSORS):
        pid = ("storage", Ref("torch", "FloatStorage"), str(index), "cpu", numel)
        hooks = Apply(Ref("collections", "OrderedDict"), ())
        arguments = (Persistent(pid), 0, (numel // 1024, 1024), (1024, 1), False, hooks)
        state[f"layer.{index}.weight"] = Apply(Ref("torch._utils", "_rebuild_tensor_v2"), arguments)
    block = _block()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("model/data.pkl", pickled(state, 2))
        archive.writestr("model/byteorder", "little")
        for index in range(TENSORS):
            with archive.open(f"model/data/{index}", "w") as member:
                for _ in range(size // TENSORS // len(block)):
                    member.write(block)
        archive.writestr("model/version", "3\n")
    return path


def safetensors(path: Path, size: int = GIB) -> Path:
    """Eight float tensors, 1 GiB."""
    part = size // TENSORS
    header = {
        f"layer.{i}.weight": {
            "dtype": "F32",
            "shape": [part // 4096, 1024],
            "data_offsets": [i * part, (i + 1) * part],
        }
        for i in range(TENSORS)
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    block = _block()
    with path.open("wb") as handle:
        handle.write(struct.pack("<Q", len(text)) + text)
        for _ in range(size // len(block)):
            handle.write(block)
    return path


def sharded(folder: Path, size: int = 50 * GIB, shards: int = 20, tensors: int = 1500) -> Path:
    """A hub folder shaped like a 50 GB model: sparse shards, index, configuration, tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    each, held = tensors // shards, size // shards
    part = held // each // 2048 * 2048
    weight_map = {}
    for shard in range(shards):
        name = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        header = {}
        for place in range(each):
            tensor = f"model.layers.{shard}.mlp.experts.{place}.down_proj.weight"
            weight_map[tensor] = name
            header[tensor] = {
                "dtype": "BF16",
                "shape": [part // 2048, 1024],
                "data_offsets": [place * part, (place + 1) * part],
            }
        text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
        text += b" " * (-len(text) % 8)
        with (folder / name).open("wb") as handle:
            handle.write(struct.pack("<Q", len(text)) + text)
            handle.truncate(8 + len(text) + each * part)
    index = {"metadata": {"total_size": shards * each * part}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))
    config = {"architectures": ["MixtralForCausalLM"], "model_type": "mixtral"}
    (folder / "config.json").write_text(json.dumps(config))
    vocabulary = {f"token{number}": number for number in range(128_000)}
    model = {"type": "BPE", "vocab": vocabulary, "merges": [[f"t{i}", "a"] for i in range(127_000)]}
    tokenizer = {"version": "1.0", "added_tokens": [], "normalizer": None, "model": model}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, indent=2))
    return folder


def many_opcodes(path: Path, opcodes: int = 3_000_000) -> Path:
    """A plain pickle of about three million opcodes: lists of small dicts, as a dump of rows."""
    rows = [{"id": i, "score": i / 7, "tags": ["a", "b"], "ok": True} for i in range(opcodes // 19)]
    path.write_bytes(pickle.dumps(rows, protocol=4))
    return path


def rows(count: int) -> bytes:
    """A framed list of dicts for the engines alone."""
    return pickle.dumps(
        [{"id": i, "score": i / 7, "name": f"n{i}"} for i in range(count)], protocol=4
    )


__all__ = [
    "GIB",
    "many_opcodes",
    "rows",
    "safetensors",
    "sharded",
    "small_pickles",
    "torch_checkpoint",
]
