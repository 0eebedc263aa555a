"""Hub folders with all that lies in them: shards, adapters, sentence-transformers, tokenizers.

Every model is tiny with random weights, every tokenizer is trained here; nothing is downloaded.
"""

# ruff: noqa: E501 (a table reads better with one entry a line)

import os
import sys
import warnings

from record import Shelf

WORDS = (
    "the model reads a folder and writes tokens über naïve données привет мир 模型 hub scan".split()
)
LINES = [" ".join(WORDS[(i * k) % len(WORDS)] for k in range(1, 9)) for i in range(400)]
SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 60,
}
CHAT = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{{ eos_token }}{% endfor %}"


def folders(out):
    """transformers: fifteen architectures, whole and sharded, with cards."""
    import transformers as t

    shelf = Shelf(out, "hub-folders", "transformers")
    gpt = {"n_embd": 16, "n_layer": 1, "n_head": 2, "vocab_size": 60}
    image = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "image_size": 16,
        "patch_size": 8,
    }
    made = {
        "albert": ("AlbertConfig", {**SMALL, "embedding_size": 8}, "AlbertModel"),
        "bart": ("BartConfig", {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "vocab_size": 60}, "BartForConditionalGeneration"),
        "electra": ("ElectraConfig", {**SMALL, "embedding_size": 8}, "ElectraForPreTraining"),
        "gemma": ("GemmaConfig", {**SMALL, "head_dim": 8, "num_key_value_heads": 1}, "GemmaForCausalLM"),
        "gpt-neox": ("GPTNeoXConfig", SMALL, "GPTNeoXForCausalLM"),
        "gpt2": ("GPT2Config", gpt, "GPT2LMHeadModel"),
        "llama": ("LlamaConfig", SMALL, "LlamaForCausalLM"),
        "mistral": ("MistralConfig", {**SMALL, "num_key_value_heads": 1}, "MistralForCausalLM"),
        "mixtral": ("MixtralConfig", {**SMALL, "num_key_value_heads": 1, "num_local_experts": 2}, "MixtralForCausalLM"),
        "opt": ("OPTConfig", {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "ffn_dim": 16, "word_embed_proj_dim": 16, "vocab_size": 60}, "OPTForCausalLM"),
        "phi": ("PhiConfig", SMALL, "PhiForCausalLM"),
        "qwen2": ("Qwen2Config", {**SMALL, "num_key_value_heads": 1}, "Qwen2ForCausalLM"),
        "vit": ("ViTConfig", image, "ViTForImageClassification"),
        "whisper": ("WhisperConfig", {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "vocab_size": 60, "num_mel_bins": 8, "pad_token_id": 1, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}, "WhisperForConditionalGeneration"),
        "clip": ("CLIPConfig", {"text_config": {**SMALL, "eos_token_id": 2}, "vision_config": image, "projection_dim": 8}, "CLIPModel"),
    }  # fmt: skip
    for name, (config, arguments, cls) in made.items():
        for sharded in (False, True):

            def write(folder, c=config, a=arguments, k=cls, s=sharded, n=name):
                model = getattr(t, k)(getattr(t, c)(**a))
                model.save_pretrained(folder, **({"max_shard_size": "6KB"} if s else {}))
                with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as card:
                    card.write(
                        f"---\nlicense: apache-2.0\nbase_model: seamark/{n}\ndatasets:\n- seamark/lines\nlibrary_name: transformers\n---\n# {n}\n"
                    )

            shelf.save(
                f"{name}-sharded" if sharded else name,
                write,
                kind="hub-index" if sharded else "hub",
                folder=True,
            )

    def image_processor(folder):
        t.ViTImageProcessor(size={"height": 16, "width": 16}).save_pretrained(folder)

    shelf.save("processor-vit", image_processor, kind="hub", folder=True)
    print("folders", shelf.saved, shelf.failed)


