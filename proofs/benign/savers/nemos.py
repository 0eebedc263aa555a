"""Small NeMo models with random weights, as ``save_to`` of each class packs them."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import os
import sys
import tarfile
import warnings

from record import Shelf

_MEL = {
    "_target_": "nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor",
    "features": 16,
}
_MFCC = {"_target_": "nemo.collections.asr.modules.AudioToMFCCPreprocessor", "n_mfcc": 16}
_BLOCK = {
    "filters": 16,
    "repeat": 1,
    "kernel": [3],
    "stride": [1],
    "dilation": [1],
    "dropout": 0.0,
    "residual": False,
    "separable": True,
    "se": False,
}
_CONV = {
    "_target_": "nemo.collections.asr.modules.ConvASREncoder",
    "feat_in": 16,
    "activation": "relu",
    "conv_mask": True,
    "jasper": [_BLOCK],
}
_CONFORMER = {
    "_target_": "nemo.collections.asr.modules.ConformerEncoder",
    "feat_in": 16,
    "n_layers": 1,
    "d_model": 16,
    "n_heads": 2,
    "subsampling_factor": 4,
    "conv_kernel_size": 3,
}
_OPTIMIZER = {
    "name": "adamw",
    "lr": 0.01,
    "betas": [0.9, 0.98],
    "sched": {"name": "CosineAnnealing", "warmup_steps": 10},
}
_LETTERS = list("ab c")


def _ctc(encoder):
    return {
        "preprocessor": _MEL, "encoder": encoder, "optim": _OPTIMIZER,
        "spec_augment": {"_target_": "nemo.collections.asr.modules.SpectrogramAugmentation", "freq_masks": 1},
        "decoder": {"_target_": "nemo.collections.asr.modules.ConvASRDecoder", "feat_in": 16, "num_classes": 4, "vocabulary": _LETTERS},
    }  # fmt: skip


def _transducer():
    inner = {"pred_hidden": 8, "pred_rnn_layers": 1, "t_max": None, "dropout": 0.0}
    return {
        "labels": _LETTERS, "preprocessor": _MEL, "encoder": _CONFORMER, "optim": _OPTIMIZER,
        "model_defaults": {"enc_hidden": 16, "pred_hidden": 8, "joint_hidden": 8},
        "decoder": {"_target_": "nemo.collections.asr.modules.RNNTDecoder", "normalization_mode": None, "random_state_sampling": False, "blank_as_pad": True, "prednet": inner, "vocab_size": 4},
        "joint": {"_target_": "nemo.collections.asr.modules.RNNTJoint", "log_softmax": None, "preserve_memory": False, "num_classes": 4, "vocabulary": _LETTERS,
                  "jointnet": {"joint_hidden": 8, "encoder_hidden": 16, "pred_hidden": 8, "activation": "relu", "dropout": 0.0}},
        "decoding": {"strategy": "greedy", "greedy": {"max_symbols": 3}}, "loss": {"loss_name": "default"},
    }  # fmt: skip


def main(out):
    """Models that need no data."""
    warnings.simplefilter("ignore")
    shelf = Shelf(out, "nemo", "nemo_toolkit")
    from nemo.collections.asr import models
    from omegaconf import OmegaConf

    speaker = {
        "preprocessor": _MEL, "encoder": _CONV, "optim": _OPTIMIZER, "loss": {"scale": 30, "margin": 0.2},
        "decoder": {"_target_": "nemo.collections.asr.modules.SpeakerDecoder", "feat_in": 16, "num_classes": 2, "pool_mode": "xvector", "emb_sizes": 8},
    }  # fmt: skip
    words = {
        "preprocessor": _MFCC, "encoder": _CONV, "optim": _OPTIMIZER, "labels": ["yes", "no"],
        "decoder": {"_target_": "nemo.collections.asr.modules.ConvASRDecoderClassification", "feat_in": 16, "num_classes": 2},
    }  # fmt: skip
    made = {
        "ctc-conv": (models.EncDecCTCModel, _ctc(_CONV)),
        "ctc-conformer": (models.EncDecCTCModel, _ctc(_CONFORMER)),
        "transducer": (models.EncDecRNNTModel, _transducer()),
        "speaker": (models.EncDecSpeakerLabelModel, speaker),
        "words": (models.EncDecClassificationModel, words),
    }
    for name, (cls, config) in made.items():

        def write(path, cls=cls, config=config):
            cls(cfg=OmegaConf.create(config)).save_to(path)

        shelf.save(name + ".nemo", write, kind="nemo")

    def unpack(folder):
        with tarfile.open(os.path.join(shelf.folder, "ctc-conv.nemo")) as archive:
            archive.extractall(folder, filter="data")

    shelf.save("unpacked", unpack, kind="nemo", folder=True)
    print("nemo", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
