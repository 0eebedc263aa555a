"""Folders as transformers writes them: configuration, weights, tokenizer."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import os
import sys
import warnings

from record import Shelf


def main(out):
    """Tiny models with random weights; nothing is downloaded."""
    warnings.simplefilter("ignore")
    os.environ["HF_HUB_OFFLINE"] = "1"
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    shelf = Shelf(out, "transformers")
    small = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "vocab_size": 50,
    }
    made = {
        "bert": (transformers.BertConfig(**small), transformers.BertForSequenceClassification),
        "roberta": (transformers.RobertaConfig(**small), transformers.RobertaModel),
        "distilbert": (transformers.DistilBertConfig(dim=16, n_layers=1, n_heads=2, hidden_dim=16, vocab_size=50),
                       transformers.DistilBertModel),
        "gpt2": (transformers.GPT2Config(n_embd=16, n_layer=1, n_head=2, vocab_size=50), transformers.GPT2LMHeadModel),
        "llama": (transformers.LlamaConfig(**small), transformers.LlamaForCausalLM),
        "t5": (transformers.T5Config(d_model=16, d_ff=16, num_layers=1, num_heads=2, d_kv=8, vocab_size=50),
               transformers.T5ForConditionalGeneration),
        "vit": (transformers.ViTConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                                       intermediate_size=16, image_size=16, patch_size=8), transformers.ViTModel),
    }  # fmt: skip
    vocabulary = {"[UNK]": 0, "[PAD]": 1, "a": 2, "b": 3}
    for name, (config, cls) in made.items():

        def write(folder, c=config, kind=cls, safe=len(name) % 2 == 0):
            kind(c).save_pretrained(folder, safe_serialization=safe)
            inner = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
            inner.pre_tokenizer = pre_tokenizers.Whitespace()
            tokenizer = transformers.PreTrainedTokenizerFast(
                tokenizer_object=inner, unk_token="[UNK]", pad_token="[PAD]"
            )
            tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
            tokenizer.save_pretrained(folder)

        shelf.save(name, write, kind="hub", folder=True)

    def arguments(path):
        import torch

        torch.save(transformers.TrainingArguments(output_dir="x", report_to=[]), path)

    shelf.save("training_args.bin", arguments, kind="torch-zip")
    print("transformers", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