def adapters(out):
    """peft: adapters of a tiny GPT-2."""
    import peft
    import transformers as t

    shelf = Shelf(out, "adapters", "peft")
    kinds = {
        "lora": lambda: peft.LoraConfig(r=2, target_modules=["c_attn"], task_type="CAUSAL_LM"),
        "lora-regex": lambda: peft.LoraConfig(r=2, target_modules=r".*\.h\.\d+\.attn\.(c_attn|c_proj)", task_type="CAUSAL_LM"),
        "lora-saved": lambda: peft.LoraConfig(r=2, target_modules=["c_attn"], modules_to_save=["lm_head"], task_type="CAUSAL_LM"),
        "lora-no-task": lambda: peft.LoraConfig(r=2, target_modules=["c_attn"]),
        "lora-ranks": lambda: peft.LoraConfig(r=2, target_modules=["c_attn", "c_proj"], rank_pattern={"attn.c_proj": 4}, task_type="CAUSAL_LM"),
        "dora": lambda: peft.LoraConfig(r=2, target_modules=["c_attn"], use_dora=True, task_type="CAUSAL_LM"),
        "ia3": lambda: peft.IA3Config(target_modules=["c_attn", "c_fc"], feedforward_modules=["c_fc"], task_type="CAUSAL_LM"),
        "prompt": lambda: peft.PromptTuningConfig(num_virtual_tokens=4, task_type="CAUSAL_LM"),
        "prefix": lambda: peft.PrefixTuningConfig(num_virtual_tokens=4, task_type="CAUSAL_LM"),
        "ptuning": lambda: peft.PromptEncoderConfig(num_virtual_tokens=4, encoder_hidden_size=8, task_type="CAUSAL_LM"),
        "adalora": lambda: peft.AdaLoraConfig(target_modules=["c_attn"], init_r=4, target_r=2, total_step=10, task_type="CAUSAL_LM"),
        "vera": lambda: peft.VeraConfig(r=2, target_modules=["c_attn"], task_type="CAUSAL_LM"),
    }  # fmt: skip
    for name, make in kinds.items():

        def write(folder, m=make):
            model = t.GPT2LMHeadModel(t.GPT2Config(n_embd=16, n_layer=1, n_head=2, vocab_size=60))
            peft.get_peft_model(model, m()).save_pretrained(folder)

        shelf.save(name, write, kind="hub-adapter", folder=True)
    print("adapters", shelf.saved, shelf.failed)


def tokenizer(kind):
    """One trained tokenizer of the tokenizers library."""
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )

    special = ["<unk>", "<s>", "</s>", "<pad>", "<|user|>", "<|assistant|>"]
    if kind == "wordpiece":
        built = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        built.normalizer = normalizers.BertNormalizer()
        built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        built.decoder = decoders.WordPiece()
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        trainer = trainers.WordPieceTrainer(vocab_size=120, special_tokens=special)
    elif kind == "unigram":
        built = Tokenizer(models.Unigram())
        built.normalizer = normalizers.Sequence(
            [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        built.pre_tokenizer = pre_tokenizers.Metaspace()
        built.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=120, special_tokens=special, unk_token="<unk>")
    elif kind == "wordlevel":
        built = Tokenizer(models.WordLevel(unk_token="<unk>"))
        built.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer = trainers.WordLevelTrainer(special_tokens=special)
    else:
        built = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=kind == "fallback"))
        trainer = trainers.BpeTrainer(
            vocab_size=320,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
            if kind in ("bytes", "split", "digits")
            else [],
        )
        if kind == "split":
            pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
            built.pre_tokenizer = pre_tokenizers.Sequence(
                [
                    pre_tokenizers.Split(Regex(pattern), "isolated"),
                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
                ]
            )
            built.decoder = decoders.ByteLevel()
        elif kind == "digits":
            built.pre_tokenizer = pre_tokenizers.Sequence(
                [pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel()]
            )
        elif kind == "fallback":
            built.normalizer = normalizers.Sequence(
                [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
            )
            built.decoder = decoders.Sequence(
                [
                    decoders.Replace("▁", " "),
                    decoders.ByteFallback(),
                    decoders.Fuse(),
                    decoders.Strip(" ", 1, 0),
                ]
            )
        elif kind == "clip":
            built.normalizer = normalizers.Sequence(
                [
                    normalizers.NFC(),
                    normalizers.Replace(Regex(r"\s+"), " "),
                    normalizers.Lowercase(),
                ]
            )
            built.pre_tokenizer = pre_tokenizers.Whitespace()
        else:
            built.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
            built.decoder = decoders.ByteLevel()
    built.train_from_iterator(LINES, trainer)
    first, last = ("[CLS]", "[SEP]") if kind == "wordpiece" else ("<s>", "</s>")
    built.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {last} $B:1 {last}:1",
        special_tokens=[(token, built.token_to_id(token)) for token in (first, last)],
    )  # fmt: skip
    if kind in ("bytes", "wordlevel"):
        built.enable_padding(pad_id=3, pad_token="<pad>", length=32)
        built.enable_truncation(128)
    return built, first, last


