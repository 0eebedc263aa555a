"""Files, models and code outside of the archive that a NeMo configuration makes its classes fetch.

Models read these entries in their constructors, so restoring one is enough; what belongs to data
sets and training is left alone when a model is restored, and keeps paths of the machine that
trained it. Source: constructors below ``nemo/collections`` of https://github.com/NVIDIA/NeMo.
"""

from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.scan.models.code import rules as code_rules
from seamark.scan.models.code.yaml_trees import Tree, is_true, mappings_of
from seamark.scan.models.packages import nemo_rules as rules
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import Scope

_MOST = 100
_TRAINING = frozenset(
    "train_ds validation_ds test_ds data exp_manager trainer optim sched spec_augment".split()
)
_MODELS = frozenset(
    """restore_from_path language_model_path lm_checkpoint nemo_file codec_model_path
    codecmodel_path semantic_codec_path reference_model_ckpt_path teacher_model_path
    pretrained_checkpoint
    gpt_model_file base_model_path frozen_model_path adapter_restore_path""".split()
)
"""Entries that restore another model: its weights are pickles as often as not."""
_FILES = frozenset(
    """model model_path model_file vocab_path vocab_file merge_file merges_file spe_tokenizer_vocab
    tokenizer_model tokenizer_path config_file checkpoint_path ckpt_path kenlm_path arpa_lm_path
    wfst_lm_path ngram_lm_model lexicon_path boost_path key_phrases_file phoneme_dict_path
    heteronyms_path whitelist_path mapping_file class_labels_file intent_labels_file
    slot_labels_file bpe_model label_ids dir pretrained pretrained_model pretrained_model_name
    pretrained_lm_name pretrained_llm pretrained_asr""".split()
)
"""Entries that name a file or a folder which a constructor opens."""
_INSTEAD = ("model_path", "vocab_path", "model", "vocab_file")
"""Where one of these leads into the archive, ``dir`` beside it is only what training used."""


def examine_paths(tree: Tree, there: frozenset[str], scope: Scope) -> Iterator[Finding]:
    """Findings about entries that lead elsewhere; ``there`` are the names in the archive."""
    seen: set[str] = set()
    for path, part in mappings_of(tree, without=_TRAINING):
        for finding in _examine_part(path, part, there, scope):
            if finding.anchor not in seen and len(seen) < _MOST:
                seen.add(finding.anchor)
                yield finding


def _examine_part(
    path: str, part: Mapping[str, Tree], there: frozenset[str], scope: Scope
) -> Iterator[Finding]:
    if is_true(part.get("trust_remote_code")):
        yield scope.finding(
            code_rules.CUSTOM_CODE,
            f"The configuration switches trust_remote_code on by itself for '{path}'.",
            anchor=f"{path}.trust_remote_code",
        )
    named = [(key, part.get(key)) for key in part if key in _MODELS or key in _FILES]
    if path.rpartition(".")[2].startswith("tokenizer") and "library" in part:
        named.append(("type", part.get("type")))  # a repository, or a folder that is loaded as one
    packed = any(_text(part.get(key)).startswith("nemo:") for key in _INSTEAD)
    for key, value in named:
        text = _text(value)
        if not text or text.startswith("nemo:") or text == "???" or (key == "dir" and packed):
            continue
        inside = text.replace("\\", "/").rpartition("/")[2] in there
        if not inside and (key in _MODELS or leads_outside(text)):
            yield scope.finding(
                rules.ELSEWHERE,
                f"The entry {key} of '{path[:100]}' is {text[:200]!r}.",
                anchor=f"{key}:{text[:200]}",
            )


def _text(value: Tree) -> str:
    return value.strip() if isinstance(value, str) else ""
