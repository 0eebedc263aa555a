import pytest

from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.weights.json_trees import read_json


def test_text_becomes_a_tree() -> None:
    assert read_json(BytesBlob(b'{"a": [1, null]}'), "it") == {"a": [1, None]}


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 100_000, b'"\xff"'])
def test_what_is_not_json_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        read_json(BytesBlob(text), "it")


@pytest.mark.parametrize("text", [b" " * (17 << 20), b"[" + b"[]," * 1_000_000 + b"0]"])
def test_what_would_cost_too_much_is_refused(text: bytes) -> None:
    with pytest.raises(LimitExceeded):
        read_json(BytesBlob(text), "it")