def tokenizers_(out):
    """tokenizers alone, and as transformers saves them around a chat template."""
    import transformers as t

    shelf = Shelf(out, "tokenizers")
    for kind in (
        "bytes",
        "split",
        "digits",
        "fallback",
        "clip",
        "plain",
        "wordpiece",
        "unigram",
        "wordlevel",
    ):

        def alone(folder, k=kind):
            tokenizer(k)[0].save(os.path.join(folder, "tokenizer.json"))

        def wrapped(folder, k=kind):
            built, first, last = tokenizer(k)
            fast = t.PreTrainedTokenizerFast(
                tokenizer_object=built,
                bos_token=first,
                eos_token=last,
                pad_token="[PAD]" if k == "wordpiece" else "<pad>",
                additional_special_tokens=["<|tool|>", "<tool_call>"],
            )
            fast.add_tokens(["folder_token", "→"])
            fast.chat_template = CHAT
            fast.save_pretrained(folder)

        shelf.save(f"{kind}-alone", alone, kind="tokenizer", folder=True)
        shelf.save(f"{kind}-fast", wrapped, kind="tokenizer", folder=True)

    def vocabulary(folder):
        built, _, _ = tokenizer("bytes")
        built.model.save(folder)

    shelf.save("bytes-files", vocabulary, kind="tokenizer", folder=True)
    print("tokenizers", shelf.saved, shelf.failed)


def sentence_pieces(out):
    """SentencePiece models of every kind."""
    import sentencepiece as spm

    shelf = Shelf(out, "sentencepiece")
    with open(os.path.join(out, "lines.txt"), "w", encoding="utf-8") as handle:
        handle.write("\n".join(LINES))
    options = {
        "unigram": {"model_type": "unigram"}, "bpe": {"model_type": "bpe"}, "char": {"model_type": "char"}, "word": {"model_type": "word"},
        "identity": {"normalization_rule_name": "identity"}, "nfkc": {"normalization_rule_name": "nfkc"}, "nfkc_cf": {"normalization_rule_name": "nfkc_cf"}, "nmt_cf": {"normalization_rule_name": "nmt_nfkc_cf"},
        "bytes": {"model_type": "bpe", "byte_fallback": True, "vocab_size": 320}, "symbols": {"user_defined_symbols": ["<|user|>", "<tool>"], "control_symbols": ["<ctrl>"]},
        "self-test": {"self_test_sample_size": 5},
    }  # fmt: skip
    for name, extra in options.items():

        def write(path, e=extra):
            spm.SentencePieceTrainer.train(
                **{
                    "input": os.path.join(out, "lines.txt"),
                    "model_prefix": path.removesuffix(".model"),
                    "vocab_size": 60,
                    "hard_vocab_limit": False,
                    "minloglevel": 2,
                    **e,
                }
            )

        shelf.save(f"{name}.model", write, kind="sentencepiece")

    def ranks(path):
        import base64

        with open(path, "w", encoding="ascii") as handle:
            for rank in range(256):
                handle.write(f"{base64.b64encode(bytes([rank])).decode()} {rank}\n")

    shelf.save("bytes.tiktoken", ranks, kind="tokenizer")
    print("sentencepiece", shelf.saved, shelf.failed)


