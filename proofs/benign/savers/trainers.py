"""What training with transformers leaves beside the weights: arguments, states, tokenizers."""

import os
import pickle
import sys
import warnings

from record import Shelf


def _torch(thing):
    def write(path):
        import torch

        torch.save(thing(), path)

    return write


def _pickle(thing, protocol=None):
    def write(path):
        with open(path, "wb") as file:
            pickle.dump(thing(), file, protocol=protocol)

    return write


def _arguments(shelf):
    import transformers
    from transformers import Seq2SeqTrainingArguments, TrainingArguments

    plain = {"output_dir": "x", "report_to": []}
    variants = {
        "plain": {},
        "epochs": {
            "eval_strategy": "epoch",
            "save_strategy": "epoch",
            "load_best_model_at_end": True,
        },
        "cosine": {"lr_scheduler_type": "cosine", "warmup_steps": 10, "optim": "adafactor"},
        "hub": {"hub_strategy": "checkpoint", "logging_strategy": "no"},
        "accelerator": {
            "accelerator_config": {"split_batches": True},
            "gradient_accumulation_steps": 4,
        },
        "debug": {"debug": "underflow_overflow", "dataloader_num_workers": 2},
        "compile": {"torch_compile": True},
        "cpu": {"use_cpu": True, "bf16": False},
    }
    for name, extra in variants.items():
        shelf.save(
            f"{name}/training_args.bin",
            _torch(lambda e=extra: TrainingArguments(**plain, **e)),
            kind="torch-zip",
        )
    shelf.save(
        "seq2seq/training_args.bin",
        _torch(lambda: Seq2SeqTrainingArguments(**plain, predict_with_generate=True)),
        kind="torch-zip",
    )
    shelf.save(
        "generation/training_args.bin",
        _torch(
            lambda: Seq2SeqTrainingArguments(
                **plain, generation_config=transformers.GenerationConfig(max_length=20)
            )
        ),
        kind="torch-zip",
    )
    shelf.save("arguments.pkl", _pickle(lambda: TrainingArguments(**plain)))


def _checkpoints(out, shelf):
    """A checkpoint folder as the trainer leaves it, after two steps."""
    import torch
    import transformers
    from transformers import Trainer, TrainingArguments

    config = transformers.BertConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        vocab_size=50,
    )
    rows = [{"input_ids": torch.tensor([1, 2, 3]), "labels": torch.tensor(1)} for _ in range(4)]
    for kind in ("linear", "cosine", "constant"):

        def write(folder, schedule=kind):
            arguments = TrainingArguments(
                output_dir=folder,
                report_to=[],
                max_steps=2,
                save_steps=1,
                lr_scheduler_type=schedule,
                per_device_train_batch_size=2,
                use_cpu=True,
                disable_tqdm=True,
            )
            Trainer(
                model=transformers.BertForSequenceClassification(config),
                args=arguments,
                train_dataset=rows,
            ).train()

        shelf.save(f"run-{kind}", write, kind="trainer", folder=True)


def _tokenizers(shelf):
    import transformers
    from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, trainers

    def inner(model=None):
        made = Tokenizer(
            model or models.WordLevel({"[UNK]": 0, "[PAD]": 1, "a": 2, "b": 3}, unk_token="[UNK]")
        )
        made.pre_tokenizer = pre_tokenizers.Whitespace()
        made.normalizer = normalizers.Lowercase()
        return made

    def trained():
        made = Tokenizer(models.BPE(unk_token="[UNK]"))
        made.pre_tokenizer = pre_tokenizers.ByteLevel()
        made.train_from_iterator(
            ["low lower lowest"] * 5,
            trainers.BpeTrainer(vocab_size=60, special_tokens=["[UNK]"], show_progress=False),
        )
        return made

    def fast(tokenizer):
        return transformers.PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            unk_token="[UNK]",
            pad_token=AddedToken("[PAD]", lstrip=True),
        )

    for protocol in (2, 5):
        shelf.save(f"tokenizer-{protocol}.pkl", _pickle(inner, protocol))
        shelf.save(f"tokenizer-bpe-{protocol}.pkl", _pickle(trained, protocol))
        shelf.save(f"fast-{protocol}.pkl", _pickle(lambda: fast(inner()), protocol))
    shelf.save("added.pkl", _pickle(lambda: AddedToken("x", single_word=True)))
    shelf.save("batch.pkl", _pickle(lambda: fast(inner())("a b")))
    shelf.save(
        "batch.pt", _torch(lambda: fast(inner())("a b", return_tensors="pt")), kind="torch-zip"
    )
    shelf.save("collator.pkl", _pickle(lambda: transformers.DataCollatorWithPadding(fast(inner()))))


