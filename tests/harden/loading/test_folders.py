"""Whole folders: transformers' models, in ``.venvs/torch`` where they are installed."""

import json

import pytest

from seamark.harden.loading import UnsafeModel, safe_load


@pytest.fixture
def saved(tmp_path):
    """A small model that transformers really saved."""
    transformers = pytest.importorskip("transformers", reason="pip install transformers torch")
    pytest.importorskip("torch", reason="pip install torch")
    config = transformers.BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1,
                                     intermediate_size=8, vocab_size=16)  # fmt: skip
    model = transformers.BertModel(config)
    model.save_pretrained(tmp_path / "m")
    return tmp_path / "m", model


def test_model(saved):
    import torch
    from transformers import AutoModel

    folder, model = saved
    with safe_load():
        loaded = AutoModel.from_pretrained(folder)
    assert type(loaded) is type(model)
    ours, theirs = model.state_dict(), loaded.state_dict()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_remote_code_that_acts_is_refused(saved, tmp_path):
    from transformers import AutoModel

    folder, _model = saved
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "modeling_x.X"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "modeling_x.py").write_text(f"import os\nos.mkdir({str(tmp_path / 'ran')!r})\n")
    with safe_load(), pytest.raises(UnsafeModel):
        AutoModel.from_pretrained(folder, trust_remote_code=True)
    assert not (tmp_path / "ran").exists()


def test_what_is_not_here_is_refused(saved):
    from transformers import AutoConfig

    with safe_load(), pytest.raises(UnsafeModel, match="download it first"):
        AutoConfig.from_pretrained("somebody/absent-model")
