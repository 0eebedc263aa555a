"""Libraries under ``safe_load``: refused before anything runs, or the same objects as without."""

import os
import pickle
from pathlib import Path

import pytest

from seamark.harden.loading import UnsafeModel, safe_load
from seamark.harden.loading.sources import IN_MEMORY, PAGE, KeptBlob, open_path


class Payload:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


@pytest.fixture
def marker(tmp_path: Path):
    """A path that must not exist after the test."""
    place = tmp_path / "it-ran"
    yield place
    assert not place.exists()


def need(name: str):
    return pytest.importorskip(name, reason=f"pip install {name}")


def test_numpy(tmp_path, marker):
    np = need("numpy")
    values = np.arange(12.0).reshape(3, 4)
    np.save(tmp_path / "a.npy", values)
    np.savez(tmp_path / "a.npz", x=values, y=values[0])
    np.save(tmp_path / "bad.npy", np.array([Payload(marker)], dtype=object))
    np.savez(tmp_path / "bad.npz", x=np.array([Payload(marker)], dtype=object))
    (tmp_path / "bad2.npy").write_bytes(pickle.dumps(Payload(marker)))
    with safe_load():
        assert (np.load(tmp_path / "a.npy") == values).all()
        mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
        assert (mapped == values).all()
        assert type(mapped) is np.memmap
        assert Path(mapped.filename) == tmp_path / "a.npy"
        with np.load(tmp_path / "a.npz") as archive, (tmp_path / "a.npy").open("rb") as file:
            assert (archive["x"] == values).all()
            assert (np.load(file) == values).all()
        for name in ("bad.npy", "bad.npz", "bad2.npy"):
            with pytest.raises(UnsafeModel):
                np.load(tmp_path / name, allow_pickle=True)
            with pytest.raises(UnsafeModel), (tmp_path / name).open("rb") as file:
                np.load(file, allow_pickle=True)


@pytest.mark.parametrize("compress", [0, 3])
def test_joblib(tmp_path, marker, compress):
    joblib, np = need("joblib"), need("numpy")
    value = {"w": np.arange(5000.0), "o": np.array(["a", 1], dtype=object)}
    joblib.dump(value, tmp_path / "m.joblib", compress=compress)
    joblib.dump([np.arange(99.0), Payload(marker)], tmp_path / "bad.joblib", compress=compress)
    with safe_load():
        loaded = joblib.load(tmp_path / "m.joblib")
        assert (loaded["w"] == value["w"]).all()
        assert (loaded["o"] == value["o"]).all()
        with (tmp_path / "m.joblib").open("rb") as file:
            assert (joblib.load(file)["w"] == value["w"]).all()
        with pytest.raises(UnsafeModel):
            joblib.load(tmp_path / "bad.joblib")
        with pytest.raises(UnsafeModel), (tmp_path / "bad.joblib").open("rb") as file:
            joblib.load(file)


def test_onnx_and_safetensors(tmp_path):
    onnx, numpy_io, np = need("onnx"), need("safetensors.numpy"), need("numpy")
    numpy_io.save_file({"w": np.ones(4)}, tmp_path / "m.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"\x02" + b"\0" * 7 + b"{}" + b"left over" * 9)
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    info = [onnx.helper.make_tensor_value_info(n, 1, [1]) for n in "xy"]
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([node], "g", info[:1], info[1:])),
              tmp_path / "m.onnx")  # fmt: skip
    with safe_load():
        assert (numpy_io.load_file(tmp_path / "m.safetensors")["w"] == 1).all()
        assert onnx.load(tmp_path / "m.onnx").graph.node[0].op_type == "Relu"
        with pytest.raises(UnsafeModel):
            numpy_io.load_file(tmp_path / "bad.safetensors")


@pytest.mark.parametrize("legacy", [False, True])
def test_torch(tmp_path, marker, legacy):
    torch = need("torch")
    state = {"w": torch.arange(6.0).reshape(2, 3), "n": 3}
    zipped = not legacy
    torch.save(state, tmp_path / "m.pt", _use_new_zipfile_serialization=zipped)
    torch.save([state, Payload(marker)], tmp_path / "bad.pt", _use_new_zipfile_serialization=zipped)
    with safe_load():
        for weights_only in (True, False):
            loaded = torch.load(tmp_path / "m.pt", weights_only=weights_only)
            assert torch.equal(loaded["w"], state["w"])
            with pytest.raises(UnsafeModel):
                torch.load(tmp_path / "bad.pt", weights_only=weights_only)
            with (tmp_path / "m.pt").open("rb") as file:
                assert torch.equal(torch.load(file, weights_only=weights_only)["w"], state["w"])
            with pytest.raises(UnsafeModel), (tmp_path / "bad.pt").open("rb") as file:
                torch.load(file, weights_only=weights_only)
        if zipped:
            assert torch.equal(torch.load(tmp_path / "m.pt", mmap=True)["w"], state["w"])
            with pytest.raises(UnsafeModel):
                torch.load(tmp_path / "bad.pt", mmap=True, weights_only=False)


def test_large_torch_checkpoint_comes_from_kept_pages(tmp_path):
    torch = need("torch")
    state = {f"w{i}": torch.randn(1 << 20) for i in range(6)}
    torch.save(state, tmp_path / "m.pt")
    assert (tmp_path / "m.pt").stat().st_size > IN_MEMORY
    with safe_load():
        loaded = torch.load(tmp_path / "m.pt")
    assert all(torch.equal(loaded[key], state[key]) for key in state)


def test_estimator(tmp_path):
    need("sklearn")
    import joblib
    from sklearn.datasets import make_classification
    from sklearn.ensemble import RandomForestClassifier

    x, y = make_classification(random_state=0)
    model = RandomForestClassifier(5, random_state=0).fit(x, y)
    joblib.dump(model, tmp_path / "m.joblib")
    with safe_load():
        loaded = joblib.load(tmp_path / "m.joblib")
    assert type(loaded) is type(model)
    assert (loaded.predict_proba(x) == model.predict_proba(x)).all()


def test_what_was_read_is_what_is_handed_over(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"A" * (IN_MEMORY + 5 * PAGE))
    source = open_path(path)
    assert source is not None
    assert isinstance(source.blob, KeptBlob)
    assert source.blob.read(PAGE + 10, 20) == b"A" * 20
    with path.open("r+b") as file:
        file.write(b"B" * (3 * PAGE))
    with source.open() as handed:
        data = handed.read()
    assert data[:PAGE] == b"B" * PAGE
    assert data[PAGE : 2 * PAGE] == b"A" * PAGE
    assert data[2 * PAGE : 3 * PAGE] == b"B" * PAGE
    assert len(data) == IN_MEMORY + 5 * PAGE
    assert source.changed()
    source.close()


def test_pipe_by_name_is_refused(tmp_path):
    np = need("numpy")
    os.mkfifo(tmp_path / "pipe")
    with safe_load(), pytest.raises(UnsafeModel):
        np.load(tmp_path / "pipe")


def test_missing_file_is_still_that(tmp_path):
    np = need("numpy")
    with safe_load(), pytest.raises(FileNotFoundError):
        np.load(tmp_path / "absent.npy")