def sentences(out):
    """sentence-transformers: modules of every kind around a tiny BERT."""
    import sentence_transformers as st
    import torch
    import transformers as t

    try:
        from sentence_transformers import models
    except ImportError:
        from sentence_transformers.sentence_transformer import modules as models
    shelf = Shelf(out, "sentence-transformers")
    base = os.path.join(out, "base-bert")
    t.BertModel(
        t.BertConfig(**{**SMALL, "vocab_size": 120, "max_position_embeddings": 64})
    ).save_pretrained(base)
    built, _, _ = tokenizer("wordpiece")
    t.PreTrainedTokenizerFast(
        tokenizer_object=built,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(base)

    def save(folder, *parts, **options):
        st.SentenceTransformer(
            modules=[models.Transformer(base, max_seq_length=32), *parts], **options
        ).save(folder)

    made = {
        "mean": lambda f: save(f, models.Pooling(16)),
        "cls": lambda f: save(f, models.Pooling(16, "cls")),
        "normalized": lambda f: save(f, models.Pooling(16), models.Normalize()),
        "dense-tanh": lambda f: save(f, models.Pooling(16), models.Dense(16, 8)),
        "dense-identity": lambda f: save(f, models.Pooling(16), models.Dense(16, 8, activation_function=torch.nn.Identity())),
        "dense-relu": lambda f: save(f, models.Pooling(16), models.Dense(16, 8, activation_function=torch.nn.ReLU())),
        "dropout": lambda f: save(f, models.Pooling(16), models.Dropout(0.1)),
        "layer-norm": lambda f: save(f, models.Pooling(16), models.LayerNorm(16)),
        "prompts": lambda f: save(f, models.Pooling(16), prompts={"query": "query: ", "document": "passage: "}, default_prompt_name="query"),
        "cnn": lambda f: save(f, models.CNN(16, 4), models.Pooling(12)),
        "words": lambda f: st.SentenceTransformer(modules=[models.WordEmbeddings(models.tokenizer.WhitespaceTokenizer(WORDS), torch.ones(len(WORDS), 4)), models.Pooling(4)]).save(f),
        "bag-of-words": lambda f: st.SentenceTransformer(modules=[models.BoW(WORDS)]).save(f),
        "cross-encoder": lambda f: st.CrossEncoder(base, num_labels=1).save(f),
    }  # fmt: skip
    for name, write in made.items():
        shelf.save(name, write, kind="sentence-transformers", folder=True)
    print("sentence-transformers", shelf.saved, shelf.failed)


def pipelines(out):
    """diffusers: tiny pipelines."""
    import diffusers as d

    shelf = Shelf(out, "pipelines", "diffusers")

    def unet():
        return d.UNet2DModel(
            sample_size=8,
            in_channels=3,
            out_channels=3,
            layers_per_block=1,
            block_out_channels=(8, 16),
            norm_num_groups=4,
            down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"),
        )

    made = {
        "ddpm": lambda f: d.DDPMPipeline(unet=unet(), scheduler=d.DDPMScheduler()).save_pretrained(f),
        "ddim": lambda f: d.DDIMPipeline(unet=unet(), scheduler=d.DDIMScheduler()).save_pretrained(f),
        "sharded": lambda f: d.DDPMPipeline(unet=unet(), scheduler=d.DDPMScheduler()).save_pretrained(f, max_shard_size="20KB"),
        "consistency": lambda f: d.ConsistencyModelPipeline(unet=unet(), scheduler=d.CMStochasticIterativeScheduler()).save_pretrained(f),
        "vae": lambda f: d.AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, layers_per_block=1).save_pretrained(f),
        "scheduler": lambda f: d.EulerDiscreteScheduler().save_pretrained(f),
    }  # fmt: skip
    for name, write in made.items():
        shelf.save(name, write, kind="diffusers", folder=True)
    print("pipelines", shelf.saved, shelf.failed)


def flax_weights(out):
    """Flax: serialized parameters of several shapes and types."""
    import flax.serialization as s
    import jax.numpy as jnp
    import numpy as np

    shelf = Shelf(out, "flax")
    dense = {"kernel": jnp.ones((4, 3)), "bias": jnp.zeros(3)}
    trees = {
        "dense": {"params": {"dense": dense}},
        "bfloat16": {"params": {"w": jnp.ones((4, 4), jnp.bfloat16)}},
        "float16": {"params": {"w": jnp.ones((4, 4), jnp.float16)}},
        "float8": {"params": {"w": jnp.ones((4,), jnp.float8_e4m3fn)}},
        "integers": {"table": jnp.arange(10), "mask": jnp.ones(3, bool)},
        "scalars": {"step": 7, "rate": 0.1, "scale": np.float32(2), "name": "adam", "none": None, "flag": True},
        "complex": {"z": 1 + 2j, "zs": jnp.ones(2, jnp.complex64)},
        "lists": {"layers": [dense, dense], "pair": (1, 2)},
        "deep": {"a": {"b": {"c": {"d": {"e": dense}}}}},
        "empty": {"w": np.zeros((0, 4), np.float32), "more": {}},
        "image": {"w": np.zeros((3, 3, 3, 8), np.float32), "batch_stats": {"mean": np.zeros(8), "var": np.ones(8)}},
    }  # fmt: skip
    for name, tree in trees.items():

        def write(path, v=tree):
            with open(path, "wb") as handle:
                handle.write(s.to_bytes(v))

        shelf.save(f"{name}.msgpack", write, kind="msgpack")

    def chunked(path):
        before, s.MAX_CHUNK_SIZE = s.MAX_CHUNK_SIZE, 64
        with open(path, "wb") as handle:
            handle.write(s.msgpack_serialize({"w": np.ones((10, 10), np.float32)}))
        s.MAX_CHUNK_SIZE = before

    shelf.save("chunked.msgpack", chunked, kind="msgpack")
    print("flax", shelf.saved, shelf.failed)


PARTS = {
    "folders": folders,
    "adapters": adapters,
    "tokenizers": tokenizers_,
    "sentencepiece": sentence_pieces,
    "sentences": sentences,
    "pipelines": pipelines,
    "flax": flax_weights,
}


def main(out, *names):
    """The parts by name."""
    warnings.simplefilter("ignore")
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.makedirs(out, exist_ok=True)
    for name in names or PARTS:
        PARTS[name](out)


if __name__ == "__main__":
    main(*sys.argv[1:])