def _configurations(shelf):
    import transformers

    for name in (
        "BertConfig",
        "GPT2Config",
        "LlamaConfig",
        "T5Config",
        "ViTConfig",
        "WhisperConfig",
        "CLIPConfig",
        "Qwen2Config",
        "Gemma2Config",
        "MistralConfig",
    ):
        shelf.save(f"{name}.pkl", _pickle(lambda n=name: getattr(transformers, n)()))
    shelf.save("generation.pkl", _pickle(lambda: transformers.GenerationConfig(max_length=5)))
    for name in (
        "WhisperFeatureExtractor",
        "Wav2Vec2FeatureExtractor",
        "SpeechT5FeatureExtractor",
        "ViTImageProcessor",
        "CLIPImageProcessor",
    ):
        shelf.save(f"{name}.pkl", _pickle(lambda n=name: getattr(transformers, n)()))
    shelf.save(
        "outputs.pt",
        _torch(
            lambda: __import__("transformers.modeling_outputs", fromlist=["x"]).BaseModelOutput(
                last_hidden_state=__import__("torch").ones(1, 2)
            )
        ),
        kind="torch-zip",
    )
    from transformers.trainer_callback import EarlyStoppingCallback, TrainerControl, TrainerState
    from transformers.trainer_utils import EvalPrediction

    shelf.save("state.pkl", _pickle(lambda: TrainerState(epoch=1.0, global_step=2)))
    shelf.save("control.pkl", _pickle(TrainerControl))
    shelf.save("callback.pkl", _pickle(lambda: EarlyStoppingCallback(3)))
    shelf.save("prediction.pkl", _pickle(lambda: EvalPrediction([1], [2])))


def _adapters(out):
    import peft

    shelf = Shelf(out, "peft")
    for name, cls in (
        ("lora", peft.LoraConfig),
        ("ia3", peft.IA3Config),
        ("prompt", peft.PromptTuningConfig),
        ("prefix", peft.PrefixTuningConfig),
        ("adalora", peft.AdaLoraConfig),
    ):
        extra = {"total_step": 10} if name == "adalora" else {}
        shelf.save(f"{name}.pkl", _pickle(lambda c=cls, e=extra: c(task_type="CAUSAL_LM", **e)))
    import accelerate.utils as au

    shelf = Shelf(out, "accelerate")
    for name in (
        "ProjectConfiguration",
        "DataLoaderConfiguration",
        "GradScalerKwargs",
        "DistributedDataParallelKwargs",
    ):
        shelf.save(f"{name}.pkl", _pickle(lambda n=name: getattr(au, n)()))
    shelf.save("distributed.pkl", _pickle(lambda: au.DistributedType.NO))
    import datasets

    shelf = Shelf(out, "datasets")
    shelf.save(
        "features.pkl",
        _pickle(
            lambda: datasets.Features(
                {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["a", "b"])}
            )
        ),
    )
    shelf.save("split.pkl", _pickle(lambda: datasets.Split.TRAIN))
    shelf.save("info.pkl", _pickle(lambda: datasets.DatasetInfo(description="x")))


def main(out):
    """Tiny models with random weights; nothing is downloaded."""
    warnings.simplefilter("ignore")
    os.environ["HF_HUB_OFFLINE"] = "1"
    shelf = Shelf(out, "transformers")
    _arguments(shelf)
    _checkpoints(out, shelf)
    _tokenizers(shelf)
    _configurations(shelf)
    _adapters(out)
    print("transformers", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
